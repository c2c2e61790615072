// Which system calls a call of a case makes, by C library and architecture.
#pragma once

#include "runner/seccomp.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// Every system call that the function may make here, each with these arguments as far as they are known. Empty
/// for a function that the kit does not know.
std::vector<SystemCall> system_calls_of(std::string_view function, std::span<const std::int64_t> arguments);

/// The same with arguments that no implementation takes: the kernel refuses each, and changes nothing.
std::vector<SystemCall> harmless_calls_of(std::string_view function);

/// Whether a filter kills who calls the function.
bool is_killed_by_a_filter(std::string_view function);

} // namespace ipc_conform::runner
