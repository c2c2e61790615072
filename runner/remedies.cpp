#include "runner/remedies.hpp"

#include "fixtures/error_names.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <unistd.h>

namespace ipc_conform::runner
{
namespace
{

struct Known
{
    std::string_view call; // empty: any
    int error;
    std::string_view meaning;
    std::string_view remedy;
};

constexpr std::string_view dev_shm_missing =
    "mount -t tmpfs -o mode=1777 tmpfs /dev/shm; for a container: --tmpfs /dev/shm:rw,mode=1777";
constexpr std::string_view dev_shm_closed =
    "chmod 1777 /dev/shm, or mount -o remount,rw /dev/shm; for a container: --tmpfs /dev/shm:rw,mode=1777";
constexpr std::string_view folder = "TMPDIR=/a/writable/folder ipc-conform …; for a container: --tmpfs /tmp";
constexpr std::string_view loopback = "ip link set lo up (as root in this network namespace)";

// Looked up from top to bottom: the particular call first.
constexpr Known known[] = {
    {"msgget", ENOSPC, "every queue is in use",
     "remove unused ones (ipcs -q, ipcrm -q ID), or sysctl -w kernel.msgmni=32000"},
    {"shmget", ENOSPC, "every segment is in use",
     "remove unused ones (ipcs -m, ipcrm -m ID), or sysctl -w kernel.shmmni=4096"},
    {"semget", ENOSPC, "every set is in use",
     "remove unused ones (ipcs -s, ipcrm -s ID), or sysctl -w kernel.sem='32000 1024000000 500 32000'"},
    {"mq_open", EMFILE, "the user's bytes for queues are used up",
     "ulimit -q 819200, or remove unused queues; for a container: --ulimit msgqueue=819200"},
    {"mq_open", ENOSPC, "every queue is in use", "remove unused ones, or sysctl -w fs.mqueue.queues_max=256"},
    {"shm_open", ENOENT, "/dev/shm is missing", dev_shm_missing},
    {"sem_open", ENOENT, "/dev/shm is missing or may not be used", dev_shm_missing},
    {"shm_open", EACCES, "/dev/shm may not be written", dev_shm_closed},
    {"sem_open", EACCES, "/dev/shm may not be written", dev_shm_closed},
    {"shm_open", EROFS, "/dev/shm may not be written", dev_shm_closed},
    {"sem_open", EROFS, "/dev/shm may not be written", dev_shm_closed},
    {"", ENOSPC, "the file system is full",
     "free space, or mount -o remount,size=64m /dev/shm; docker: --shm-size=64m"},
    {"mkfifo", ENOENT, "the folder for temporary files is missing", folder},
    {"mkfifo", EACCES, "the folder for temporary files may not be written", folder},
    {"mkfifo", EROFS, "the folder for temporary files may not be written", folder},
    {"bind", EADDRNOTAVAIL, "the loopback interface is down or has no such address", loopback},
    {"connect", ENETUNREACH, "the loopback interface is down", loopback},
    {"", EMFILE, "the process may open no more descriptors",
     "ulimit -n 1024; for a container: --ulimit nofile=1024"},
    {"", ENFILE, "the system may open no more files", "sysctl -w fs.file-max=100000"},
    {"", ENOMEM, "there is too little memory", "raise the memory limit; for a container: --memory"},
};

constexpr std::array absent{ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP};

constexpr std::string_view unfiltered = "for a container: --security-opt seccomp=unconfined";

std::string allow(const Facility& facility)
{
    return fmt::format("allow {} in the seccomp profile; {}", facility.calls, unfiltered);
}

Impediment not_implemented(const Facility& facility, const std::string& what, const Confinement& confinement)
{
    if (confinement.sandbox == "gVisor")
    {
        return {what + ": gVisor does not implement it", facility.mechanisms,
                "none inside gVisor: use another runtime"};
    }
    std::string remedy = facility.kernel_option.empty()
                             ? "another kernel"
                             : fmt::format("a kernel with {} (zgrep {} /proc/config.gz)", facility.kernel_option,
                                           facility.kernel_option);
    if (confinement.seccomp == "2")
    {
        return {what + ": not implemented, or hidden by the seccomp filter (mode 2), which may answer so too",
                facility.mechanisms, fmt::format("{}; otherwise {}", allow(facility), remedy)};
    }
    return {what + ": not implemented by this kernel", facility.mechanisms, std::move(remedy)};
}

Impediment denied(const Facility& facility, const std::string& what, const Confinement& confinement)
{
    if (confinement.seccomp == "2")
    {
        return {what + ": denied, probably by the seccomp filter (mode 2)", facility.mechanisms, allow(facility)};
    }
    if (!confinement.label.empty())
    {
        return {fmt::format("{}: denied, probably by the security label {}", what, confinement.label),
                facility.mechanisms,
                fmt::format("allow {} in that policy; for a container: --security-opt apparmor=unconfined or "
                            "--security-opt label=disable",
                            facility.calls)};
    }
    return {
        what + ": denied", facility.mechanisms,
        fmt::format("run with the needed privilege, or allow {} in the system's policy (journalctl -k names it)",
                    facility.calls)};
}

/// Below `least` some cases have not enough of it.
struct SmallLimit
{
    std::string_view name;
    std::uint64_t least;
    std::string_view impeded;
    std::string_view remedy;
};

constexpr SmallLimit small_limits[] = {
    {"RLIMIT_NOFILE", 128, "cases that open many, and --jobs",
     "ulimit -n 1024; for a container: --ulimit nofile=1024"},
    {"RLIMIT_NPROC", 64, "cases with many processes, and --jobs",
     "ulimit -u 1024; for a container: --ulimit nproc=1024 --pids-limit 1024"},
    {"RLIMIT_FSIZE", 4U << 20U, "cases that write files, and reports",
     "ulimit -f unlimited; for a container: --ulimit fsize=-1"},
    {"RLIMIT_MEMLOCK", 64U << 10U, "cases of mmap that lock pages",
     "ulimit -l 64; for a container: --ulimit memlock=65536"},
    {"RLIMIT_SIGPENDING", 16, "cases that are sent signals with values",
     "ulimit -i 1024; for a container: --ulimit sigpending=1024"},
    {"kernel.msgmax", 256, "sysv-msg", "sysctl -w kernel.msgmax=8192"},
    {"kernel.msgmnb", 1024, "sysv-msg", "sysctl -w kernel.msgmnb=16384"},
    {"fs.mqueue.msg_max", 10, "posix-mq", "sysctl -w fs.mqueue.msg_max=10"},
    {"fs.mqueue.msgsize_max", 64, "posix-mq", "sysctl -w fs.mqueue.msgsize_max=8192"},
    {"net.unix.max_dgram_qlen", 3, "unix-dgram", "sysctl -w net.unix.max_dgram_qlen=512"},
    {"/dev/shm", 1U << 20U, "posix-shm", "mount -o remount,size=64m /dev/shm; docker, podman: --shm-size=64m"},
};

std::string_view value_of(const NamedValues& values, std::string_view name)
{
    const auto found = std::ranges::find(values, name, &NamedValues::value_type::first);
    return found == values.end() ? std::string_view{} : found->second;
}

/// Whether a limit is given and starts with a number below that.
bool below(std::string_view value, std::uint64_t least)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    return error == std::errc{} && end != value.data() && number < least;
}

} // namespace

