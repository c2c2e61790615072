// Kernel parameters: what the one who boots a kernel gives its first process to read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// The value of `name=value` in a kernel's command line, read as the kernel reads it: blanks part parameters but
/// not between double quotes, those around a value do not belong to it, - and _ in a name are the same, the last
/// of several counts, and what follows a lone -- is none. Nothing when the parameter is absent or has no value.
std::optional<std::string> kernel_parameter(std::string_view command_line, std::string_view name);

/// The arguments in such a value: blanks part them but not between single quotes.
std::vector<std::string> arguments_in(std::string_view value);

} // namespace ipc_conform::runner
