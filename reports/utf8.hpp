// UTF-8 as the writers need it: decoded code point by code point, repaired where it is broken.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ipc_conform::reports
{

/// U+FFFD, which stands for bytes that are not UTF-8.
inline constexpr char32_t replacement_character = 0xFFFD;

/// One code point at the beginning of a text.
struct CodePoint
{
    char32_t value = replacement_character;
    std::size_t bytes = 1; ///< how much of the text it takes; for broken bytes, how much to skip
};

/// Decodes the first code point of a text that is not empty. Overlong forms, surrogates, values above
/// U+10FFFF and cut-off sequences give U+FFFD for as many bytes as could have begun a character.
CodePoint first_code_point(std::string_view text);

/// Appends the UTF-8 form of a code point.
void append_utf8(std::string& text, char32_t code_point);

/// The text with everything that is not UTF-8 replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);

/// Number of code points: what the text takes on a terminal, wide and combining characters apart.
std::size_t columns_of(std::string_view text);

} // namespace ipc_conform::reports
