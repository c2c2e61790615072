// A case that runs: its processes, its deadline, what it prints and what it leaves behind.
#pragma once

#include "runner/supervisor.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// Started by its constructor, ended by conclude(); destroyed without it, it kills what it started and
/// leaves the rest to clean_run().
class RunningCase
{
public:
    /// `number` is unique in the run; it names the case's folder and marks its processes.
    RunningCase(boost::asio::io_context& context, const SupervisorOptions& options, const Task& task,
                std::size_t number);
    ~RunningCase();
    RunningCase(const RunningCase&) = delete;
    RunningCase& operator=(const RunningCase&) = delete;

    [[nodiscard]] pid_t pid() const
    {
        return pid_;
    }

    /// Kills the case's first process and its group.
    void kill() const;

    /// While its first process, which has ended with this status, is still to be reaped: ends and removes what it
    /// left - processes, objects, files - and returns what there is to judge. Of the processes
    /// of a case that was killed nothing is said. `cases` are the first processes of all running cases.
    Execution conclude(int status, const std::vector<pid_t>& cases);

private:
    void arm_deadline();
    void read_output();
    void drain_output();
    void keep(std::size_t size);
    std::vector<reports::Leak> end_processes(const std::vector<pid_t>& cases);
    [[nodiscard]] bool is_mine(pid_t pid) const;
    [[nodiscard]] bool has_finished(pid_t pid) const;
    void note_where_stuck();

    Task task_;
    std::string folder_;
    std::string journal_path_;
    std::string mark_;
    int journal_ = -1;
    pid_t pid_ = -1;
    bool timed_out_ = false;
    std::chrono::steady_clock::time_point started_;
    boost::asio::steady_timer deadline_;
    boost::asio::posix::stream_descriptor output_;
    std::array<char, 4096> chunk_{};
    std::string printed_;
    std::vector<std::pair<std::int64_t, std::string>> stuck_;
    std::shared_ptr<void> alive_ = std::make_shared<char>(); ///< what a late handler asks before it touches this
};

} // namespace ipc_conform::runner
