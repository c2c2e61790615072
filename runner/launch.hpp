// Starting one case: the kit's own executable again, through Boost.Process, or a copy of this process.
#pragma once

#include "fixtures/case_process.hpp"

#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// What a case's process is given.
struct LaunchPlan
{
    std::string program; ///< the kit's executable; empty: nothing can be executed
    CaseName name;
    std::vector<std::pair<std::string, std::string>> environment; ///< names and values, added to the kit's own
    std::string folder;                                           ///< working directory
    int journal = -1;                                             ///< becomes journal_descriptor
    int output = -1;                                              ///< becomes standard output and error
};

/// Starts it as leader of a session of its own, with default signal dispositions, an empty signal mask,
/// /dev/null as standard input and no other descriptor; it is killed when the kit dies, where the OS
/// offers that. Returns its pid; it is reaped by the caller. Throws CannotJudge when it cannot be started.
pid_t launch(const LaunchPlan& plan);

/// The same by fork alone: the case goes on as a copy of this process. To be called where this process has no
/// other thread.
pid_t launch_copy(const LaunchPlan& plan);

} // namespace ipc_conform::runner
