#include "runner/schedule.hpp"

#include "runner/judge.hpp"

#include <algorithm>
#include <limits>

namespace ipc_conform::runner
{

namespace
{

// Under a fault a case should fail at once; one that hangs need not hang for the whole deadline.
constexpr std::chrono::milliseconds proof_deadline{2'000};

void count(reports::Result& result, reports::Verdict verdict)
{
    const auto known = std::ranges::find(result.verdicts, verdict, [](const auto& pair) { return pair.first; });
    if (known != result.verdicts.end())
    {
        ++known->second;
        return;
    }
    result.verdicts.emplace_back(verdict, 1);
}

} // namespace

Schedule::Schedule(const Selection& selection, const RunOptions& options, std::string_view system)
    : options_{options}
{
    for (const Property* property : selection)
    {
        Entry entry{property, judged_without_running(*property, system)};
        entry.executed = !entry.result;
        index_[property] = entries_.size();
        entries_.push_back(std::move(entry));
    }
    const bool endless = options_.until_fail && options_.repeat <= 1;
    rounds_left_ = endless ? std::numeric_limits<std::size_t>::max() : std::max<std::size_t>(options_.repeat, 1);
}

void Schedule::plan(Entry& entry, std::optional<std::size_t> fault)
{
    const auto deadline = fault ? std::min(proof_deadline, options_.deadline) : options_.deadline;
    // A proof measures nothing: what the fault breaks shows beside others, too.
    (entry.property->alone && !fault ? waiting_alone_ : waiting_).push_back({entry.property, fault, deadline});
    ++entry.left;
    ++planned_;
}

std::optional<Task> Schedule::next()
{
    if (waiting_.empty() && waiting_alone_.empty() && rounds_left_ > 0 && !(options_.until_fail && failed_))
    {
        --rounds_left_;
        for (Entry& entry : entries_)
        {
            if (entry.executed)
            {
                plan(entry, std::nullopt);
            }
        }
    }
    const bool alone = waiting_.empty();
    std::deque<Task>& tasks = alone ? waiting_alone_ : waiting_;
    if (tasks.empty() || running_alone_ || (alone && running_ > 0))
    {
        return std::nullopt;
    }
    const Task task = tasks.front();
    tasks.pop_front();
    ++running_;
    running_alone_ = alone;
    return task;
}

void Schedule::merge(Entry& entry, reports::Result result)
{
    if (!entry.result)
    {
        entry.result = std::move(result);
        entry.result->verdicts = {{entry.result->verdict, 1}};
        return;
    }
    // The worst of all repetitions is what the report shows; the counts tell how often it came.
    reports::Result merged = result.verdict > entry.result->verdict ? result : *entry.result;
    merged.verdicts = entry.result->verdicts;
    merged.repetitions = entry.result->repetitions + 1;
    merged.proofs = entry.result->proofs;
    weaken(merged, result.evidence);
    weaken(merged, entry.result->evidence);
    count(merged, result.verdict);
    for (const reports::Leak& leak : result.leaks)
    {
        if (merged.leaks.size() < 8)
        {
            merged.leaks.push_back(leak);
        }
    }
    entry.result = std::move(merged);
}

const reports::Result* Schedule::take(const Task& task, reports::Result result)
{
    Entry& entry = entries_[index_.at(task.property)];
    --entry.left;
    --running_;
    running_alone_ = false;
    if (task.fault)
    {
        const std::vector<Fault>& faults = entry.property->faults;
        const auto is_of_later_fault = [&](const reports::Proof& proof) {
            return std::any_of(faults.begin() + static_cast<std::ptrdiff_t>(*task.fault) + 1, faults.end(),
                               [&](const Fault& later) { return later.description == proof.fault; });
        };
        // In the order of the faults, whichever ended first.
        std::vector<reports::Proof>& proofs = entry.result->proofs;
        proofs.insert(std::ranges::find_if(proofs, is_of_later_fault),
                      {faults[*task.fault].description, result.verdict, result.reason});
        failed_ = failed_ || result.verdict != reports::Verdict::fail;
    }
    else
    {
        const bool first = !entry.result;
        const bool passed = result.verdict == reports::Verdict::pass;
        failed_ = failed_ || !result.expected;
        merge(entry, std::move(result));
        const std::vector<Fault>& faults = entry.property->faults;
        for (std::size_t fault = 0; options_.prove && first && passed && fault < faults.size(); ++fault)
        {
            if (faults[fault].possible)
            {
                plan(entry, fault);
            }
        }
    }
    const bool more_rounds = rounds_left_ > 0 && !(options_.until_fail && failed_);
    return entry.left == 0 && !more_rounds ? &*entry.result : nullptr;
}

std::vector<const reports::Result*> Schedule::without_execution() const
{
    std::vector<const reports::Result*> judged;
    for (const Entry& entry : entries_)
    {
        if (!entry.executed)
        {
            judged.push_back(&*entry.result);
        }
    }
    return judged;
}

std::vector<reports::Result> Schedule::results() const
{
    std::vector<reports::Result> all;
    for (const Entry& entry : entries_)
    {
        if (entry.result)
        {
            all.push_back(*entry.result);
        }
    }
    return all;
}

} // namespace ipc_conform::runner
