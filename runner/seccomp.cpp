#include "runner/seccomp.hpp"

#ifdef __linux__

#include "fixtures/platform.hpp"
#include "runner/processes.hpp"
#include "runner/system_files.hpp"
#include "runner/trust_tools.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <type_traits>

#ifndef SECCOMP_FILTER_FLAG_NEW_LISTENER
#define SECCOMP_FILTER_FLAG_NEW_LISTENER (1UL << 3)
#endif
#ifndef SECCOMP_RET_USER_NOTIF
#define SECCOMP_RET_USER_NOTIF 0x7fc00000U
#endif

namespace ipc_conform::runner
{
namespace
{

/// What a child that makes one call tells, in memory it shares with this process.
struct Told
{
    std::atomic<int> listener; ///< descriptor on which our own filter hands calls over; 0: not yet, -1: none
    std::atomic<int> answered; ///< 1: the call has returned
    std::atomic<int> error;
};

using SharedTold = trust::Shared<Told>;

long made(const SystemCall& call)
{
    const auto& given = call.arguments;
    const auto word = [&](std::size_t index) { return static_cast<long>(given.at(index)); };
    return ::syscall(call.number, word(0), word(1), word(2), word(3), word(4), word(5));
}

/// Makes a call and tells how that went; nothing but system calls, for a child.
template <class Call>
[[noreturn]] void make(Call call, const SharedTold& told)
{
    leave_no_core();
    errno = 0;
    told->error = call() == -1 ? errno : 0;
    told->answered = 1;
    ::_exit(0);
}

/// The errno of a call that a child makes; 0: it succeeds, -1: the child did not survive it.
template <class Call>
int error_in_child(Call call)
{
    const trust::DefaultChildSignal guard;
    const SharedTold told;
    if (!told)
    {
        return ENOMEM;
    }
    const pid_t child = ::fork();
    if (child == 0)
    {
        make(call, told);
    }
    if (child > 0)
    {
        pid_t ended = 0;
        trust::soon([&] { return (ended = ::waitpid(child, nullptr, WNOHANG)) != 0; });
        if (ended != child) // or a filter refuses to say
        {
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
    }
    return told->answered == 1 ? told->error.load() : -1;
}

/// Installs a filter that hands this call over to whoever holds the descriptor it returns.
int listen_for(long number)
{
    std::array<sock_filter, 4> steps{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog program{steps.size(), steps.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL);
    return static_cast<int>(
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

/// fork() with a common table of descriptors, so that the listener that the child gets is ours, too.
pid_t fork_with_common_descriptors()
{
#ifdef __s390__
    return static_cast<pid_t>(::syscall(SYS_clone, 0, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr));
#else
    return static_cast<pid_t>(::syscall(SYS_clone, CLONE_FILES | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
#endif
}

/// Looks whether there is something to read: 1 or 0, -1 when it cannot. Without a descriptor (-1) there is
/// nothing. Not by select(), to which a listener whose child has just ended is readable, too.
using Look = int (*)(int descriptor);

int look_by_poll(int descriptor)
{
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == -1 ? -1 : static_cast<int>((waiting.revents & POLLIN) != 0);
}

int look_by_ppoll(int descriptor)
{
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const timespec at_once{};
    return ::ppoll(&waiting, 1, &at_once, nullptr) == -1 ? -1 : static_cast<int>((waiting.revents & POLLIN) != 0);
}

int look_by_epoll(int descriptor)
{
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    const bool watched = descriptor == -1 || ::epoll_ctl(set, EPOLL_CTL_ADD, descriptor, &event) == 0;
    const int found = watched ? ::epoll_wait(set, &event, 1, 0) : -1;
    ::close(set);
    return found == 1 ? static_cast<int>((event.events & EPOLLIN) != 0) : found;
}

/// A filter may refuse some of them, or kill who makes them; nullptr where it leaves none.
Look look_that_works()
{
    for (const Look look : {look_by_poll, look_by_ppoll, look_by_epoll})
    {
        if (error_in_child([look] { return look(-1); }) == 0)
        {
            return look;
        }
    }
    return nullptr;
}

bool is_handed_over(int listener)
{
    static const Look look = look_that_works();
    return listener > 0 && look != nullptr && look(listener) == 1;
}

} // namespace

int seccomp_mode()
{
    // Where /proc tells, nothing need be called that a filter might kill for.
    if (const auto told = field_of(file_text("/proc/self/status").value_or(""), "Seccomp"))
    {
        return std::atoi(told->c_str());
    }
    const int mode = ::prctl(PR_GET_SECCOMP, 0UL, 0UL, 0UL, 0UL);
    return mode >= 0 ? mode : errno == EINVAL ? 0 : SECCOMP_MODE_FILTER; // refused: nobody but a filter does that
}

// A filter of our own, in a child, hands the call over. That ranks below every refusal: what is handed over, all
// older filters let pass; what is not, one of them has answered.
FilterReply ask_filters(const SystemCall& call)
{
    static bool answers_in_time = true; // once it has not, nobody waits for it again
    const trust::DefaultChildSignal guard;
    const SharedTold told;
    if (!told || !answers_in_time)
    {
        return {};
    }
    const pid_t child = fork_with_common_descriptors();
    if (child == 0)
    {
        told->listener = listen_for(call.number);
        if (told->listener == -1)
        {
            ::_exit(0);
        }
        make([&] { return made(call); }, told);
    }
    if (child == -1)
    {
        return {};
    }
    bool handed_over = false;
    int status = 0;
    pid_t ended = 0;
    trust::soon([&] {
        ended = ::waitpid(child, &status, WNOHANG);
        handed_over = ended == 0 && is_handed_over(told->listener);
        return handed_over || ended != 0;
    });
    if (ended != child) // or a filter refuses to say: handed over, it would wait for ever
    {
        answers_in_time = handed_over;
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    const int listener = told->listener;
    if (listener > 0)
    {
        ::close(listener);
    }
    if (handed_over)
    {
        return {FilterAnswer::lets_pass, 0};
    }
    const bool asks_itself = call.number == SYS_prctl || call.number == SYS_seccomp;
    if (ended == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS && (listener > 0 || asks_itself))
    {
        return {FilterAnswer::kills, 0};
    }
    return told->answered == 1 ? FilterReply{FilterAnswer::refuses, told->error} : FilterReply{};
}

int error_of_call(const SystemCall& call)
{
    return error_in_child([&] { return made(call); });
}

} // namespace ipc_conform::runner

#else

#include <cerrno>

namespace ipc_conform::runner
{

int seccomp_mode()
{
    return 0;
}

FilterReply ask_filters(const SystemCall& /*call*/)
{
    return {};
}

int error_of_call(const SystemCall& /*call*/)
{
    return ENOSYS;
}

} // namespace ipc_conform::runner

#endif
