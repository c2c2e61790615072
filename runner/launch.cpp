#include "runner/launch.hpp"

#include "fixtures/journal.hpp"
#include "fixtures/platform.hpp"
#include "runner/boost_process.hpp"
#include "runner/errors.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <sys/resource.h>
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

// Runs in the child between vfork and exec, so only calls that touch nothing but the child are allowed.
// Boost drops an initializer whose signature does not match without a word; the kit's tests look at the
// session, descriptors and signals of a started case instead.
struct CaseInitializer
{
    const LaunchPlan& plan;
    int null;
    pid_t kit;

    template <class Launcher>
    process::error_code on_exec_setup(Launcher& /*launcher*/, const std::filesystem::path& /*program*/,
                                      const char* const*(&)/*command_line*/) const
    {
        reset_signals();
        const bool placed = ::setsid() != -1 && ::chdir(plan.folder.c_str()) == 0 && ::dup2(null, 0) == 0
                            && ::dup2(plan.output, 1) == 1 && ::dup2(plan.output, 2) == 2 && place_journal();
        if (!placed)
        {
            return {errno, boost::system::system_category()};
        }
        ::umask(022);
        const rlimit no_core{.rlim_cur = 0, .rlim_max = 0}; // cases crash on purpose
        ::setrlimit(RLIMIT_CORE, &no_core);
        die_with_the_kit();
        return {};
    }

    [[nodiscard]] bool place_journal() const
    {
        if (plan.journal == journal::journal_descriptor)
        {
            return ::fcntl(plan.journal, F_SETFD, 0) == 0; // dup2 onto itself would keep close-on-exec
        }
        return ::dup2(plan.journal, journal::journal_descriptor) == journal::journal_descriptor;
    }

    static void reset_signals()
    {
        for (int number = 1; number <= highest_signal; ++number)
        {
            std::signal(number, SIG_DFL); // refused for SIGKILL, SIGSTOP and the C library's own: fine
        }
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
    }

    void die_with_the_kit() const
    {
#ifdef __linux__
        ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(SIGKILL), 0UL, 0UL, 0UL);
        if (::getppid() != kit)
        {
            ::_exit(1); // it died before the request was in force
        }
#endif
    }
};

std::vector<const char*> environment_of(const LaunchPlan& plan)
{
    std::vector<const char*> environment;
    const auto is_replaced = [&](std::string_view entry) {
        const std::string_view name = entry.substr(0, entry.find('=') + 1);
        return std::ranges::any_of(plan.environment,
                                   [&](const std::string& added) { return added.starts_with(name); });
    };
    for (char** entry = ::environ; *entry != nullptr; ++entry)
    {
        if (!is_replaced(*entry))
        {
            environment.push_back(*entry);
        }
    }
    for (const std::string& added : plan.environment)
    {
        environment.push_back(added.c_str());
    }
    environment.push_back(nullptr);
    return environment;
}

} // namespace

pid_t launch(const LaunchPlan& plan)
{
    static const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const std::vector<const char*> environment = environment_of(plan);
    // A context of its own: the launcher tells its context's services of the fork from within the child, which
    // shares our memory, and a reactor or signal set in use here would be left with the child's descriptors.
    boost::asio::io_context context;
    process::posix::vfork_launcher launcher;
    launcher.env = environment.data();
    launcher.fd_whitelist.push_back(journal::journal_descriptor);
    process::error_code error;
    try
    {
        // By executor: given the context, 1.81 throws what it was asked to put into `error`.
        auto started = launcher(context.get_executor(), error, plan.program, plan.arguments,
                                CaseInitializer{plan, null, ::getpid()});
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
    const std::string reason = fmt::format("cannot start a case ({}): {}", plan.program, error.message());
    if (error == boost::system::errc::resource_unavailable_try_again
        || error == boost::system::errc::not_enough_memory)
    {
        throw NoRoom{reason + "; raise RLIMIT_NPROC (ulimit -u) or the container's pids and memory limits"};
    }
    throw CannotJudge{reason};
}

} // namespace ipc_conform::runner
