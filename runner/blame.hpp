// Who is to blame for a call that failed: a filter, a kernel without it, missing permission, or the system itself.
#pragma once

#include "runner/seccomp.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// A call that did not do what was asked of it.
struct RefusedCall
{
    std::string name;
    std::array<std::int64_t, 6> arguments{};
    int error = 0; ///< its errno; 0: the call never returned
};

enum class Culprit
{
    filter,     ///< a seccomp filter answered, or killed; the kernel did not execute the call
    absence,    ///< the kernel does not implement the call
    hidden,     ///< one of the two above, which cannot be told apart here
    permission, ///< the kernel refused it to these credentials
    nobody,     ///< the kernel implements the call, no filter answered: what it said is its own answer
};

/// "denied by a filter"
std::string_view name_of(Culprit culprit);

struct Blame
{
    Culprit culprit = Culprit::nobody;
    std::string reason; ///< "mq_open is denied by a seccomp filter (mode 2), which answers EPERM"
    std::string remedy;
};

/// What stands between a process and the kernel.
struct Confinement
{
    int seccomp = 0;     ///< mode of this process
    std::string label;   ///< of a security module; empty when unconfined
    std::string sandbox; ///< as Platform names it
};

/// How filters and the kernel are asked; a test plants its own.
struct Inquiry
{
    FilterReply (*ask_filters)(const SystemCall&);
    int (*error_of_call)(const SystemCall&);
    bool (*exists)(const std::string& path);
};
const Inquiry& real_inquiry();

/// Judges by the filters' own answer to that very call, and by the kernel's answer to the same call with harmless
/// arguments; never by the errno alone. Nothing for a call that the kit does not know.
std::optional<Blame> blame_for(const RefusedCall& call, const Confinement& confinement,
                               const Inquiry& inquiry = real_inquiry());

/// What a kernel must be built with to have the function, "CONFIG_POSIX_MQUEUE"; empty: nothing in particular.
std::string_view kernel_option_of(std::string_view function);

/// How to let a filter pass these system calls: "mq_open, mq_unlink".
std::string remedy_for_filter(std::string_view calls);

} // namespace ipc_conform::runner
