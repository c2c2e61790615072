// Linux: the subreaper attribute and /proc.
#ifdef __linux__

#include "runner/processes.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

// What can be read of it: a process that goes meanwhile makes the buffer throw, which its stream does not.
std::string read_file(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    return std::move(text).str();
}

std::string trimmed(std::string text)
{
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    {
        text.pop_back();
    }
    return text;
}

std::vector<pid_t> every_process()
{
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored))
    {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc{} && end == name.data() + name.size())
        {
            found.push_back(pid);
        }
    }
    return found;
}

// All processes but this of which that holds. One that is looked at too late may be gone, and have left a child
// that is younger than the listing: so whoever is new is looked at, until nobody is.
template <class Predicate>
std::vector<pid_t> processes_of_which(Predicate holds)
{
    std::vector<pid_t> found;
    std::set<pid_t> seen{::getpid()};
    for (bool any_new = true; any_new;)
    {
        any_new = false;
        for (const pid_t pid : every_process())
        {
            const bool is_new = seen.insert(pid).second;
            any_new = any_new || is_new;
            if (is_new && holds(pid))
            {
                found.push_back(pid);
            }
        }
    }
    return found;
}

// Fields of /proc/PID/stat behind the command name: state, parent, …
std::istringstream after_command(pid_t pid)
{
    const std::string stat = read_file(fmt::format("/proc/{}/stat", pid));
    const std::size_t end = stat.rfind(')');
    return std::istringstream{end == std::string::npos ? std::string{} : stat.substr(end + 1)};
}

} // namespace

void adopt_orphans()
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

std::vector<pid_t> possible_orphans(const std::string& /*name*/, const std::string& /*value_prefix*/)
{
    const pid_t own = ::getpid();
    std::ifstream listing{fmt::format("/proc/{}/task/{}/children", own, own)};
    if (listing)
    {
        return {std::istream_iterator<pid_t>{listing}, {}};
    }
    std::vector<pid_t> found = every_process(); // a kernel without CONFIG_PROC_CHILDREN
    std::erase_if(found, [own](pid_t pid) {
        char state = '?';
        pid_t parent = 0;
        after_command(pid) >> state >> parent;
        return parent != own;
    });
    return found;
}

bool is_zombie(pid_t pid)
{
    char state = '?';
    after_command(pid) >> state;
    return state == 'Z';
}

bool is_marked(pid_t pid, const std::string& name, const std::string& value_prefix)
{
    const std::string environment = '\0' + read_file(fmt::format("/proc/{}/environ", pid));
    return environment.find('\0' + name + '=' + value_prefix) != std::string::npos;
}

std::vector<pid_t> marked_processes(const std::string& name, const std::string& value_prefix)
{
    return processes_of_which([&](pid_t pid) { return is_marked(pid, name, value_prefix); });
}

std::vector<pid_t> processes_mapping(const std::string& path_prefix)
{
    return processes_of_which([&](pid_t pid) {
        return read_file(fmt::format("/proc/{}/maps", pid)).find(' ' + path_prefix) != std::string::npos;
    });
}

std::string command_of(pid_t pid)
{
    std::string line = read_file(fmt::format("/proc/{}/cmdline", pid));
    std::ranges::replace(line, '\0', ' ');
    return trimmed(line.empty() ? read_file(fmt::format("/proc/{}/comm", pid)) : line);
}

std::string kernel_state_of(pid_t pid)
{
    char state = '?';
    after_command(pid) >> state;
    const std::string channel = trimmed(read_file(fmt::format("/proc/{}/wchan", pid)));
    const std::string syscall = trimmed(read_file(fmt::format("/proc/{}/syscall", pid)));
    std::string text = fmt::format("state {}", state);
    if (!channel.empty() && channel != "0")
    {
        text += fmt::format(", kernel function {}", channel);
    }
    if (!syscall.empty())
    {
        text += fmt::format(", system call {}", syscall.substr(0, syscall.find(' ')));
    }
    return text;
}

} // namespace ipc_conform::runner

#endif
