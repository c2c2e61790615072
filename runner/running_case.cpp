#include "runner/running_case.hpp"

#include "runner/errors.hpp"
#include "runner/launch.hpp"
#include "runner/processes.hpp"
#include "runner/remains.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

constexpr std::size_t most_output = 8192;

std::pair<int, int> make_pipe()
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0)
    {
        throw CannotJudge{fmt::format("cannot make a pipe for a case's output: {}", std::strerror(errno))};
    }
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    ::fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {ends[0], ends[1]};
}

std::string variable(const char* name, const std::string& value)
{
    return fmt::format("{}={}", name, value);
}

} // namespace

RunningCase::RunningCase(boost::asio::io_context& context, const SupervisorOptions& options, const Task& task,
                         std::size_t number)
    : task_{task},
      folder_{fmt::format("{}/{}", options.workspace, number)},
      journal_path_{folder_ + ".journal"},
      mark_{folder_},
      started_{std::chrono::steady_clock::now()},
      deadline_{context},
      output_{context}
{
    const auto deadline = static_cast<std::uint64_t>(std::chrono::nanoseconds{task.deadline}.count());
    if (::mkdir(folder_.c_str(), 0700) != 0
        || (journal_ = journal::create(journal_path_, options.seed, deadline)) < 0)
    {
        throw CannotJudge{fmt::format("cannot prepare a case in {}: {}", options.workspace, std::strerror(errno))};
    }
    const auto [read_end, write_end] = make_pipe();
    output_.assign(read_end);
    LaunchPlan plan{
        .program = options.program,
        .arguments = {"case", task.property->id, task.fault ? std::to_string(*task.fault) : "-"},
        .environment = {variable(journal::environment_journal, journal_path_),
                        variable(journal::environment_case, mark_),
                        variable(journal::environment_program, options.program),
                        variable(journal::environment_disk, options.disk)},
        .folder = folder_,
        .journal = journal_,
        .output = write_end,
    };
    if (options.thorough)
    {
        plan.environment.push_back(variable(journal::environment_thorough, "yes"));
    }
    try
    {
        pid_ = launch(plan);
    }
    catch (...)
    {
        ::close(write_end);
        ::close(journal_);
        throw;
    }
    ::close(write_end);
    read_output();
    arm_deadline();
}

RunningCase::~RunningCase()
{
    if (pid_ > 0)
    {
        kill();
        end_process(pid_);
    }
    if (journal_ >= 0)
    {
        ::close(journal_);
    }
}

void RunningCase::kill() const
{
    if (pid_ > 0) // concluded, it has no number: -1 would mean every process there is
    {
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL); // it may not have made its session yet
    }
}

// Notes where every process is stuck, then kills the case; what follows is an ending like any other.
void RunningCase::arm_deadline()
{
    deadline_.expires_at(started_ + task_.deadline);
    deadline_.async_wait([this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error) {
        if (!error && !alive.expired())
        {
            timed_out_ = true;
            note_where_stuck();
            kill();
        }
    });
}

void RunningCase::note_where_stuck()
{
    const journal::Reader journal{journal_};
    for (const journal::Lane* lane : journal.lanes())
    {
        const pid_t pid = lane->pid.load();
        if (lane->state.load() == journal::LaneState::running && pid > 0)
        {
            stuck_.emplace_back(pid, kernel_state_of(pid));
        }
    }
}

void RunningCase::keep(std::size_t size)
{
    printed_.append(chunk_.data(), std::min(size, most_output - std::min(printed_.size(), most_output)));
}

void RunningCase::read_output()
{
    // What has been read when the case is concluded cannot be cancelled: its handler runs afterwards.
    output_.async_read_some(
        boost::asio::buffer(chunk_),
        [this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error, std::size_t size) {
            if (!error && !alive.expired())
            {
                keep(size);
                read_output();
            }
        });
}

void RunningCase::drain_output()
{
    constexpr int most_turns = 256; // more than a pipe holds: somebody who cannot be ended goes on writing
    for (int turn = 0; turn < most_turns; ++turn)
    {
        const ssize_t size = ::read(output_.native_handle(), chunk_.data(), chunk_.size());
        if (size <= 0)
        {
            break;
        }
        keep(static_cast<std::size_t>(size));
    }
}

bool RunningCase::is_mine(pid_t pid) const
{
    return ::getsid(pid) == pid_ || is_marked(pid, journal::environment_case, mark_ + '\0');
}

// A stranger that has done its last step may still be on its way out: that is no leak.
bool RunningCase::has_finished(pid_t pid) const
{
    const journal::Reader journal{journal_};
    const std::vector<const journal::Lane*> lanes = journal.lanes();
    return std::ranges::any_of(lanes, [pid](const journal::Lane* lane) {
        return lane->pid.load() == pid && lane->state.load() != journal::LaneState::running;
    });
}

// Killing one makes orphans of its children, which then are there to be seen; so look until there is nothing.
std::vector<reports::Leak> RunningCase::end_processes(const std::vector<pid_t>& cases)
{
    std::vector<reports::Leak> ended;
    for (bool found = true; found;)
    {
        found = false;
        for (const pid_t orphan : possible_orphans(journal::environment_case, mark_ + '\0'))
        {
            if (std::ranges::find(cases, orphan) != cases.end() || !is_mine(orphan))
            {
                continue;
            }
            if (!has_finished(orphan) && !is_zombie(orphan))
            {
                ended.push_back({"process", fmt::format("{} ({})", orphan, command_of(orphan))});
            }
            end_process(orphan);
            found = true;
        }
    }
    ::kill(-pid_, SIGKILL); // what a system without a view of processes could not show
    return ended;
}

Execution RunningCase::conclude(int status, const std::vector<pid_t>& cases)
{
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - started_;
    deadline_.cancel();
    Execution execution;
    execution.task = task_;
    execution.status = status;
    execution.timed_out = timed_out_;
    execution.milliseconds = taken.count();
    execution.stuck = std::move(stuck_);
    std::vector<reports::Leak> ended = end_processes(cases);
    if (!execution.was_killed())
    {
        execution.leaks = std::move(ended); // the processes of a killed case are killed with it
    }
    pid_ = -1;
    drain_output();
    output_.close();
    execution.output = std::move(printed_);
    execution.journal = std::make_unique<journal::Reader>(journal_);
    for (auto& leaks : {remove_objects(execution.journal->records()), remove_files(folder_)})
    {
        execution.leaks.insert(execution.leaks.end(), leaks.begin(), leaks.end());
    }
    ::unlink(journal_path_.c_str());
    return execution;
}

} // namespace ipc_conform::runner
