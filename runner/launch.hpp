// Starting a process of the run through Boost.Process: the kit's own executable again, or a target.
#pragma once

#include "fixtures/case_process.hpp"

#include <csignal>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// What the process is given.
struct LaunchPlan
{
    std::string purpose;            ///< as a message names it: "a case"
    std::vector<std::string> words; ///< the file to execute, and its arguments; none: nothing can be executed
    CaseName name;                  ///< what a copy of this process is to run
    std::vector<std::pair<std::string, std::string>> environment; ///< names and values, added to the kit's own
    std::string folder;                                           ///< working directory; empty: the kit's own
    int journal = -1;                                             ///< becomes journal_descriptor; -1: it has none
    int output = -1;                                              ///< becomes standard output
    int errors = -1;                                              ///< becomes standard error
    int farewell = SIGKILL; ///< the signal it gets when the kit dies, where the OS offers that
};

/// Starts it as leader of a session of its own, with default signal dispositions, an empty signal mask,
/// nothing to read on standard input and no other descriptor. Returns its pid; it is reaped by the caller. Throws
/// CannotJudge when it cannot be started.
pid_t launch(const LaunchPlan& plan);

/// Throws what says that a process could not be started: NoRoom where there may be room later, else CannotJudge.
/// `by`: the call or the program that was to do it; `error`: an errno.
[[noreturn]] void refuse_launch(std::string_view purpose, std::string_view by, int error);

} // namespace ipc_conform::runner
