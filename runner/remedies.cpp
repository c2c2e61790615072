#include "runner/remedies.hpp"

#include "fixtures/error_names.hpp"
#include "runner/system_calls.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
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
    std::string_view limit = {}; ///< whose value tells more
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
     "remove unused ones (ipcs -q, ipcrm -q ID), or sysctl -w kernel.msgmni=32000", "kernel.msgmni"},
    {"shmget", ENOSPC, "every segment is in use",
     "remove unused ones (ipcs -m, ipcrm -m ID), or sysctl -w kernel.shmmni=4096", "kernel.shmmni"},
    {"semget", ENOSPC, "every set is in use",
     "remove unused ones (ipcs -s, ipcrm -s ID), or sysctl -w kernel.sem='32000 1024000000 500 32000'",
     "kernel.sem"},
    {"mq_open", EMFILE, "the user's bytes for queues are used up",
     "ulimit -q 819200, or remove unused queues; for a container: --ulimit msgqueue=819200", "RLIMIT_MSGQUEUE"},
    {"mq_open", ENOSPC, "every queue is in use", "remove unused ones, or sysctl -w fs.mqueue.queues_max=256",
     "fs.mqueue.queues_max"},
    {"shm_open", ENOENT, "/dev/shm is missing", dev_shm_missing},
    {"sem_open", ENOENT, "/dev/shm is missing or may not be used", dev_shm_missing},
    {"shm_open", EACCES, "/dev/shm may not be written", dev_shm_closed},
    {"sem_open", EACCES, "/dev/shm may not be written", dev_shm_closed},
    {"shm_open", EROFS, "/dev/shm may not be written", dev_shm_closed},
    {"sem_open", EROFS, "/dev/shm may not be written", dev_shm_closed},
    {"", ENOSPC, "the file system is full",
     "free space, or mount -o remount,size=64m /dev/shm; docker: --shm-size=64m", "/dev/shm"},
    {"msgsnd", EAGAIN, "the queue takes no more", "sysctl -w kernel.msgmnb=16384", "kernel.msgmnb"},
    {"mq_open", EINVAL, "its attributes are beyond what this namespace allows", "sysctl -w fs.mqueue.msg_max=10",
     "fs.mqueue.msg_max"},
    {"mkfifo", ENOENT, "the folder for temporary files is missing", folder},
    {"mkfifo", EACCES, "the folder for temporary files may not be written", folder},
    {"", EROFS, "the folder for temporary files may not be written", folder},
    {"bind", EADDRNOTAVAIL, "the loopback interface is down or has no such address", loopback},
    {"connect", ENETUNREACH, "the loopback interface is down", loopback},
    {"", EMFILE, "the process may open no more descriptors",
     "ulimit -n 1024; for a container: --ulimit nofile=1024", "RLIMIT_NOFILE"},
    {"", ENFILE, "the system may open no more files", "sysctl -w fs.file-max=100000", "fs.file-max"},
    {"", ENOMEM, "there is too little memory", "raise the memory limit; for a container: --memory", "RLIMIT_AS"},
};

constexpr std::array absent_families{EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EOPNOTSUPP};

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

const Known* known_refusal(std::string_view call, int error)
{
    const auto* const row = std::ranges::find_if(
        known, [&](const Known& one) { return one.error == error && (one.call.empty() || one.call == call); });
    return row == std::end(known) ? nullptr : row;
}

/// Those of a facility's calls ("mq_open, mq_unlink") whose users a filter kills.
std::string killed_calls_of(const Facility& facility, const Inquiry& inquiry)
{
    std::vector<std::string> killed;
    for (const std::string& word : words_of(facility.calls))
    {
        const std::string name = word.substr(0, word.find(','));
        const std::vector<SystemCall> calls = system_calls_of(name, {});
        if (std::ranges::any_of(calls, [&](const SystemCall& call) {
                return inquiry.ask_filters(call).answer == FilterAnswer::kills;
            }))
        {
            killed.push_back(name);
        }
    }
    return fmt::format("{}", fmt::join(killed, ", "));
}