Impediment impediment_of(const Facility& facility, const Refusal& refusal, const Confinement& confinement)
{
    if (!refusal.ended.empty())
    {
        const bool filtered = refusal.ended.find("SIGSYS") != std::string::npos;
        return {fmt::format("{}: {}{}", facility.name, refusal.ended,
                            filtered ? ": a seccomp filter kills who uses it" : ""),
                facility.mechanisms,
                filtered ? allow(facility) : fmt::format("find out what happens to {}", facility.calls)};
    }
    const std::string what =
        fmt::format("{}: {} fails with {}", facility.name, refusal.call, name_of_error(refusal.error));
    const auto* const row = std::ranges::find_if(known, [&](const Known& one) {
        return one.error == refusal.error && (one.call.empty() || one.call == refusal.call);
    });
    if (row != std::end(known))
    {
        return {fmt::format("{}: {}", what, row->meaning), facility.mechanisms, std::string{row->remedy}};
    }
    if (std::ranges::find(absent, refusal.error) != absent.end())
    {
        return not_implemented(facility, what, confinement);
    }
    if (refusal.error == EPERM || refusal.error == EACCES)
    {
        return denied(facility, what, confinement);
    }
    return {what, facility.mechanisms,
            fmt::format("see what {} says of {}", refusal.call, name_of_error(refusal.error))};
}

std::vector<Impediment> further_impediments(const NamedValues& limits, const std::string& sandbox,
                                            const std::string& root)
{
    std::vector<Impediment> found;
#ifdef __linux__
    if (!file_text(root + "/proc/self/status"))
    {
        found.push_back({"/proc is not mounted: no witness sees whether a process is blocked",
                         {"the evidence of every blocking case, which falls to \"timed\""},
                         "mount -t proc proc /proc"});
    }
    else if (!file_text(root + "/proc/self/syscall"))
    {
        found.push_back(
            {"/proc/PID/syscall cannot be read: a witness sees that a process sleeps, not in which call",
             {"the evidence of every blocking case, which falls from \"call\" to \"state\""},
             sandbox == "gVisor"
                 ? "none inside gVisor: use another runtime"
                 : "a kernel with CONFIG_HAVE_ARCH_TRACEHOOK; for a container: --cap-add SYS_PTRACE"});
    }
#else
    static_cast<void>(sandbox);
    static_cast<void>(root);
#endif
    for (const SmallLimit& limit : small_limits)
    {
        const std::string_view value = value_of(limits, limit.name);
        if (below(value, limit.least) && !(limit.name == "RLIMIT_NPROC" && ::geteuid() == 0))
        {
            found.push_back({fmt::format("{} is only {}", limit.name, value),
                             {std::string{limit.impeded}},
                             std::string{limit.remedy}});
        }
    }
    if (const std::string_view forced = value_of(limits, "kernel.shm_rmid_forced");
        !forced.empty() && forced != "0")
    {
        found.push_back({"kernel.shm_rmid_forced is set: a segment goes as soon as nobody has attached it",
                         {"cases of sysv-shm in which a segment outlives its processes"},
                         "sysctl -w kernel.shm_rmid_forced=0"});
    }
    return found;
}

} // namespace ipc_conform::runner
