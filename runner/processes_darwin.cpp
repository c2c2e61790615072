// Darwin: libproc and sysctl. Compiled and linked, not yet run. There is no subreaper: orphans go to launchd,
// and are found by their environment.
#ifdef __APPLE__

#include "runner/processes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <libproc.h>
#include <sys/proc.h>
#include <sys/proc_info.h>
#include <sys/sysctl.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

std::vector<pid_t> listed(int (*list)(void*, int))
{
    std::vector<pid_t> found(4096);
    const int count = list(found.data(), static_cast<int>(found.size() * sizeof(pid_t)));
    found.resize(count > 0 ? std::min(static_cast<std::size_t>(count), found.size()) : 0);
    return found;
}

// Arguments and environment of a process, separated by zero bytes.
std::string process_strings(pid_t pid)
{
    std::array<int, 3> name{CTL_KERN, KERN_PROCARGS2, pid};
    std::size_t size = 0;
    if (::sysctl(name.data(), 3, nullptr, &size, nullptr, 0) != 0)
    {
        return {};
    }
    std::string strings(size, '\0');
    if (::sysctl(name.data(), 3, strings.data(), &size, nullptr, 0) != 0)
    {
        return {};
    }
    strings.resize(size);
    return strings;
}

} // namespace

void adopt_orphans()
{
}

std::vector<pid_t> possible_orphans(const std::string& name, const std::string& value_prefix)
{
    return marked_processes(name, value_prefix);
}

bool is_zombie(pid_t pid)
{
    proc_bsdinfo info{};
    return ::proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) == static_cast<int>(sizeof info)
           && info.pbi_status == SZOMB;
}

bool is_marked(pid_t pid, const std::string& name, const std::string& value_prefix)
{
    return process_strings(pid).find('\0' + name + '=' + value_prefix) != std::string::npos;
}

std::vector<pid_t> marked_processes(const std::string& name, const std::string& value_prefix)
{
    std::vector<pid_t> found = listed(::proc_listallpids);
    std::erase_if(found, [&](pid_t pid) { return pid == ::getpid() || !is_marked(pid, name, value_prefix); });
    return found;
}

std::vector<pid_t> processes_mapping(const std::string& /*path_prefix*/)
{
    return {};
}

std::string command_of(pid_t pid)
{
    std::array<char, 64> name{};
    return ::proc_name(pid, name.data(), static_cast<std::uint32_t>(name.size())) > 0 ? name.data() : "";
}

std::string kernel_state_of(pid_t pid)
{
    proc_taskinfo info{};
    const int size = ::proc_pidinfo(pid, PROC_PIDTASKINFO, 0, &info, sizeof info);
    return size == static_cast<int>(sizeof info) ? fmt::format("{} running threads", info.pti_numrunning) : "";
}

} // namespace ipc_conform::runner

#endif
