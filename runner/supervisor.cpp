#include "runner/supervisor.hpp"

#include "runner/errors.hpp"
#include "runner/remains.hpp"
#include "runner/running_case.hpp"
#include "runner/strays.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <limits>
#include <list>
#include <sys/resource.h>
#include <sys/wait.h>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

namespace asio = boost::asio;

constexpr auto tick_interval = std::chrono::milliseconds{100};

// As many as this process may have descriptors for; without one to spare it could not see what a case left.
std::size_t most_jobs()
{
    constexpr rlim_t for_the_kit = 24;
    constexpr rlim_t for_a_case = 2;
    struct rlimit limit
    {
    };
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    {
        return std::numeric_limits<std::size_t>::max();
    }
    const rlim_t cases = limit.rlim_cur > for_the_kit ? (limit.rlim_cur - for_the_kit) / for_a_case : 1;
    return static_cast<std::size_t>(std::clamp<rlim_t>(cases, 1, std::numeric_limits<std::size_t>::max()));
}

// A report being written to a slow reader when a case ends is not to be cut short.
void restart_what_it_interrupts(int signal)
{
    struct sigaction action
    {
    };
    ::sigaction(signal, nullptr, &action);
    action.sa_flags |= SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

class Supervisor
{
public:
    Supervisor(const SupervisorOptions& options, const TaskFlow& flow)
        : options_{options},
          flow_{flow},
          endings_{context_, SIGCHLD},
          interrupts_{context_, SIGINT, SIGTERM, SIGHUP},
          ticker_{context_}
    {
        restart_what_it_interrupts(SIGCHLD);
    }

    int run()
    {
        await_endings();
        await_interrupts();
        await_tick();
        start_more();
        if (!running_.empty())
        {
            context_.run();
        }
        strays_.end();
        return interrupted_by_;
    }

private:
    void start_more()
    {
        while (interrupted_by_ == 0 && running_.size() < jobs_)
        {
            const std::optional<Task> task = postponed_ ? std::exchange(postponed_, {}) : flow_.next();
            if (!task)
            {
                break;
            }
            if (!start(*task))
            {
                postponed_ = task;
                break;
            }
            flow_.started(*task);
        }
        if (running_.empty())
        {
            context_.stop();
        }
    }

    // Whether there was room for it beside those that run. Where nothing runs, no ending will make room.
    bool start(const Task& task)
    {
        try
        {
            running_.emplace_back(context_, options_, task, started_++);
            return true;
        }
        catch (const NoRoom&)
        {
            if (running_.empty())
            {
                throw;
            }
            return false;
        }
    }

    void await_endings()
    {
        endings_.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
            if (!error)
            {
                await_endings(); // armed again first: a child may end while this one is looked at
                reap();
            }
        });
    }

    // One signal may stand for many children, and some of them are orphans that came to us by adoption. A
    // child is only looked at first: until it is reaped its number, and its group's, cannot be given anew.
    void reap()
    {
        siginfo_t info{};
        while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0)
        {
            const pid_t pid = info.si_pid;
            const auto ended = std::ranges::find(running_, pid, &RunningCase::pid);
            std::optional<Execution> execution;
            if (ended != running_.end())
            {
                execution = ended->conclude(wait_status(info), case_processes());
                running_.erase(ended);
            }
            ::waitpid(pid, nullptr, 0);
            if (execution && interrupted_by_ == 0)
            {
                flow_.ended(std::move(*execution));
            }
            info = {};
        }
        start_more();
    }

    [[nodiscard]] std::vector<pid_t> case_processes() const
    {
        std::vector<pid_t> processes;
        for (const RunningCase& one : running_)
        {
            processes.push_back(one.pid());
        }
        return processes;
    }

    void await_interrupts()
    {
        interrupts_.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error)
            {
                return;
            }
            await_interrupts();
            interrupted_by_ = signal;
            for (RunningCase& one : running_)
            {
                one.kill();
            }
        });
    }

    void await_tick()
    {
        ticker_.expires_after(tick_interval);
        ticker_.async_wait([this](const boost::system::error_code& error) {
            if (!error)
            {
                flow_.tick();
                await_tick();
            }
        });
    }

    const SupervisorOptions& options_;
    const std::size_t jobs_ = std::min(options_.jobs, most_jobs());
    const TaskFlow& flow_;
    asio::io_context context_{1};
    asio::signal_set endings_;
    asio::signal_set interrupts_;
    asio::steady_timer ticker_;
    std::list<RunningCase> running_;
    std::optional<Task> postponed_;
    const Strays strays_{journal::environment_case, options_.mark + "/"};
    std::size_t started_ = 0;
    int interrupted_by_ = 0;
};

} // namespace

int supervise(const SupervisorOptions& options, const TaskFlow& flow)
{
    try
    {
        return Supervisor{options, flow}.run();
    }
    catch (const boost::system::system_error& error)
    {
        throw CannotJudge{
            fmt::format("the kit cannot wait for its cases ({}): it needs epoll, timerfd or eventfd, and "
                        "pipes, from the kernel and from every filter",
                        error.what())};
    }
}

} // namespace ipc_conform::runner
