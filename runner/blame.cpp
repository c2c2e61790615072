#include "runner/blame.hpp"

#include "fixtures/error_names.hpp"
#include "runner/system_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <unistd.h>
#include <vector>

namespace ipc_conform::runner
{
namespace
{

struct Option
{
    std::string_view prefix; ///< of the functions' names
    std::string_view name;
};

constexpr Option options[] = {
    {"mq_", "CONFIG_POSIX_MQUEUE"},
    {"msgget", "CONFIG_SYSVIPC"},
    {"msgsnd", "CONFIG_SYSVIPC"},
    {"msgrcv", "CONFIG_SYSVIPC"},
    {"msgctl", "CONFIG_SYSVIPC"},
    {"shmget", "CONFIG_SYSVIPC"},
    {"shmat", "CONFIG_SYSVIPC"},
    {"shmdt", "CONFIG_SYSVIPC"},
    {"shmctl", "CONFIG_SYSVIPC"},
    {"semget", "CONFIG_SYSVIPC"},
    {"semop", "CONFIG_SYSVIPC"},
    {"semctl", "CONFIG_SYSVIPC"},
    {"epoll_", "CONFIG_EPOLL"},
    {"futex", "CONFIG_FUTEX"},
    {"madvise", "CONFIG_ADVISE_SYSCALLS"},
    {"posix_fadvise", "CONFIG_ADVISE_SYSCALLS"},
    {"socket", "CONFIG_NET"},
};

/// What shows that a kernel was built with an option, even where a filter hides its calls.
struct Trace
{
    std::string_view option;
    const char* path;
};

constexpr Trace traces[] = {{"CONFIG_POSIX_MQUEUE", "/proc/sys/fs/mqueue"},
                            {"CONFIG_SYSVIPC", "/proc/sysvipc"},
                            {"CONFIG_EPOLL", "/proc/sys/fs/epoll"},
                            {"CONFIG_NET", "/proc/sys/net"}};

struct Capability
{
    std::string_view prefix; ///< of the functions' names
    std::string_view name;
};

constexpr Capability capabilities[] = {
    {"msg", "CAP_IPC_OWNER"},  {"shm", "CAP_IPC_OWNER"},         {"sem", "CAP_IPC_OWNER"},
    {"mlock", "CAP_IPC_LOCK"}, {"mknod", "CAP_MKNOD"},           {"setrlimit", "CAP_SYS_RESOURCE"},
    {"kill", "CAP_KILL"},      {"bind", "CAP_NET_BIND_SERVICE"}, {"", "CAP_DAC_OVERRIDE"},
};

Blame denied_by_filter(const RefusedCall& call, const SystemCall& refused, FilterReply reply, int mode)
{
    const std::string behind = refused.name == call.name ? "" : fmt::format("{} behind ", refused.name);
    return {Culprit::filter,
            reply.answer == FilterAnswer::kills
                ? fmt::format("a seccomp filter (mode {}) kills who calls {}{}", mode, behind, call.name)
                : fmt::format("{}{} is denied by a seccomp filter (mode {}), which answers {}", behind, call.name,
                              mode, name_of_error(reply.error)),
            remedy_for_filter(refused.name)};
}

/// Whether the C library may have made the one errno of the other: glibc's mq_unlink() turns EPERM into EACCES.
bool is_the_same_refusal(int first, int second)
{
    const auto denies = [](int error) { return error == EPERM || error == EACCES; };
    return first == second || (denies(first) && denies(second));
}

/// What the filters themselves say: whether one of them has answered.
struct Filters
{
    std::optional<SystemCall> refused;
    FilterReply reply;
    bool told = true; ///< the filters could be asked
};

Filters filters_on(const RefusedCall& call, const std::vector<SystemCall>& made, const Inquiry& inquiry)
{
    Filters filters;
    for (const SystemCall& one : made)
    {
        const FilterReply reply = inquiry.ask_filters(one);
        filters.told = filters.told && reply.answer != FilterAnswer::unknown;
        const bool refused = reply.answer == FilterAnswer::refuses && is_the_same_refusal(reply.error, call.error);
        const bool killed = reply.answer == FilterAnswer::kills && call.error == 0;
        if (refused || killed)
        {
            return {one, reply, true};
        }
    }
    return filters;
}

/// Whether the kernel, asked for what it cannot do, says that it knows none of the calls behind the function.
bool answers_always(int error, const std::string& function, const Inquiry& inquiry)
{
    const std::vector<SystemCall> calls = harmless_calls_of(function);
    return !calls.empty() && std::ranges::all_of(calls, [&](const SystemCall& call) {
        return inquiry.error_of_call(call) == error;
    });
}

Blame absent(const RefusedCall& call, const Confinement& confinement)
{
    const std::string_view option = kernel_option_of(call.name);
    if (confinement.sandbox == "gVisor")
    {
        return {Culprit::absence, fmt::format("{} is not implemented by gVisor", call.name),
                "none inside gVisor: use another runtime"};
    }
    return {Culprit::absence,
            fmt::format("{} is not implemented by this kernel{}", call.name,
                        option.empty() ? "" : fmt::format(" ({})", option)),
            option.empty() ? "another kernel"
                           : fmt::format("a kernel with {0} (zgrep {0} /proc/config.gz)", option)};
}

/// A filter is there that cannot be asked, and the answer to harmless arguments is a refusal.
Blame unasked_filter(const RefusedCall& call, const Confinement& confinement, const Inquiry& inquiry)
{
    const std::string_view option = kernel_option_of(call.name);
    const auto* const trace = std::ranges::find(traces, option, &Trace::option);
    const bool present = option.empty() || (trace != std::end(traces) && inquiry.exists(trace->path));
    const SystemCall itself{-1, call.name, {}};
    if (call.error != ENOSYS || present)
    {
        Blame blame = denied_by_filter(call, itself, {FilterAnswer::refuses, call.error}, confinement.seccomp);
        blame.reason += " to harmless arguments, too";
        return blame;
    }
    Blame blame = absent(call, confinement);
    blame.culprit = Culprit::hidden;
    blame.reason +=
        fmt::format(", or hidden by a seccomp filter (mode {}), which may answer so too", confinement.seccomp);
    blame.remedy = fmt::format("{}; otherwise {}", remedy_for_filter(call.name), blame.remedy);
    return blame;
}

Blame denied_by_permission(const RefusedCall& call, const Confinement& confinement)
{
    const std::string reason =
        fmt::format("{} is denied by permission ({})", call.name, name_of_error(call.error));
    if (!confinement.label.empty())
    {
        return {Culprit::permission,
                fmt::format("{}, perhaps of the security label {}", reason, confinement.label),
                fmt::format("allow {} in that policy; for a container: --security-opt apparmor=unconfined or "
                            "--security-opt label=disable",
                            call.name)};
    }
    const auto* const needed = std::ranges::find_if(
        capabilities, [&](const Capability& one) { return call.name.starts_with(one.prefix); });
    return {
        Culprit::permission, reason,
        fmt::format("run as root or with {} (for a container: --cap-add {}), or allow {} in the system's policy "
                    "(journalctl -k names it)",
                    needed->name, needed->name.substr(4), call.name)};
}

} // namespace

std::string_view name_of(Culprit culprit)
{
    constexpr std::string_view names[] = {"denied by a filter", "not implemented",
                                          "not implemented or denied by a filter", "denied by permission",
                                          "implemented, but wrong"};
    return names[static_cast<std::size_t>(culprit)];
}

const Inquiry& real_inquiry()
{
    static const Inquiry real{ask_filters, error_of_call,
                              [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }};
    return real;
}

std::optional<Blame> blame_for(const RefusedCall& call, const Confinement& confinement, const Inquiry& inquiry)
{
    const std::vector<SystemCall> made = system_calls_of(call.name, call.arguments);
    if (made.empty())
    {
        return std::nullopt;
    }
    if (confinement.seccomp != 0)
    {
        const Filters filters = filters_on(call, made, inquiry);
        if (filters.refused)
        {
            return denied_by_filter(call, *filters.refused, filters.reply, confinement.seccomp);
        }
        const bool denial = call.error == ENOSYS || call.error == EPERM || call.error == EACCES;
        if (!filters.told && denial && answers_always(call.error, call.name, inquiry))
        {
            return unasked_filter(call, confinement, inquiry);
        }
    }
    if (call.error == ENOSYS && answers_always(ENOSYS, call.name, inquiry))
    {
        return absent(call, confinement);
    }
    if (call.error == EPERM || call.error == EACCES)
    {
        return denied_by_permission(call, confinement);
    }
    return Blame{};
}

std::string_view kernel_option_of(std::string_view function)
{
    const auto* const option =
        std::ranges::find_if(options, [&](const Option& one) { return function.starts_with(one.prefix); });
    return option == std::end(options) ? std::string_view{} : option->name;
}

std::string remedy_for_filter(std::string_view calls)
{
    return fmt::format(
        "allow {} in the seccomp profile; for a container: --security-opt seccomp=PROFILE.json with "
        "{} among its allowed names, or seccomp=unconfined",
        calls, calls);
}

} // namespace ipc_conform::runner
