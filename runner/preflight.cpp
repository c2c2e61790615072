#include "runner/preflight.hpp"

#ifdef __linux__

#include "runner/blame.hpp"
#include "runner/errors.hpp"
#include "runner/system_call_numbers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::runner
{
namespace
{

// What the kit calls on its way to the first case, and to learn of its end. First those that asking takes itself.
#define NEEDED(name)                                                                                              \
    SystemCall                                                                                                    \
    {                                                                                                             \
        SYS_##name, #name,                                                                                        \
        {                                                                                                         \
        }                                                                                                         \
    }
const SystemCall needed_always[] = {
    NEEDED(prctl),     NEEDED(clone),  NEEDED(wait4),        NEEDED(kill),    NEEDED(pipe),
    NEEDED(setsid),    NEEDED(mkdir),  NEEDED(ftruncate),    NEEDED(pread64), NEEDED(getdents64),
    NEEDED(prlimit64), NEEDED(statfs), NEEDED(syslog),       NEEDED(uname),   NEEDED(unlinkat),
    NEEDED(readlink),  NEEDED(ioctl),  NEEDED(rt_sigaction), NEEDED(fcntl),   NEEDED(fallocate),
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
    return call.number == SYS_epoll_ctl || call.number == SYS_epoll_wait;
}

void refuse_if_deadly(const SystemCall& call)
{
    const FilterAnswer answer = call.number == -1 ? FilterAnswer::lets_pass : ask_filters(call).answer;
    const bool refused = answer == FilterAnswer::refuses && must_not_be_refused(call);
    if (answer == FilterAnswer::kills || refused)
    {
        throw CannotJudge{fmt::format("a seccomp filter {} {}, which the kit itself needs: {}",
                                      refused ? "denies" : "kills who calls", call.name,
                                      remedy_for_filter(call.name))};
    }
}

} // namespace

void refuse_deadly_filters(bool plainly)
{
    if (seccomp_mode() == 0)
    {
        return;
    }
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
