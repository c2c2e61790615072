// What tests ask of texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ipc_conform::reports
{

bool contains(std::string_view text, std::string_view part);

/// Number of control characters (C0, DEL, C1) other than line feeds.
std::size_t control_characters(std::string_view text);

/// Whether every character is a graphic one of ASCII, a space or a line feed.
bool is_plain_ascii(std::string_view text);

/// Whether the text is valid UTF-8.
bool is_utf8(std::string_view text);

/// Columns of the widest line.
std::size_t widest_line(const std::string& text);

std::size_t lines_in(std::string_view text);

} // namespace ipc_conform::reports
