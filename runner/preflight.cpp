#include "runner/preflight.hpp"

#ifdef __linux__

#include "runner/blame.hpp"
#include "runner/errors.hpp"
#include "runner/system_call_numbers.hpp"

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
const SystemCall needed[] = {
    NEEDED(prctl),      NEEDED(clone),          NEEDED(wait4),           NEEDED(waitid),     NEEDED(kill),
    NEEDED(pipe),       NEEDED(pipe2),          NEEDED(epoll_create1),   NEEDED(epoll_ctl),  NEEDED(epoll_wait),
    NEEDED(eventfd2),   NEEDED(timerfd_create), NEEDED(timerfd_settime), NEEDED(pidfd_open), NEEDED(vfork),
    NEEDED(execve),     NEEDED(setsid),         NEEDED(mkdir),           NEEDED(ftruncate),  NEEDED(pread64),
    NEEDED(getdents64), NEEDED(prlimit64),      NEEDED(statfs),          NEEDED(getsid),     NEEDED(syslog),
    NEEDED(uname),      NEEDED(unlinkat),       NEEDED(readlink),        NEEDED(ioctl),      NEEDED(rt_sigaction),
};
#undef NEEDED

// Refused, these would let it wait for ever.
bool must_not_be_refused(const SystemCall& call)
{
    return call.number == SYS_epoll_ctl || call.number == SYS_epoll_wait;
}

} // namespace

void refuse_deadly_filters()
{
    if (seccomp_mode() == 0)
    {
        return;
    }
    for (const SystemCall& call : needed)
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
}

} // namespace ipc_conform::runner

#else

namespace ipc_conform::runner
{

void refuse_deadly_filters()
{
}

} // namespace ipc_conform::runner

#endif
