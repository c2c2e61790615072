// A case that goes on as a copy of the process that starts it: nothing is executed.
#pragma once

#include "runner/launch.hpp"

#include <sys/types.h>

namespace ipc_conform::runner
{

/// Makes of this process, a child just forked, the case that the plan names, and ends it with the case's status.
/// As an executed kit it is told nothing of its parent but what stands in the plan; its environment and, where
/// `arguments` are given, its command line show which case it is. `input`: see settle().
[[noreturn]] void continue_as_case(const LaunchPlan& plan, int input, pid_t parent, char** arguments = nullptr);

/// As launch(), by fork alone: the case goes on as a copy of this process. To be called where this process has no
/// other thread.
pid_t launch_copy(const LaunchPlan& plan);

} // namespace ipc_conform::runner
