#include "runner/supervisor.hpp"

#include "runner/errors.hpp"
#include "runner/fork_server.hpp"
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
        if (!options.execute)
        {
            serve_forks();
        }
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
        server_.reset();
        strays_.end();
        return interrupted_by_;
    }

private:
    void start_more()
    {
        while (interrupted_by_ == 0 && running_.size() < std::min(jobs_, room_))
        {
            const std::optional<Task> task = next();
            if (!task || !start(*task))
            {
                break;
            }
            flow_.started(*task);
        }
        if (running_.empty())
        {
            context_.stop();
        }
    }

    std::optional<Task> next()
    {
        if (postponed_.empty())
        {
            return flow_.next();
        }
        const Task task = postponed_.back();
        postponed_.pop_back();
        return task;
    }

    // Whether there was room for it beside those that run.
    bool start(const Task& task)
    {
        try
        {
            running_.emplace_back(
                context_, options_, spaces_, task, started_++,
                [this](Custody& custody, const LaunchPlan& plan) { launch_into(custody, plan); });
            return true;
        }
        catch (const ForkServerLost&)
        {
            lose_server();
            return start(task);
        }
        catch (const NoRoom&)
        {
            postpone(task);
            return false;
        }
    }

    void launch_into(Custody& custody, const LaunchPlan& plan)
    {
        if (!server_)
        {
            custody.take(launch(plan));
            return;
        }
        const std::size_t number = custody.number();
        server_->start(plan, number);
        custody.take([this, number] {
            if (server_)
            {
                server_->kill(number);
            }
        });
    }

    // While NoRoom is handled. Where nothing runs, no ending will make room.
    void postpone(const Task& task)
    {
        if (running_.empty())
        {
            throw;
        }
        postponed_.push_back(task);
        room_ = running_.size();
    }

    // Where there can be no such server, the kit is executed for each case.
    void serve_forks()
    {
        try
        {
            server_.emplace(context_, options_);
            await_served();
        }
        catch (const CannotJudge&)
        {
        }
    }

    void await_served()
    {
        server_->when_any_ends([this] {
            await_served();
            reap_served();
            if (server_->is_gone())
            {
                lose_server();
            }
            start_more();
        });
    }

    void reap_served()
    {
        for (const Ending& ending : server_->endings())
        {
            const auto ended = std::ranges::find(running_, ending.number, &RunningCase::number);
            if (ended == running_.end())
            {
                continue;
            }
            if (ending.pid == -1)
            {
                not_forked(ended, ending.status);
                continue;
            }
            Execution execution = concluded(ended, ending.pid, ending.status);
            server_->reap(ending.number);
            report(std::move(execution));
        }
    }

    void not_forked(std::list<RunningCase>::iterator one, int error)
    {
        const Task task = one->task();
        running_.erase(one);
        try
        {
            refuse_launch("a case", "fork", error);
        }
        catch (const NoRoom&)
        {
            postpone(task);
        }
    }

    // It takes its cases with it, and nobody has seen how they ended.
    void lose_server()
    {
        reap_served();
        server_.reset();
        for (auto one = running_.begin(); one != running_.end();)
        {
            const auto lost = one++;
            if (lost->pid() == -1)
            {
                report(concluded(lost, -1, SIGKILL));
            }
        }
    }

    Execution concluded(std::list<RunningCase>::iterator one, pid_t pid, int status)
    {
        Execution execution = one->conclude(pid, status, own_processes());
        running_.erase(one);
        room_ = jobs_;
        return execution;
    }

    void report(Execution execution) const
    {
        if (interrupted_by_ == 0)
        {
            flow_.ended(std::move(execution));
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
            const auto ended = std::ranges::find(running_, info.si_pid, &RunningCase::pid);
            std::optional<Execution> execution;
            if (ended != running_.end())
            {
                execution = concluded(ended, info.si_pid, wait_status(info));
            }
            if (server_ && info.si_pid == server_->pid())
            {
                lose_server();
            }
            ::waitpid(info.si_pid, nullptr, 0);
            if (execution)
            {
                report(std::move(*execution));
            }
            info = {};
        }
        start_more();
    }

    // Children of the kit that are nobody's remains.
    [[nodiscard]] std::vector<pid_t> own_processes() const
    {
        std::vector<pid_t> processes;
        if (server_)
        {
            processes.push_back(server_->pid());
        }
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
    const Strays strays_{journal::environment_case, options_.mark + "/"};
    std::optional<ForkServer> server_;
    ScratchSpaces spaces_{options_.workspace};
    std::list<RunningCase> running_;
    std::vector<Task> postponed_;
    std::size_t room_ = jobs_; ///< for that many at once, as far as is known
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
