// Reading what a system tells about itself in files: /proc, /sys, markers of container tools.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// The file's text, up to 64 KiB; nothing when it cannot be read.
std::optional<std::string> file_text(const std::string& path);

/// The same without white space at its ends, and tabs as spaces: for files that hold one value.
std::optional<std::string> file_value(const std::string& path);

/// The value of "Key:  value" among the lines of a text such as /proc/self/status; nothing when it is absent.
std::optional<std::string> field_of(std::string_view text, std::string_view key);

/// Where a symbolic link points; nothing when it is none.
std::optional<std::string> link_target(const std::string& path);

std::vector<std::string> lines_of(std::string_view text);
/// The words of a line, separated by blanks.
std::vector<std::string> words_of(std::string_view line);

} // namespace ipc_conform::runner
