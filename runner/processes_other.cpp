// Systems without a view of other processes: only process groups can be ended there.
#if !defined(__linux__) && !defined(__APPLE__)

#include "runner/processes.hpp"

namespace ipc_conform::runner
{

void adopt_orphans()
{
}

std::vector<pid_t> possible_orphans(const std::string& /*name*/, const std::string& /*value_prefix*/)
{
    return {};
}

bool is_zombie(pid_t /*pid*/)
{
    return false;
}

bool is_marked(pid_t /*pid*/, const std::string& /*name*/, const std::string& /*value_prefix*/)
{
    return false;
}

std::vector<pid_t> marked_processes(const std::string& /*name*/, const std::string& /*value_prefix*/)
{
    return {};
}

std::vector<pid_t> processes_mapping(const std::string& /*path_prefix*/)
{
    return {};
}

std::string command_of(pid_t /*pid*/)
{
    return {};
}

std::string kernel_state_of(pid_t /*pid*/)
{
    return {};
}

} // namespace ipc_conform::runner

#endif
