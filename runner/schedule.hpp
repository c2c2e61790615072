// The schedule: which execution comes next, and what has come of each property so far.
#pragma once

#include "reports/model.hpp"
#include "runner/options.hpp"
#include "runner/selection.hpp"
#include "runner/supervisor.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// Feeds the supervisor and gathers what it brings. A property is complete when all its repetitions, and
/// with `prove` all its faults, have been run; faults come after a PASS only, for a case that does not pass
/// proves nothing.
class Schedule
{
public:
    /// `system`: uname's name, for properties documented by another one.
    Schedule(const Selection& selection, const RunOptions& options, std::string_view system);

    /// The next execution, or nothing for now: what has to run alone waits until nothing else runs or waits.
    std::optional<Task> next();

    /// Takes what an execution of this task gave, judged against the expectations; returns the property's result
    /// if that completed it.
    const reports::Result* take(const Task& task, reports::Result result);

    /// Results that need no execution: UNTESTED, or documented by another system.
    [[nodiscard]] std::vector<const reports::Result*> without_execution() const;

    /// The results of everything that has run so far, in the order of the selection.
    [[nodiscard]] std::vector<reports::Result> results() const;

    /// How many executions are planned by now.
    [[nodiscard]] std::size_t planned() const
    {
        return planned_;
    }

private:
    struct Entry
    {
        const Property* property = nullptr;
        std::optional<reports::Result> result;
        std::size_t left = 0; ///< executions planned for it that have not been taken
        bool executed = true; ///< false: judged without running
    };

    void plan(Entry& entry, std::optional<std::size_t> fault);
    void merge(Entry& entry, reports::Result result);

    RunOptions options_;
    std::vector<Entry> entries_;
    std::map<const Property*, std::size_t> index_;
    std::deque<Task> waiting_;
    std::deque<Task> waiting_alone_;
    std::size_t running_ = 0; ///< executions given out and not taken
    bool running_alone_ = false;
    std::size_t rounds_left_ = 0;
    std::size_t planned_ = 0;
    bool failed_ = false;
};

} // namespace ipc_conform::runner
