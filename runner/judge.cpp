#include "runner/judge.hpp"

#include "fixtures/error_names.hpp"
#include "runner/attribution.hpp"
#include "runner/timeline.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <iterator>
#include <sys/wait.h>

namespace ipc_conform::runner
{

namespace
{

using journal::Kind;
using journal::Record;
using reports::Result;
using reports::Verdict;

template <class Number>
Number number_of(const std::string& text)
{
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

reports::Value value_of(const std::string& type, const std::string& text)
{
    switch (type.empty() ? 's' : type.front())
    {
    case 'b':
        return text == "true";
    case 'i':
        return number_of<std::int64_t>(text);
    case 'd':
        return std::strtod(text.c_str(), nullptr);
    default:
        return text;
    }
}

void observe(Result& result, const Record& record)
{
    reports::Value value = value_of(record.field(1), record.field(2));
    const auto known =
        std::ranges::find(result.observed, record.field(0), [](const auto& pair) { return pair.first; });
    if (known != result.observed.end())
    {
        known->second = std::move(value);
        return;
    }
    result.observed.emplace_back(record.field(0), std::move(value));
}

std::string process_of(const Record& record, const std::vector<const journal::Lane*>& lanes)
{
    return record.lane < lanes.size() ? name_of_lane(*lanes[record.lane]) : "unknown";
}

std::string_view name_of(Kind kind)
{
    constexpr std::string_view names[] = {"observe", "evidence", "check", "verdict", "owns", "end"};
    const auto index = static_cast<std::size_t>(kind) - 1;
    return index < std::size(names) ? names[index] : "unknown";
}

std::vector<std::string_view> field_names(Kind kind)
{
    switch (kind)
    {
    case Kind::observe:
        return {"name", "type", "value"};
    case Kind::evidence:
        return {"strength", "text"};
    case Kind::check:
        return {"expected", "observed", "file", "line"};
    case Kind::verdict:
        return {"verdict", "reason", "remedy"};
    case Kind::owns:
        return {"object", "name", "id"};
    case Kind::end:
        return {"checks"};
    }
    return {};
}

reports::Record reported(const Record& record, const std::string& process, double milliseconds)
{
    reports::Record copy{process, std::string{name_of(record.kind)}, milliseconds, {}};
    const std::vector<std::string_view> names = field_names(record.kind);
    for (std::size_t index = 0; index < std::min(names.size(), record.fields.size()); ++index)
    {
        copy.fields.emplace_back(names[index], record.fields[index]);
    }
    return copy;
}

// How the case's first process ended, when that alone decides.
bool decided_by_ending(Result& result, const Execution& execution)
{
    if (execution.timed_out)
    {
        decide(result, Verdict::fail,
               fmt::format("{} {} ms; the timeline shows where each process was stuck", hung,
                           execution.task.deadline.count()));
        return true;
    }
    if (WIFSIGNALED(execution.status) && WTERMSIG(execution.status) == SIGKILL)
    {
        decide(result, Verdict::unresolved,
               "the case was killed by SIGKILL, and not by the kit: by the out-of-memory killer, a limit on "
               "processor time, or somebody else");
        return true;
    }
    if (WIFSIGNALED(execution.status))
    {
        decide(result, Verdict::fail,
               fmt::format("the case was killed by {}", name_of_signal(WTERMSIG(execution.status))));
        return true;
    }
    return false;
}

void decide_by_records(Result& result, const Execution& execution)
{
    const std::vector<Record>& records = execution.journal->records();
    const auto decisive = std::ranges::find_if(
        records, [](const Record& record) { return record.kind == Kind::check || record.kind == Kind::verdict; });
    if (decisive != records.end() && decisive->kind == Kind::verdict)
    {
        decide(result, reports::verdict_named(decisive->field(0)).value_or(Verdict::unresolved),
               decisive->field(1), decisive->field(2));
        return;
    }
    if (decisive != records.end())
    {
        decide(result, Verdict::fail, fmt::format("{}: {}", decisive->field(0), decisive->field(1)));
        return;
    }
    if (decided_by_ending(result, execution))
    {
        return;
    }
    const auto end = std::ranges::find(records, Kind::end, &Record::kind);
    if (const int error = execution.journal->lost(); error == ENOSPC || error == EDQUOT || error == EFBIG)
    {
        decide(result, Verdict::restricted,
               fmt::format("the case could not write all its records: {}", name_of_error(error)),
               "free space where temporary files go, raise the quota or RLIMIT_FSIZE, or set TMPDIR to another "
               "folder");
    }
    else if (error != 0)
    {
        decide(result, Verdict::unresolved,
               fmt::format("the case could not write all its records: {}", name_of_error(error)));
    }
    else if (end == records.end())
    {
        decide(result, Verdict::unresolved,
               fmt::format("the case ended with status {} before it had reported its end",
                           WEXITSTATUS(execution.status)));
    }
    else if (end->field(0) == "0")
    {
        decide(result, Verdict::unresolved, "the case checked nothing");
    }
    else
    {
        decide(result, Verdict::pass, "");
    }
}

} // namespace

void decide(Result& result, Verdict verdict, std::string reason, std::string remedy)
{
    result.verdict = verdict;
    result.reason = std::move(reason);
    result.remedy = std::move(remedy);
}

void weaken(Result& result, const std::string& strength)
{
    constexpr std::string_view order[] = {"values", "call", "state", "timed"};
    const auto rank = [&](std::string_view name) { return std::ranges::find(order, name) - std::begin(order); };
    if (rank(strength) < std::ssize(order) && rank(strength) > rank(result.evidence))
    {
        result.evidence = strength;
    }
}

Result blank_result(const Property& property)
{
    Result result;
    result.id = property.id;
    result.mechanism = property.mechanism();
    result.level = property.level;
    result.statement = property.statement;
    result.sources = property.sources;
    result.observed_by = property.observed_by;
    std::ranges::transform(property.faults, std::back_inserter(result.faults), &Fault::description);
    result.file = property.file;
    result.line = property.line;
    result.rerun = fmt::format("./ipc-conform run {}", property.id);
    return result;
}

std::optional<Result> judged_without_running(const Property& property, std::string_view system)
{
    Result result = blank_result(property);
    if (!property.untested.empty())
    {
        decide(result, Verdict::untested, property.untested);
        return result;
    }
    if (!property.system.empty() && property.system != system)
    {
        decide(result, Verdict::unsupported, fmt::format("documented by {} only", property.system));
        return result;
    }
    return std::nullopt;
}

Result restricted(const Property& property, std::string reason, std::string remedy)
{
    Result result = blank_result(property);
    decide(result, Verdict::restricted, std::move(reason), std::move(remedy));
    return result;
}

Result judge(const Execution& execution)
{
    Result result = blank_result(*execution.task.property);
    result.milliseconds = execution.milliseconds;
    result.leaks = execution.leaks;
    result.was_killed = execution.was_killed();
    result.output = execution.output;

    const std::vector<const journal::Lane*> lanes = execution.journal->lanes();
    const std::uint64_t start = execution.journal->started_at();
    for (const Record& record : execution.journal->records())
    {
        const std::string process = process_of(record, lanes);
        const double at = static_cast<double>(record.at - std::min(start, record.at)) / 1e6;
        result.records.push_back(reported(record, process, at));
        if (record.kind == Kind::observe)
        {
            observe(result, record);
        }
        else if (record.kind == Kind::evidence)
        {
            weaken(result, record.field(0));
        }
        else if (record.kind == Kind::check)
        {
            result.failures.push_back({process, record.field(0), record.field(1), project_path(record.field(2)),
                                       number_of<int>(record.field(3))});
        }
    }
    decide_by_records(result, execution);
    attribute(result, execution);
    if (result.verdict != Verdict::pass)
    {
        result.timeline = timeline_of(lanes, start, execution.stuck);
    }
    return result;
}

} // namespace ipc_conform::runner
