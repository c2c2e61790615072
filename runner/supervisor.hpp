// The supervisor: runs cases, each in a process of its own, several at once, none beyond its deadline.
#pragma once

#include "fixtures/journal_reader.hpp"
#include "fixtures/registry.hpp"
#include "reports/model.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <vector>

namespace ipc_conform::runner
{

/// One execution of one case.
struct Task
{
    const Property* property = nullptr;
    std::optional<std::size_t> fault; ///< index among the property's faults; nothing: the system as it is
    std::chrono::milliseconds deadline{10'000};
};

/// How an execution went, before anybody judges it.
struct Execution
{
    Task task;
    int status = 0;         ///< wait status of the case's first process
    bool timed_out = false; ///< it was killed at its deadline
    double milliseconds = 0;
    std::unique_ptr<journal::Reader> journal;
    std::string output; ///< first bytes of what it printed
    std::vector<reports::Leak> leaks;
    std::vector<std::pair<std::int64_t, std::string>> stuck; ///< at the deadline: pid, where the kernel held it

    /// By the kit at its deadline or by any signal: it had no chance to tidy up.
    [[nodiscard]] bool was_killed() const
    {
        return timed_out || WIFSIGNALED(status);
    }
};

struct SupervisorOptions
{
    std::string program;   ///< the kit's executable; empty: none is executed, see supervise_plainly()
    std::string workspace; ///< see Workspace::folder()
    std::string mark;      ///< see Workspace::mark()
    std::string disk;      ///< see Workspace::disk()
    bool thorough = false; ///< see RunOptions
    bool execute = false;  ///< see RunOptions
    std::size_t jobs = 1;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> shake; ///< see RunOptions
};

/// Where the tasks come from and the executions go. Called from run() alone, never concurrently.
struct TaskFlow
{
    /// The next task; nothing when there is none now. Asked again after each execution has been taken.
    std::function<std::optional<Task>()> next;
    std::function<void(const Task&)> started;
    std::function<void(Execution)> ended;
    /// Called some times a second while anything runs.
    std::function<void()> tick;
};

/// Runs tasks until there are none, or until SIGINT or SIGTERM: what then runs is ended and not reported.
/// Returns the signal that cut it short, or 0.
int supervise(const SupervisorOptions& options, const TaskFlow& flow);

} // namespace ipc_conform::runner
