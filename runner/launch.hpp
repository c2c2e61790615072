// Starting one case: the kit's own executable again, through Boost.Process.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// What a case's process is given.
struct LaunchPlan
{
    std::string program;                  ///< the kit's executable
    std::vector<std::string> arguments;   ///< behind the program's name
    std::vector<std::string> environment; ///< added to the kit's own, NAME=value
    std::string folder;                   ///< working directory
    int journal = -1;                     ///< becomes journal_descriptor
    int output = -1;                      ///< becomes standard output and error
};

/// Starts it as leader of a session of its own, with default signal dispositions, an empty signal mask,
/// /dev/null as standard input and no other descriptor; it is killed when the kit dies, where the OS
/// offers that. Returns its pid; it is reaped by the caller. Throws CannotJudge when it cannot be started.
pid_t launch(const LaunchPlan& plan);

} // namespace ipc_conform::runner
