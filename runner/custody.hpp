// Custody of a case from its start to its result: its folder, its journal, its processes and what they leave.
#pragma once

#include "runner/launch.hpp"
#include "runner/scratch.hpp"
#include "runner/supervisor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// What every way of running a case has to do alike; how it is started and waited for is its owner's. Destroyed
/// without conclude(), it kills what was started, removes its objects and leaves the rest to clean_run().
class Custody
{
public:
    /// Takes a folder and a journal. `number` is unique in the run; it marks the processes. Throws NoRoom or
    /// CannotJudge where there are none.
    Custody(const SupervisorOptions& options, ScratchSpaces& spaces, const Task& task, std::size_t number);
    ~Custody();
    Custody(const Custody&) = delete;
    Custody& operator=(const Custody&) = delete;

    /// How to start the case with `output` as its standard output and error.
    [[nodiscard]] LaunchPlan plan(int output) const;
    /// What launching it returned.
    void take(pid_t pid)
    {
        pid_ = pid;
    }
    /// How to kill what was launched, where its number is told with its end.
    void take(std::function<void()> kill)
    {
        kill_ = std::move(kill);
    }

    [[nodiscard]] pid_t pid() const
    {
        return pid_;
    }
    [[nodiscard]] const std::string& folder() const
    {
        return scratch_->folder();
    }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const
    {
        return started_ + task_.deadline;
    }

    [[nodiscard]] const Task& task() const
    {
        return task_;
    }
    [[nodiscard]] std::size_t number() const
    {
        return number_;
    }

    /// Kills the case's first process and its group.
    void kill() const;
    /// At its deadline: notes where every process is stuck, then kills the case; what follows is an ending like
    /// any other.
    void give_up();

    /// When its first process has ended with this status (its number is safe as long as it is not reaped; -1:
    /// nobody knows it): ends and removes what it left - processes, objects, files - and returns what there is to
    /// judge, but for its output. Of the processes of a case that was killed nothing is said. `others`: children
    /// of the kit that are none of this case's, the first processes of all running cases among them.
    Execution conclude(pid_t pid, int status, const std::vector<pid_t>& others);

private:
    void abandon();
    [[nodiscard]] std::vector<reports::Leak> end_orphans(const std::vector<pid_t>& others) const;
    [[nodiscard]] std::vector<reports::Leak> end_named(const journal::Reader& journal,
                                                       const std::vector<pid_t>& others) const;
    [[nodiscard]] bool is_mine(pid_t pid) const;
    [[nodiscard]] bool has_finished(pid_t pid) const;

    const SupervisorOptions& options_;
    Task task_;
    std::size_t number_;
    ScratchSpaces& spaces_;
    std::unique_ptr<Scratch> scratch_; ///< given back or removed by conclude(), else left to clean_run()
    std::string mark_;
    pid_t pid_ = -1;
    std::function<void()> kill_; ///< while pid_ is not known
    bool timed_out_ = false;
    std::chrono::steady_clock::time_point started_;
    std::vector<std::pair<std::int64_t, std::string>> stuck_;
};

/// How much of what a case prints is kept, in bytes.
inline constexpr std::size_t most_output = 8192;

} // namespace ipc_conform::runner
