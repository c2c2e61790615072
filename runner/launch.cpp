#include "runner/launch.hpp"

#include "fixtures/descriptors.hpp"
#include "fixtures/error_names.hpp"
#include "fixtures/journal.hpp"
#include "fixtures/platform.hpp"
#include "runner/boost_process.hpp"
#include "runner/errors.hpp"
#include "runner/processes.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

namespace ipc_conform::runner
{

namespace
{

namespace process = boost::process::v2;

constexpr int highest_signal = 64;

// Everything from here to the next comment is done in the child, and by system calls alone: after vfork nothing
// else is allowed.
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

void die_with(pid_t kit, int farewell)
{
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(farewell), 0UL, 0UL, 0UL);
    if (::getppid() != kit)
    {
        ::_exit(1); // it died before the request was in force
    }
#else
    static_cast<void>(kit);
    static_cast<void>(farewell);
#endif
}

// Whether the child is now where a case is to start; else errno says why not.
bool settle(const LaunchPlan& plan, int null, pid_t kit)
{
    reset_signals();
    if (::setsid() == -1 || (!plan.folder.empty() && ::chdir(plan.folder.c_str()) != 0) || ::dup2(null, 0) != 0
        || ::dup2(plan.output, 1) != 1 || ::dup2(plan.errors, 2) != 2 || !place_journal(plan.journal))
    {
        return false;
    }
    ::umask(022);
    leave_no_core(); // cases crash on purpose
    die_with(kit, plan.farewell);
    return true;
}

// Boost drops an initializer whose signature does not match without a word; the kit's tests look at the
// session, descriptors and signals of a started case instead.
struct Initializer
{
    const LaunchPlan& plan;
    int null;
    pid_t kit;

    template <class Launcher>
    process::error_code on_exec_setup(Launcher& /*launcher*/, const std::filesystem::path& /*program*/,
                                      const char* const*(&)/*command_line*/) const
    {
        return settle(plan, null, kit) ? process::error_code{}
                                       : process::error_code{errno, boost::system::system_category()};
    }

    // What has failed stands in the launcher's error code, which is the kit's own memory. Boost would go on to
    // exit(), whose handlers are the kit's own, too. It asks for this by one list of arguments and calls it by
    // another.
    template <class... Arguments>
    void on_exec_error(Arguments&&... /*arguments*/) const
    {
        ::_exit(1);
    }
};

// The child shares our memory until it executes the kit, so none of our handlers may run in it; and a signal
// that reaches us while vfork holds us is lost on some systems (gVisor) unless it is blocked: its number
// stays pending, and so every later one of it is discarded, too.
class SignalsHeldBack
{
public:
    SignalsHeldBack()
    {
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsHeldBack()
    {
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    SignalsHeldBack(const SignalsHeldBack&) = delete;
    SignalsHeldBack& operator=(const SignalsHeldBack&) = delete;

private:
    sigset_t before_{};
};

// The kit's own environment with the plan's additions, NAME=value.
std::vector<std::string> environment_of(const LaunchPlan& plan)
{
    std::vector<std::string> environment;
    const auto is_replaced = [&](std::string_view entry) {
        return std::ranges::any_of(
            plan.environment, [&](const auto& added) { return added.first == entry.substr(0, entry.find('=')); });
    };
    for (char** entry = ::environ; *entry != nullptr; ++entry)
    {
        if (!is_replaced(*entry))
        {
            environment.emplace_back(*entry);
        }
    }
    for (const auto& [name, value] : plan.environment)
    {
        environment.push_back(fmt::format("{}={}", name, value));
    }
    return environment;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& words)
{
    std::vector<const char*> pointers;
    std::ranges::transform(words, std::back_inserter(pointers), &std::string::c_str);
    pointers.push_back(nullptr);
    return pointers;
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

int empty_input()
{
    static const Descriptor input{open_empty_input()};
    return input;
}

[[noreturn]] void refuse(const LaunchPlan& plan, std::string_view by, const boost::system::error_code& error)
{
    const std::string reason = fmt::format("cannot start {} ({}): {}", plan.purpose, by, error.message());
    if (error == boost::system::errc::resource_unavailable_try_again
        || error == boost::system::errc::not_enough_memory)
    {
        throw NoRoom{reason + "; raise RLIMIT_NPROC (ulimit -u) or the container's pids and memory limits"};
    }
    throw CannotJudge{reason};
}

// What main() does in an executed kit; as there, nothing of the parent's is known but what it was given. Nobody
// unwinds beyond this into the parent's frames.
[[noreturn]] void be_the_case(const LaunchPlan& plan) noexcept
{
    close_descriptors_from(journal::journal_descriptor + 1);
    for (const auto& [name, value] : plan.environment)
    {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
    const int status = run_case(plan.name);
    std::fflush(nullptr);
    ::_exit(status); // what is to be done at exit is the parent's to do
}

} // namespace

pid_t launch(const LaunchPlan& plan)
{
    const std::vector<std::string> environment = environment_of(plan);
    const std::vector<const char*> pointers = pointers_to(environment);
    const std::string& program = plan.words.front();
    const std::vector<std::string> arguments(plan.words.begin() + 1, plan.words.end());
    // A context of its own: the launcher tells its context's services of the fork from within the child, which
    // shares our memory, and a reactor or signal set in use here would be left with the child's descriptors.
    boost::asio::io_context context;
    process::posix::vfork_launcher launcher;
    launcher.env = pointers.data();
    if (plan.journal >= 0)
    {
        launcher.fd_whitelist.push_back(journal::journal_descriptor);
    }
    process::error_code error;
    try
    {
        const SignalsHeldBack held_back;
        // By executor: given the context, 1.81 throws what it was asked to put into `error`.
        auto started = launcher(context.get_executor(), error, program, arguments,
                                Initializer{plan, empty_input(), ::getpid()});
        if (!error)
        {
            return started.detach().id(); // its wait functions can block the loop, so the supervisor reaps
        }
    }
    catch (const boost::system::system_error& refusal)
    {
        // The case runs, only its handle could not be made (no pidfd_open: old kernels, gVisor, filters).
        if (launcher.pid > 0)
        {
            return launcher.pid;
        }
        error = refusal.code();
    }
    refuse(plan, program, error);
}

pid_t launch_copy(const LaunchPlan& plan)
{
    const int null = empty_input();
    const pid_t kit = ::getpid();
    std::cout.flush();
    std::fflush(nullptr); // or the child would write it, too
    const pid_t pid = ::fork();
    if (pid == 0 && settle(plan, null, kit))
    {
        be_the_case(plan);
    }
    if (pid == 0)
    {
        journal::open(plan.journal);
        journal::append(journal::Kind::verdict,
                        {"UNRESOLVED", fmt::format("the case's process: {}", name_of_error(errno)), ""});
        ::_exit(1);
    }
    if (pid == -1)
    {
        refuse(plan, "fork", {errno, boost::system::system_category()});
    }
    return pid;
}

} // namespace ipc_conform::runner
