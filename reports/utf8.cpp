#include "reports/utf8.hpp"

#include <cstdint>

namespace ipc_conform::reports
{
namespace
{

/// What a leading byte announces: the length of the sequence and the range of its second byte, which is
/// where overlong forms, surrogates and too large values are told apart.
struct Lead
{
    std::size_t length = 0;
    std::uint8_t second_from = 0x80;
    std::uint8_t second_to = 0xBF;
};

Lead lead_of(std::uint8_t byte)
{
    if (byte < 0x80)
    {
        return {1};
    }
    if (byte < 0xC2 || byte > 0xF4)
    {
        return {};
    }
    if (byte < 0xE0)
    {
        return {2};
    }
    if (byte < 0xF0)
    {
        return {3, static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
    }
    return {4, static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
}

} // namespace

CodePoint first_code_point(std::string_view text)
{
    const auto byte_at = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
    const Lead lead = lead_of(byte_at(0));
    if (lead.length == 0)
    {
        return {};
    }
    if (lead.length == 1)
    {
        return {byte_at(0), 1};
    }
    char32_t value = byte_at(0) & (0xFFU >> (lead.length + 1));
    for (std::size_t index = 1; index < lead.length; ++index)
    {
        const std::uint8_t from = index == 1 ? lead.second_from : 0x80;
        const std::uint8_t upto = index == 1 ? lead.second_to : 0xBF;
        if (index >= text.size() || byte_at(index) < from || byte_at(index) > upto)
        {
            return {replacement_character, index};
        }
        value = value << 6U | (byte_at(index) & 0x3FU);
    }
    return {value, lead.length};
}

void append_utf8(std::string& text, char32_t code_point)
{
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
    if (code_point < 0x80)
    {
        put(code_point);
        return;
    }
    if (code_point < 0x800)
    {
        put(0xC0U | code_point >> 6U);
    }
    else if (code_point < 0x10000)
    {
        put(0xE0U | code_point >> 12U);
        put(0x80U | (code_point >> 6U & 0x3FU));
    }
    else
    {
        put(0xF0U | code_point >> 18U);
        put(0x80U | (code_point >> 12U & 0x3FU));
        put(0x80U | (code_point >> 6U & 0x3FU));
    }
    put(0x80U | (code_point & 0x3FU));
}

std::string repaired_utf8(std::string_view text)
{
    std::string repaired;
    repaired.reserve(text.size());
    while (!text.empty())
    {
        const CodePoint first = first_code_point(text);
        append_utf8(repaired, first.value);
        text.remove_prefix(first.bytes);
    }
    return repaired;
}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    while (!text.empty())
    {
        text.remove_prefix(first_code_point(text).bytes);
        ++columns;
    }
    return columns;
}

} // namespace ipc_conform::reports
