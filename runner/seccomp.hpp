// seccomp: what the filters of this process answer to a system call, asked without the kernel executing it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ipc_conform::runner
{

/// A system call as a filter sees it.
struct SystemCall
{
    long number = -1;
    std::string_view name; ///< as a profile names it
    std::array<std::int64_t, 6> arguments{};
};

/// What a filter does with a system call.
enum class FilterAnswer
{
    lets_pass,
    refuses, ///< the call fails with an errno of the filter's
    kills,
    unknown, ///< this system does not let a process ask its filters
};

struct FilterReply
{
    FilterAnswer answer = FilterAnswer::unknown;
    int error = 0; ///< with refuses
};

/// The seccomp mode of this process: 0 none, 1 strict, 2 filter. Works without /proc; 0 on systems without
/// seccomp.
int seccomp_mode();

/// Asks this process's filters about a call. The kernel executes it in no case, so that any arguments are
/// harmless; of pointers a filter sees the address only.
FilterReply ask_filters(const SystemCall& call);

/// The error with which the kernel, or a filter, answers the call, made in a process of its own: 0 when it
/// succeeds, -1 when that process was killed.
int error_of_call(const SystemCall& call);

} // namespace ipc_conform::runner
