#include "fixtures/os.hpp"
#include "runner/platform.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

namespace ipc_conform::runner
{
namespace
{

struct ResourceLimit
{
    const char* name;
    int resource;
};
constexpr ResourceLimit resource_limits[] = {
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},         {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},       {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
#ifdef RLIMIT_MSGQUEUE
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
#endif
#ifdef RLIMIT_SIGPENDING
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
#endif
};

#ifdef __APPLE__
constexpr const char* kernel_settings[] = {"kern.sysv.shmmax",   "kern.sysv.shmmin", "kern.sysv.shmmni",
                                           "kern.sysv.shmseg",   "kern.sysv.shmall", "kern.sysv.semmni",
                                           "kern.ipc.somaxconn", "kern.maxfiles",    "kern.maxproc"};

std::optional<std::string> kernel_setting(const char* name)
{
    std::int64_t value = 0; // little-endian on every Mac: a 32-bit setting reads right too
    std::size_t size = sizeof value;
    return ::sysctlbyname(name, &value, &size, nullptr, 0) == 0 ? std::optional{fmt::format("{}", value)}
                                                                : std::nullopt;
}
#else
constexpr const char* kernel_settings[] = {"kernel.msgmax",
                                           "kernel.msgmnb",
                                           "kernel.msgmni",
                                           "kernel.shmmax",
                                           "kernel.shmall",
                                           "kernel.shmmni",
                                           "kernel.shm_rmid_forced",
                                           "kernel.sem",
                                           "fs.mqueue.msg_max",
                                           "fs.mqueue.msgsize_max",
                                           "fs.mqueue.queues_max",
                                           "fs.mqueue.msg_default",
                                           "fs.mqueue.msgsize_default",
                                           "fs.pipe-max-size",
                                           "fs.pipe-user-pages-soft",
                                           "fs.pipe-user-pages-hard",
                                           "fs.file-max",
                                           "vm.max_map_count",
                                           "vm.overcommit_memory",
                                           "kernel.pid_max",
                                           "kernel.threads-max",
                                           "net.core.somaxconn",
                                           "net.core.wmem_default",
                                           "net.unix.max_dgram_qlen"};

std::optional<std::string> kernel_setting(std::string name)
{
    std::ranges::replace(name, '.', '/');
    return file_value("/proc/sys/" + name);
}
#endif

std::string text_of(rlim_t limit)
{
    return limit == RLIM_INFINITY ? "unlimited" : fmt::format("{}", limit);
}

void add_pipe(NamedValues& limits)
{
    std::array<int, 2> ends{-1, -1};
    if (os::pipe(ends.data()) != 0)
    {
        return;
    }
    if (const long atomic = ::fpathconf(ends[1], _PC_PIPE_BUF); atomic > 0)
    {
        limits.emplace_back("PIPE_BUF", fmt::format("{}", atomic));
    }
#ifdef F_GETPIPE_SZ
    if (const int capacity = os::fcntl(ends[1], F_GETPIPE_SZ); capacity > 0)
    {
        limits.emplace_back("pipe capacity", fmt::format("{}", capacity));
    }
#endif
    os::close(ends[0]);
    os::close(ends[1]);
}

void add_shared_memory_folder(NamedValues& limits)
{
#ifdef __linux__
    using Space = struct statvfs;
    Space space{};
    const bool present = ::statvfs("/dev/shm", &space) == 0;
    const auto bytes = [&](auto blocks) { return static_cast<std::uint64_t>(blocks) * space.f_frsize; };
    limits.emplace_back(
        "/dev/shm",
        present ? fmt::format("{} bytes, {} available", bytes(space.f_blocks), bytes(space.f_bavail)) : "absent");
#else
    static_cast<void>(limits);
#endif
}

} // namespace

NamedValues limits_of_this_system()
{
    NamedValues limits;
    add_pipe(limits);
    limits.emplace_back("page size", fmt::format("{}", ::sysconf(_SC_PAGESIZE)));
    for (const char* name : kernel_settings)
    {
        if (const auto value = kernel_setting(name))
        {
            limits.emplace_back(name, *value);
        }
    }
    for (const ResourceLimit& one : resource_limits)
    {
        rlimit limit{};
        if (::getrlimit(one.resource, &limit) == 0)
        {
            limits.emplace_back(
                one.name, limit.rlim_cur == limit.rlim_max
                              ? text_of(limit.rlim_cur)
                              : fmt::format("{} (hard {})", text_of(limit.rlim_cur), text_of(limit.rlim_max)));
        }
    }
    add_shared_memory_folder(limits);
    return limits;
}

} // namespace ipc_conform::runner
