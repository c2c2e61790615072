#include "runner/launch.hpp"

#include "fixtures/journal.hpp"
#include "fixtures/platform.hpp"
#include "runner/boost_process.hpp"
#include "runner/errors.hpp"
#include "runner/settle.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

namespace process = boost::process::v2;

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

} // namespace

void refuse_launch(std::string_view purpose, std::string_view by, int error)
{
    const std::string reason = fmt::format("cannot start {} ({}): {}", purpose, by, std::strerror(error));
    if (error == EAGAIN || error == ENOMEM)
    {
        throw NoRoom{reason + "; raise RLIMIT_NPROC (ulimit -u) or the container's pids and memory limits"};
    }
    throw CannotJudge{reason};
}

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
    refuse_launch(plan.purpose, program, error.value());
}

} // namespace ipc_conform::runner
