#include "runner/settle.hpp"

#include "fixtures/descriptors.hpp"
#include "fixtures/journal.hpp"
#include "fixtures/platform.hpp"
#include "runner/processes.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace ipc_conform::runner
{

namespace
{

bool place_journal(int journal)
{
    if (journal < 0)
    {
        return true;
    }
    if (journal == journal::journal_descriptor)
    {
        return ::fcntl(journal, F_SETFD, 0) == 0; // dup2 onto itself would keep close-on-exec
    }
    return ::dup2(journal, journal::journal_descriptor) == journal::journal_descriptor;
}

void reset_signals()
{
    for (int number = 1; number <= highest_signal; ++number)
    {
        std::signal(number, SIG_DFL); // refused for SIGKILL, SIGSTOP and the C library's own: fine
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void die_with(pid_t parent, int farewell)
{
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(farewell), 0UL, 0UL, 0UL);
    if (::getppid() != parent)
    {
        ::_exit(1); // it died before the request was in force
    }
#else
    static_cast<void>(parent);
    static_cast<void>(farewell);
#endif
}

// Where there is no /dev/null, a pipe that nobody writes to reads as empty, too.
int open_empty_input()
{
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    std::array<int, 2> ends{-1, -1};
    if (null >= 0 || ::pipe(ends.data()) != 0)
    {
        return null;
    }
    ::close(ends[1]);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    return ends[0];
}

} // namespace

bool settle(const LaunchPlan& plan, int input, pid_t parent)
{
    reset_signals();
    if (::setsid() == -1 || (!plan.folder.empty() && ::chdir(plan.folder.c_str()) != 0) || ::dup2(input, 0) != 0
        || ::dup2(plan.output, 1) != 1 || ::dup2(plan.errors, 2) != 2 || !place_journal(plan.journal))
    {
        return false;
    }
    ::umask(022);
    leave_no_core(); // cases crash on purpose
    die_with(parent, plan.farewell);
    return true;
}

int empty_input()
{
    static const Descriptor input{open_empty_input()};
    return input;
}

} // namespace ipc_conform::runner
