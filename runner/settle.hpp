// A new process's first steps, from what it has of its parent to what a case is to find.
#pragma once

#include "runner/launch.hpp"

#include <sys/types.h>

namespace ipc_conform::runner
{

/// No system that the kit knows has more signals.
inline constexpr int highest_signal = 64;

/// Makes of this process what launch() promises, but for the descriptors beyond the journal's. By system calls
/// alone: after vfork nothing else is allowed. `input` becomes standard input; a process whose parent is no longer
/// this one ends here. False, and errno says why, if a step fails.
bool settle(const LaunchPlan& plan, int input, pid_t parent);

/// A descriptor from which there is nothing to read.
int empty_input();

} // namespace ipc_conform::runner
