#include "runner/preflight.hpp"

#ifdef __linux__

#include "runner/blame.hpp"
#include "runner/errors.hpp"
#include "runner/processes.hpp"
#include "runner/system_call_numbers.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipc_conform::runner
{
namespace
{

#define NEEDED(name)                                                                                              \
    SystemCall                                                                                                    \
    {                                                                                                             \
        SYS_##name, #name,                                                                                        \
        {                                                                                                         \
        }                                                                                                         \
    }
// What asking a filter takes itself. With these arguments none of them does anything.
const SystemCall needed_to_ask[] = {
    NEEDED(prctl), NEEDED(wait4), NEEDED(kill), NEEDED(sched_yield), NEEDED(clock_nanosleep), NEEDED(rt_sigaction),
};
// What the kit calls on its way to the first case, and to learn of its end.
const SystemCall needed_always[] = {
    NEEDED(clone),   NEEDED(pipe),       NEEDED(setsid),    NEEDED(mkdir),  NEEDED(ftruncate),
    NEEDED(pread64), NEEDED(getdents64), NEEDED(prlimit64), NEEDED(statfs), NEEDED(syslog),
    NEEDED(uname),   NEEDED(unlinkat),   NEEDED(readlink),  NEEDED(ioctl),  NEEDED(fcntl),
};
// But for --plain.
const SystemCall needed_to_execute[] = {
    NEEDED(waitid),     NEEDED(pipe2),    NEEDED(epoll_create1),  NEEDED(epoll_ctl),
    NEEDED(epoll_wait), NEEDED(eventfd2), NEEDED(timerfd_create), NEEDED(timerfd_settime),
    NEEDED(pidfd_open), NEEDED(vfork),    NEEDED(execve),         NEEDED(getsid),
};
#undef NEEDED

// Refused, these would let it wait for ever.
bool must_not_be_refused(const SystemCall& call)
{
    return call.number == SYS_epoll_ctl || call.number == SYS_epoll_wait || call.number == SYS_kill;
}

[[noreturn]] void refuse(std::string_view does, std::string_view call)
{
    throw CannotJudge{fmt::format("a seccomp filter {} {}, which the kit itself needs: {}", does, call,
                                  remedy_for_filter(call))};
}

// A child makes those calls one by one, and a pipe tells how far it came: nobody has to wait for it, as that may
// be what it dies of.
void refuse_if_asking_is_deadly()
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0)
    {
        return; // refused, not deadly: the trust base says so
    }
    const pid_t child = ::fork();
    if (child == 0)
    {
        leave_no_core();
        for (const SystemCall& call : needed_to_ask)
        {
            const long result = call.number == -1 ? 0 : ::syscall(call.number, 0L, 0L, 0L, 0L, 0L, 0L);
            const char refused = result == -1 && must_not_be_refused(call) ? 1 : 0;
            static_cast<void>(::write(ends[1], &refused, 1) == 1);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    std::size_t survived = 0;
    char refused = 0;
    while (child > 0 && refused == 0 && ::read(ends[0], &refused, 1) == 1)
    {
        ++survived;
    }
    ::close(ends[0]);
    if (refused != 0)
    {
        refuse("denies", needed_to_ask[survived - 1].name);
    }
    if (child > 0 && survived < std::size(needed_to_ask))
    {
        refuse("kills who calls", needed_to_ask[survived].name);
    }
    if (child > 0)
    {
        ::waitpid(child, nullptr, 0);
    }
}

void refuse_if_deadly(const SystemCall& call)
{
    const FilterAnswer answer = call.number == -1 ? FilterAnswer::lets_pass : ask_filters(call).answer;
    if (answer == FilterAnswer::kills)
    {
        refuse("kills who calls", call.name);
    }
    if (answer == FilterAnswer::refuses && must_not_be_refused(call))
    {
        refuse("denies", call.name);
    }
}

} // namespace

void refuse_deadly_filters(bool plainly)
{
    if (seccomp_mode() == 0)
    {
        return;
    }
    refuse_if_asking_is_deadly();
    std::ranges::for_each(needed_always, refuse_if_deadly);
    if (!plainly)
    {
        std::ranges::for_each(needed_to_execute, refuse_if_deadly);
    }
}

} // namespace ipc_conform::runner

#else

namespace ipc_conform::runner
{

void refuse_deadly_filters(bool /*plainly*/)
{
}

} // namespace ipc_conform::runner

#endif