Impediment killed_in(const Facility& facility, const Refusal& refusal, const Inquiry& inquiry)
{
    if (refusal.ended.find("SIGSYS") == std::string::npos)
    {
        return {fmt::format("{}: {}", facility.name, refusal.ended), facility.mechanisms,
                fmt::format("find out what happens to {}", facility.calls), "unknown"};
    }
    const std::string killed = killed_calls_of(facility, inquiry);
    const std::string& calls = killed.empty() ? facility.calls : killed;
    return {fmt::format("{}: a seccomp filter kills who calls {}", facility.name, calls), facility.mechanisms,
            remedy_for_filter(calls), std::string{name_of(Culprit::filter)}};
}

/// Whether a limit is given and starts with a number below that.
bool below(std::string_view value, std::uint64_t least)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    return error == std::errc{} && end != value.data() && number < least;
}

} // namespace

std::optional<Meaning> meaning_of(std::string_view call, int error, const NamedValues& limits)
{
    const Known* row = known_refusal(call, error);
    if (row == nullptr)
    {
        return std::nullopt;
    }
    const std::string_view value = value_of(limits, row->limit);
    return Meaning{value.empty() ? std::string{row->meaning}
                                 : fmt::format("{} ({} is {})", row->meaning, row->limit, value),
                   std::string{row->remedy}};
}

Impediment impediment_of(const Facility& facility, const Refusal& refusal, const Confinement& confinement,
                         const NamedValues& limits, const Inquiry& inquiry)
{
    if (!refusal.ended.empty())
    {
        return killed_in(facility, refusal, inquiry);
    }
    const auto blame = blame_for({refusal.call, refusal.arguments, refusal.error}, confinement, inquiry);
    if (blame && blame->culprit == Culprit::filter)
    {
        return {fmt::format("{}: {}", facility.name, blame->reason), facility.mechanisms,
                remedy_for_filter(facility.calls), std::string{name_of(blame->culprit)}};
    }
    const std::string what =
        fmt::format("{}: {} fails with {}", facility.name, refusal.call, name_of_error(refusal.error));
    if (const auto meaning = meaning_of(refusal.call, refusal.error, limits))
    {
        return {fmt::format("{}: {}", what, meaning->text), facility.mechanisms, meaning->remedy, "limited"};
    }
    if (blame && blame->culprit != Culprit::nobody)
    {
        return {fmt::format("{}: {}", facility.name, blame->reason), facility.mechanisms, blame->remedy,
                std::string{name_of(blame->culprit)}};
    }
    if (std::ranges::find(absent_families, refusal.error) != absent_families.end())
    {
        return {fmt::format("{}: not implemented by this kernel ({})", what, facility.kernel_option),
                facility.mechanisms,
                fmt::format("a kernel with {0} (zgrep {0} /proc/config.gz)", facility.kernel_option),
                std::string{name_of(Culprit::absence)}};
    }
    return {what + ": implemented, but this answer is its own", facility.mechanisms,
            fmt::format("see what {} says of {}", refusal.call, name_of_error(refusal.error)),
            std::string{name_of(Culprit::nobody)}};
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
                         "mount -t proc proc /proc",
                         "missing"});
    }
    else if (!file_text(root + "/proc/self/syscall"))
    {
        found.push_back(
            {"/proc/PID/syscall cannot be read: a witness sees that a process sleeps, not in which call",
             {"the evidence of every blocking case, which falls from \"call\" to \"state\""},
             sandbox == "gVisor"
                 ? "none inside gVisor: use another runtime"
                 : "a kernel with CONFIG_HAVE_ARCH_TRACEHOOK; for a container: --cap-add SYS_PTRACE",
             "missing"});
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
                             std::string{limit.remedy},
                             "limited"});
        }
    }
    if (const std::string_view forced = value_of(limits, "kernel.shm_rmid_forced");
        !forced.empty() && forced != "0")
    {
        found.push_back({"kernel.shm_rmid_forced is set: a segment goes as soon as nobody has attached it",
                         {"cases of sysv-shm in which a segment outlives its processes"},
                         "sysctl -w kernel.shm_rmid_forced=0",
                         "limited"});
    }
    return found;
}

} // namespace ipc_conform::runner
