#include "runner/system_calls.hpp"

#include "runner/system_call_numbers.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace ipc_conform::runner
{
namespace
{

/// How a C library passes the arguments of its function on.
enum class Passing
{
    as_given,
    after_folder, ///< behind AT_FDCWD
    in_own_way,   ///< otherwise: nothing is known of them
};

/// A system call behind a function.
struct Behind
{
    std::string_view function;
    long number;
    std::string_view name;
    Passing passing;
};

#ifdef __linux__

#define BEHIND(function, call, passing)                                                                           \
    {                                                                                                             \
        function, SYS_##call, #call, passing                                                                      \
    }
constexpr Passing given = Passing::as_given;
constexpr Passing moved = Passing::after_folder;
constexpr Passing changed = Passing::in_own_way;

constexpr Behind behind[] = {
    BEHIND("open", openat, moved),
    BEHIND("open", open, given),
    BEHIND("openat", openat, given),
    BEHIND("close", close, given),
    BEHIND("read", read, given),
    BEHIND("write", write, given),
    BEHIND("readv", readv, given),
    BEHIND("writev", writev, given),
    BEHIND("pread", pread64, given),
    BEHIND("pwrite", pwrite64, given),
    BEHIND("lseek", lseek, given),
    BEHIND("lseek", _llseek, changed),
    BEHIND("dup", dup, given),
    BEHIND("dup2", dup2, given),
    BEHIND("dup2", dup3, given),
    BEHIND("fcntl", fcntl, given),
    BEHIND("fcntl", fcntl64, given),
    BEHIND("ioctl", ioctl, given),
    BEHIND("poll", poll, given),
    BEHIND("poll", ppoll, changed),
    BEHIND("poll", ppoll_time64, changed),
    BEHIND("ppoll", ppoll, given),
    BEHIND("ppoll", ppoll_time64, given),
    BEHIND("select", select, given),
    BEHIND("select", pselect6, changed),
    BEHIND("select", pselect6_time64, changed),
    BEHIND("pselect", pselect6, given),
    BEHIND("pselect", pselect6_time64, given),
    BEHIND("fstat", fstat, given),
    BEHIND("fstat", newfstatat, changed),
    BEHIND("fstat", statx, changed),
    BEHIND("stat", newfstatat, changed),
    BEHIND("stat", statx, changed),
    BEHIND("lstat", newfstatat, changed),
    BEHIND("lstat", statx, changed),
    BEHIND("fstatfs", fstatfs, given),
    BEHIND("ftruncate", ftruncate, given),
    BEHIND("ftruncate", ftruncate64, changed),
    BEHIND("truncate", truncate, given),
    BEHIND("fallocate", fallocate, given),
    BEHIND("fsync", fsync, given),
    BEHIND("unlink", unlink, given),
    BEHIND("unlink", unlinkat, moved),
    BEHIND("link", link, given),
    BEHIND("link", linkat, changed),
    BEHIND("rename", rename, given),
    BEHIND("rename", renameat, changed),
    BEHIND("rename", renameat2, changed),
    BEHIND("symlink", symlink, given),
    BEHIND("symlink", symlinkat, changed),
    BEHIND("mkdir", mkdir, given),
    BEHIND("mkdir", mkdirat, moved),
    BEHIND("umask", umask, given),
    BEHIND("chmod", chmod, given),
    BEHIND("chmod", fchmodat, moved),
    BEHIND("chdir", chdir, given),
    BEHIND("flock", flock, given),
    BEHIND("getrusage", getrusage, given),
    BEHIND("memfd_create", memfd_create, given),
    BEHIND("fork", clone, changed),
    BEHIND("fork", fork, given),
    BEHIND("execv", execve, given),
    BEHIND("waitpid", wait4, given),
    BEHIND("waitpid", waitid, changed),
    BEHIND("kill", kill, given),
    BEHIND("getpid", getpid, given),
    BEHIND("getppid", getppid, given),
    BEHIND("setrlimit", prlimit64, changed),
    BEHIND("setrlimit", setrlimit, given),
    BEHIND("sigaction", rt_sigaction, given),
    BEHIND("sigprocmask", rt_sigprocmask, given),
    BEHIND("pthread_sigmask", rt_sigprocmask, given),
    BEHIND("sigpending", rt_sigpending, given),
    BEHIND("sigsuspend", rt_sigsuspend, given),
    BEHIND("sigtimedwait", rt_sigtimedwait, given),
    BEHIND("sigtimedwait", rt_sigtimedwait_time64, given),
    BEHIND("pthread_create", clone3, changed),
    BEHIND("pthread_create", clone, changed),
    BEHIND("prctl", prctl, given),
    BEHIND("futex", futex, given),
    BEHIND("pthread_mutex_lock", futex, changed),
    BEHIND("pthread_mutex_unlock", futex, changed),
    BEHIND("pthread_join", futex, changed),
    BEHIND("sem_wait", futex, changed),
    BEHIND("pipe", pipe, given),
    BEHIND("pipe", pipe2, given),
    BEHIND("pipe2", pipe2, given),
    BEHIND("mkfifo", mknod, given),
    BEHIND("mkfifo", mknodat, moved),
    BEHIND("mkfifoat", mknodat, given),
    BEHIND("mknod", mknod, given),
    BEHIND("mknod", mknodat, moved),
    BEHIND("splice", splice, given),
    BEHIND("tee", tee, given),
    BEHIND("vmsplice", vmsplice, given),
    BEHIND("msgget", msgget, given),
    BEHIND("msgsnd", msgsnd, given),
    BEHIND("msgrcv", msgrcv, given),
    BEHIND("msgctl", msgctl, given),
    BEHIND("shmget", shmget, given),
    BEHIND("shmat", shmat, given),
    BEHIND("shmdt", shmdt, given),
    BEHIND("shmctl", shmctl, given),
    BEHIND("semget", semget, given),
    BEHIND("semctl", semctl, given),
    BEHIND("semop", semop, given),
    BEHIND("semop", semtimedop, given),
    BEHIND("semop", semtimedop_time64, given),
    BEHIND("semtimedop", semtimedop, given),
    BEHIND("semtimedop", semtimedop_time64, given),
    BEHIND("shm_open", openat, changed),
    BEHIND("shm_open", open, changed),
    BEHIND("shm_unlink", unlink, changed),
    BEHIND("shm_unlink", unlinkat, changed),
    BEHIND("sem_open", openat, changed),
    BEHIND("sem_open", linkat, changed),
    BEHIND("sem_open", link, changed),
    BEHIND("sem_unlink", unlink, changed),
    BEHIND("mmap", mmap, given),
    BEHIND("mmap", mmap2, given),
    BEHIND("munmap", munmap, given),
    BEHIND("mprotect", mprotect, given),
    BEHIND("mremap", mremap, given),
    BEHIND("msync", msync, given),
    BEHIND("mlock", mlock, given),
    BEHIND("munlock", munlock, given),
    BEHIND("madvise", madvise, given),
    BEHIND("mincore", mincore, given),
    BEHIND("posix_fadvise", fadvise64, given),
    BEHIND("posix_fadvise", fadvise64_64, changed),
    BEHIND("socket", socket, given),
    BEHIND("socketpair", socketpair, given),
    BEHIND("bind", bind, given),
    BEHIND("listen", listen, given),
    BEHIND("accept", accept, given),
    BEHIND("accept", accept4, given),
    BEHIND("connect", connect, given),
    BEHIND("send", sendto, given),
    BEHIND("send", send, given),
    BEHIND("sendto", sendto, given),
    BEHIND("sendmsg", sendmsg, given),
    BEHIND("recv", recvfrom, given),
    BEHIND("recv", recv, given),
    BEHIND("recvfrom", recvfrom, given),
    BEHIND("recvmsg", recvmsg, given),
    BEHIND("shutdown", shutdown, given),
    BEHIND("getsockname", getsockname, given),
    BEHIND("getpeername", getpeername, given),
    BEHIND("setsockopt", setsockopt, given),
    BEHIND("getsockopt", getsockopt, given),
    BEHIND("epoll_create1", epoll_create1, given),
    BEHIND("epoll_ctl", epoll_ctl, given),
    BEHIND("epoll_wait", epoll_wait, given),
    BEHIND("epoll_wait", epoll_pwait, given),
    BEHIND("epoll_pwait2", epoll_pwait2, given),
    BEHIND("mq_open", mq_open, given),
    BEHIND("mq_close", close, given),
    BEHIND("mq_unlink", mq_unlink, given),
    BEHIND("mq_send", mq_timedsend, given),
    BEHIND("mq_send", mq_timedsend_time64, given),
    BEHIND("mq_timedsend", mq_timedsend, given),
    BEHIND("mq_receive", mq_timedreceive, given),
    BEHIND("mq_receive", mq_timedreceive_time64, given),
    BEHIND("mq_timedreceive", mq_timedreceive, given),
    BEHIND("mq_getattr", mq_getsetattr, given),
    BEHIND("mq_setattr", mq_getsetattr, given),
    BEHIND("mq_getsetattr", mq_getsetattr, given),
    BEHIND("mq_notify", mq_notify, given),
};
#undef BEHIND

bool looks_up_a_key(long number)
{
    return number == SYS_msgget || number == SYS_shmget || number == SYS_semget;
}

#else

constexpr std::array<Behind, 0> behind{};

#endif

SystemCall with_arguments(const Behind& row, std::span<const std::int64_t> words)
{
    SystemCall call{row.number, row.name, {}};
    if (row.passing == Passing::as_given)
    {
        std::copy_n(words.begin(), std::min(words.size(), call.arguments.size()), call.arguments.begin());
    }
    else if (row.passing == Passing::after_folder)
    {
        call.arguments[0] = AT_FDCWD;
        std::copy_n(words.begin(), std::min(words.size(), call.arguments.size() - 1), call.arguments.begin() + 1);
    }
    return call;
}

std::vector<const Behind*> rows_of(std::string_view function)
{
    std::vector<const Behind*> rows;
    for (const Behind& row : behind)
    {
        if (row.function == function && row.number != -1)
        {
            rows.push_back(&row);
        }
    }
    return rows;
}

} // namespace

std::vector<SystemCall> system_calls_of(std::string_view function, std::span<const std::int64_t> arguments)
{
    std::vector<SystemCall> calls;
    std::ranges::transform(rows_of(function), std::back_inserter(calls),
                           [&](const Behind* row) { return with_arguments(*row, arguments); });
    return calls;
}

std::vector<SystemCall> harmless_calls_of(std::string_view function)
{
    std::vector<SystemCall> calls;
    for (const Behind* row : rows_of(function))
    {
        // An unknown operation on a futex is ENOSYS of itself; a signal to -1 is one to everybody, but signal 0 to
        // its own group changes nothing.
        SystemCall call{row->number, row->name, {}};
#ifdef __linux__
        call.arguments.fill(row->number == SYS_futex || row->number == SYS_kill ? 0 : -1);
        if (looks_up_a_key(row->number))
        {
            call.arguments = {-1, 0, 0, 0, 0, 0}; // all flags together would make an object
        }
#endif
        calls.push_back(call);
    }
    return calls;
}

bool is_killed_by_a_filter(std::string_view function)
{
    return std::ranges::any_of(system_calls_of(function, {}), [](const SystemCall& call) {
        return ask_filters(call).answer == FilterAnswer::kills;
    });
}

} // namespace ipc_conform::runner
