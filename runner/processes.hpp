// Processes that outlive what they were for: finding those of a case, wherever they have fled, and ending them.
#pragma once

#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// Whatever kills this process or one that it forks, no core file is left. One system call, so also after vfork.
inline void leave_no_core()
{
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
}

/// Makes orphans of every descendant come to this process, where the OS offers that.
void adopt_orphans();

/// Processes that may be what a dead case left: adopted children where orphans come to this process (all of
/// its children then), else those whose environment holds `NAME=value` with a value that starts so.
std::vector<pid_t> possible_orphans(const std::string& name, const std::string& value_prefix);

/// Whether it has ended and only waits to be reaped.
bool is_zombie(pid_t pid);

/// The processes whose environment holds `NAME=value` with a value that starts so. Needs no kinship, so it
/// finds what a killed run left behind; costs a walk over all processes.
std::vector<pid_t> marked_processes(const std::string& name, const std::string& value_prefix);

/// The processes that have a file mapped whose path starts so: those of a case that were forked and not executed,
/// whose environment is the kit's. None where the OS does not tell.
std::vector<pid_t> processes_mapping(const std::string& path_prefix);

/// Whether the environment of this process holds `NAME=value` with a value that starts so.
bool is_marked(pid_t pid, const std::string& name, const std::string& value_prefix);

/// The command name of a process, for a report; empty when it cannot be told.
std::string command_of(pid_t pid);

/// Where the kernel holds a process: "asleep in read" and its like, as far as the OS tells; for reports only.
std::string kernel_state_of(pid_t pid);

} // namespace ipc_conform::runner
