#include "runner/surroundings.hpp"

#include "runner/seccomp.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/mount.h>
#endif

namespace ipc_conform::runner
{
namespace
{

constexpr std::array capability_names{"chown",
                                      "dac_override",
                                      "dac_read_search",
                                      "fowner",
                                      "fsetid",
                                      "kill",
                                      "setgid",
                                      "setuid",
                                      "setpcap",
                                      "linux_immutable",
                                      "net_bind_service",
                                      "net_broadcast",
                                      "net_admin",
                                      "net_raw",
                                      "ipc_lock",
                                      "ipc_owner",
                                      "sys_module",
                                      "sys_rawio",
                                      "sys_chroot",
                                      "sys_ptrace",
                                      "sys_pacct",
                                      "sys_admin",
                                      "sys_boot",
                                      "sys_nice",
                                      "sys_resource",
                                      "sys_time",
                                      "sys_tty_config",
                                      "mknod",
                                      "lease",
                                      "audit_write",
                                      "audit_control",
                                      "setfcap",
                                      "mac_override",
                                      "mac_admin",
                                      "syslog",
                                      "wake_alarm",
                                      "block_suspend",
                                      "audit_read",
                                      "perfmon",
                                      "bpf",
                                      "checkpoint_restore"};

std::string status_field(std::string_view key)
{
    return field_of(file_text("/proc/self/status").value_or(""), key).value_or("");
}

std::string security_label()
{
    const std::string label = file_value("/proc/self/attr/current").value_or("");
    const std::string text = label.substr(0, label.find('\0'));
    return text == "unconfined" || text == "kernel" ? "" : text;
}

std::string seccomp_in_words()
{
    const std::string mode = fmt::format("{}", seccomp_mode());
    const std::string filters = status_field("Seccomp_filters");
    return mode == "0"   ? "0 (none)"
           : mode == "1" ? "1 (strict)"
           : mode == "2"
               ? fmt::format("2 (filter{})", filters.empty() ? "" : fmt::format(", {} installed", filters))
               : mode;
}

std::string effective_capabilities()
{
    const std::string digits = status_field("CapEff");
    std::uint64_t set = 0;
    if (digits.empty() || std::from_chars(digits.data(), digits.data() + digits.size(), set, 16).ec != std::errc{})
    {
        return {};
    }
    unsigned last = capability_names.size() - 1;
    const std::string known = file_value("/proc/sys/kernel/cap_last_cap").value_or("");
    std::from_chars(known.data(), known.data() + known.size(), last);
    return capabilities_in_words(set, last);
}

std::string user_map()
{
    const std::vector<std::string> words = words_of(file_text("/proc/self/uid_map").value_or(""));
    return words == std::vector<std::string>{"0", "0", "4294967295"} ? ""
                                                                     : fmt::format("{}", fmt::join(words, " "));
}

bool holds(const std::string& mount_point, const std::string& path)
{
    return mount_point == "/" || path == mount_point || path.starts_with(mount_point + "/");
}

} // namespace

std::string capabilities_in_words(std::uint64_t set, unsigned last)
{
    std::vector<std::string> held;
    std::vector<std::string> missing;
    for (unsigned bit = 0; bit <= std::min(last, 63U); ++bit)
    {
        auto& names = (set >> bit & 1U) != 0 ? held : missing;
        names.push_back(bit < capability_names.size() ? capability_names.at(bit)
                                                      : fmt::format("capability {}", bit));
    }
    if (held.empty() || missing.empty())
    {
        return held.empty() ? "none" : "all";
    }
    return missing.size() < held.size() ? fmt::format("all but {}", fmt::join(missing, ", "))
                                        : fmt::format("{}", fmt::join(held, ", "));
}

std::optional<Mount> mount_in(std::string_view mountinfo, const std::string& path)
{
    std::optional<Mount> found;
    for (const std::string& line : lines_of(mountinfo))
    {
        // id parent device root mount-point options [tags…] - file-system source super-options
        const std::vector<std::string> words = words_of(line);
        const auto dash = std::ranges::find(words, "-");
        if (words.size() < 6 || words.end() - dash < 2 || !holds(words[4], path))
        {
            continue;
        }
        if (!found || words[4].size() >= found->mounted_on.size()) // a later mount covers an earlier one
        {
            found = Mount{path, words[4], *(dash + 1), words[5], {}, {}};
        }
    }
    return found;
}

std::optional<Mount> mount_of(const std::string& path)
{
    if (::access(path.c_str(), F_OK) != 0)
    {
        return std::nullopt;
    }
#ifdef __APPLE__
    using System = struct statfs;
    System system{};
    std::optional<Mount> mount;
    if (::statfs(path.c_str(), &system) == 0)
    {
        mount = Mount{
            path, system.f_mntonname, system.f_fstypename, (system.f_flags & MNT_RDONLY) != 0 ? "ro" : "rw", {},
            {}};
    }
#else
    std::optional<Mount> mount = mount_in(file_text("/proc/self/mountinfo").value_or(""), path);
#endif
    if (!mount)
    {
        mount = Mount{path, "", "", "", {}, {}};
    }
    using Space = struct statvfs;
    Space space{};
    if (::statvfs(path.c_str(), &space) == 0)
    {
        mount->size = std::uint64_t{space.f_blocks} * space.f_frsize;
        mount->available = std::uint64_t{space.f_bavail} * space.f_frsize;
    }
    return mount;
}

NamedValues restrictions_of_this_process()
{
    NamedValues all{{"seccomp mode", seccomp_in_words()},
                    {"no new privileges", status_field("NoNewPrivs")},
                    {"capabilities", effective_capabilities()},
                    {"security label", security_label()},
                    {"user id map", user_map()}};
    std::erase_if(all, [](const auto& one) { return one.second.empty(); });
    return all;
}

NamedValues namespaces_of_this_process()
{
    // Those with a number that is the same on every Linux; of the others nothing tells whether they are initial.
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> initial{{{"ipc", "4026531839"},
                                                                                    {"uts", "4026531838"},
                                                                                    {"user", "4026531837"},
                                                                                    {"pid", "4026531836"},
                                                                                    {"cgroup", "4026531835"}}};
    NamedValues all;
    for (const char* name : {"ipc", "mnt", "net", "pid", "user", "uts", "cgroup", "time"})
    {
        const auto target = link_target(fmt::format("/proc/self/ns/{}", name));
        if (target)
        {
            const auto* const known =
                std::ranges::find(initial, name, &std::pair<std::string_view, std::string_view>::first);
            const char* note = known == initial.end()                             ? ""
                               : target->find(known->second) != std::string::npos ? " (the initial one)"
                                                                                  : " (its own)";
            all.emplace_back(name, *target + note);
        }
    }
    return all;
}

Confinement confinement_of_this_process(const std::string& sandbox)
{
    return {seccomp_mode(), security_label(), sandbox};
}

} // namespace ipc_conform::runner
