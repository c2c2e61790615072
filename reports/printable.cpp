#include "reports/printable.hpp"

#include "reports/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace ipc_conform::reports
{
namespace
{

constexpr char32_t ellipsis = 0x2026;

bool is_control(char32_t value)
{
    return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

/// Zero-width characters, separators of lines, marks of writing direction, byte-order mark, annotations,
/// tags and what Unicode says is no character.
bool is_unseen(char32_t value)
{
    return value == 0xAD || value == 0x61C || (value >= 0x200B && value <= 0x200F)
           || (value >= 0x2028 && value <= 0x202E) || (value >= 0x2060 && value <= 0x206F) || value == 0xFEFF
           || (value >= 0xFFF9 && value <= 0xFFFB) || (value >= 0xE0000 && value <= 0xE007F)
           || (value & 0xFFFEU) == 0xFFFE;
}

void append_escaped(std::string& text, char32_t value)
{
    switch (value)
    {
    case '\n':
        text += "\\n";
        return;
    case '\r':
        text += "\\r";
        return;
    case '\t':
        text += "\\t";
        return;
    default:
        break;
    }
    const auto number = static_cast<std::uint32_t>(value);
    const auto* const form = value < 0x80 ? "\\x{:02x}" : value < 0x10000 ? "\\u{:04x}" : "\\U{:08x}";
    fmt::format_to(std::back_inserter(text), fmt::runtime(form), number);
}

/// The text from its nth character on.
std::string_view after(std::string_view text, std::size_t characters)
{
    for (; characters != 0 && !text.empty(); --characters)
    {
        text.remove_prefix(first_code_point(text).bytes);
    }
    return text;
}

/// Cuts to a number of columns; the mark for what was cut ends in column `mark_end`, the text's own end follows
/// it.
std::string cut(std::string_view text, std::size_t columns, std::size_t mark_end, bool unicode)
{
    const std::size_t length = columns_of(text);
    if (length <= columns)
    {
        return std::string{text};
    }
    const std::string_view mark = unicode ? "…" : "...";
    const std::size_t mark_columns = columns_of(mark);
    if (columns < mark_columns)
    {
        return std::string(columns, '.');
    }
    const std::size_t head = std::max(mark_end, mark_columns) - mark_columns;
    const std::size_t tail = columns - mark_columns - head;
    std::string kept{text.substr(0, text.size() - after(text, head).size())};
    return kept.append(mark).append(after(text, length - tail));
}

} // namespace

std::string printable(std::string_view text, bool unicode)
{
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty())
    {
        const CodePoint first = first_code_point(text);
        text.remove_prefix(first.bytes);
        if (!unicode && first.value == ellipsis)
        {
            safe += "...";
        }
        else if (is_control(first.value) || is_unseen(first.value) || (!unicode && first.value >= 0x80))
        {
            append_escaped(safe, first.value);
        }
        else
        {
            append_utf8(safe, first.value);
        }
    }
    return safe;
}

std::string shortened(std::string_view text, std::size_t columns, bool unicode)
{
    return cut(text, columns, columns, unicode);
}

std::string shortened_in_the_middle(std::string_view text, std::size_t columns, bool unicode)
{
    return cut(text, columns, (columns + 1) / 2, unicode);
}

} // namespace ipc_conform::reports
