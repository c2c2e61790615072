#include "reports/xml.hpp"

#include "reports/utf8.hpp"

namespace ipc_conform::reports
{
namespace
{

bool is_white_space(char32_t value)
{
    return value == '\n' || value == '\t' || value == '\r';
}

/// A character that XML 1.0 allows and recommends, in place of one that it does not.
char32_t representable(char32_t value)
{
    if (value < 0x20)
    {
        return is_white_space(value) ? value : 0x2400U + value;
    }
    if (value == 0x7F)
    {
        return 0x2421;
    }
    const bool discouraged = (value >= 0x80 && value < 0xA0) || (value >= 0xFDD0 && value <= 0xFDEF);
    return discouraged || (value & 0xFFFEU) == 0xFFFE ? replacement_character : value;
}

std::string escaped(std::string_view text, bool attribute)
{
    std::string xml;
    xml.reserve(text.size());
    while (!text.empty())
    {
        const CodePoint first = first_code_point(text);
        text.remove_prefix(first.bytes);
        const char32_t value = representable(first.value);
        switch (value)
        {
        case '&':
            xml += "&amp;";
            break;
        case '<':
            xml += "&lt;";
            break;
        case '>': // required in "]]>", harmless elsewhere
            xml += "&gt;";
            break;
        case '"':
            xml += "&quot;";
            break;
        case '\r': // a parser would turn it into a line feed
            xml += "&#13;";
            break;
        case '\n':
            xml += attribute ? "&#10;" : "\n";
            break;
        case '\t':
            xml += attribute ? "&#9;" : "\t";
            break;
        default:
            append_utf8(xml, value);
        }
    }
    return xml;
}

} // namespace

std::string xml_text(std::string_view text)
{
    return escaped(text, false);
}

std::string xml_attribute(std::string_view text)
{
    return escaped(text, true);
}

} // namespace ipc_conform::reports
