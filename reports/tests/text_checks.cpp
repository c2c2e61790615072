#include "reports/tests/text_checks.hpp"

#include "reports/utf8.hpp"

#include <algorithm>
#include <sstream>

namespace ipc_conform::reports
{

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

std::size_t control_characters(std::string_view text)
{
    std::size_t count = 0;
    while (!text.empty())
    {
        const CodePoint first = first_code_point(text);
        const bool control = first.value < 0x20 || (first.value >= 0x7F && first.value < 0xA0);
        count += control && first.value != '\n' ? 1U : 0U;
        text.remove_prefix(first.bytes);
    }
    return count;
}

bool is_plain_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char byte) { return byte == '\n' || (byte >= ' ' && byte <= '~'); });
}

bool is_utf8(std::string_view text)
{
    return repaired_utf8(text) == text;
}

std::size_t widest_line(const std::string& text)
{
    std::size_t widest = 0;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);)
    {
        widest = std::max(widest, columns_of(line));
    }
    return widest;
}

std::size_t lines_in(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace ipc_conform::reports
