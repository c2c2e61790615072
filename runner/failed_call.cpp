#include "runner/failed_call.hpp"

#include "reports/printable.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

constexpr std::string_view call_prefix = "os::";

/// What a check says of a call.
struct Demand
{
    std::string_view call;
    std::int64_t result = -1;
    std::string_view error;                ///< with a demanded -1
    std::optional<std::int64_t> different; ///< the result that was seen instead, where the check tells it
};

/// What stands between two words at the ends of a text; nothing when they do not stand there.
std::optional<std::string_view> between(std::string_view text, std::string_view begin, std::string_view end)
{
    if (text.size() < begin.size() + end.size() || !text.starts_with(begin) || !text.ends_with(end))
    {
        return std::nullopt;
    }
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
}

/// The end of `name(…)` at the beginning of a text.
std::size_t end_of_call(std::string_view text)
{
    std::size_t depth = 0;
    for (std::size_t index = 0; index < text.size(); ++index)
    {
        depth += text[index] == '(' ? 1 : 0;
        if (text[index] == ')' && --depth == 0)
        {
            return index + 1;
        }
    }
    return std::string_view::npos;
}

std::optional<Demand> demand_for_error(std::string_view arguments)
{
    const std::size_t comma = arguments.find(", ");
    if (comma == std::string_view::npos || !names_an_error(arguments.substr(0, comma)))
    {
        return std::nullopt;
    }
    const std::string_view call = arguments.substr(comma + 2);
    if (!call.starts_with(call_prefix) || end_of_call(call) != call.size())
    {
        return std::nullopt;
    }
    return Demand{call.substr(call_prefix.size(), call.find('(') - call_prefix.size()), -1,
                  arguments.substr(0, comma), std::nullopt};
}

std::optional<Demand> demand_for_value(std::string_view expression, std::string_view observed)
{
    const std::size_t end = end_of_call(expression);
    const std::size_t equal = observed.find(" == ");
    if (!expression.starts_with(call_prefix) || end == std::string_view::npos
        || !expression.substr(end).starts_with(" == ") || equal == std::string_view::npos)
    {
        return std::nullopt;
    }
    const auto seen = whole_number(observed.substr(0, equal));
    const auto wanted = whole_number(observed.substr(equal + 4));
    if (!seen || !wanted)
    {
        return std::nullopt;
    }
    return Demand{expression.substr(call_prefix.size(), expression.find('(') - call_prefix.size()), *wanted, "",
                  *seen};
}

std::optional<Demand> demand_of(const reports::Failure& failure)
{
    const std::string_view text = failure.expected;
    const auto checked = between(text, "CHECK(", ")");
    const auto expression = checked ? checked : between(text, "REQUIRE(", ")");
    if (!expression || expression->find(call_prefix) != expression->rfind(call_prefix))
    {
        return std::nullopt;
    }
    const auto arguments = between(*expression, "fails_with(", ")");
    return arguments ? demand_for_error(*arguments) : demand_for_value(*expression, failure.observed);
}

bool contradicts(const RecordedCall& call, const Demand& demand)
{
    if (call.name != demand.call || (demand.different && call.result != *demand.different))
    {
        return false;
    }
    return call.result != demand.result || call.error != demand.error;
}

/// When the first check failed.
std::optional<double> moment_of_failure(const reports::Result& result)
{
    const auto check = std::ranges::find(result.records, "check", &reports::Record::kind);
    return check == result.records.end() ? std::nullopt : std::optional{check->milliseconds};
}

} // namespace

std::variant<FailedCall, NotTold> failed_call(const reports::Result& result)
{
    const std::optional<double> moment = moment_of_failure(result);
    if (result.verdict != reports::Verdict::fail || result.failures.empty() || !moment)
    {
        return NotTold{fmt::format("no check of it failed: it gave {}", reports::name_of(result.verdict))};
    }
    const reports::Failure& failure = result.failures.front();
    const std::optional<Demand> demand = demand_of(failure);
    if (!demand)
    {
        return NotTold{fmt::format("the check that failed is not on what one call returned: {}",
                                   reports::shortened(reports::printable(failure.expected), 200))};
    }
    FailedCall failed;
    for (const reports::Lane& lane : result.timeline)
    {
        for (const reports::TimedCall& call : lane.calls)
        {
            if (call.entered > *moment)
            {
                continue;
            }
            if (lane.process != failure.process || lane.process != "main" || lane.calls_dropped != 0)
            {
                return NotTold{lane.calls_dropped != 0
                                   ? "its first calls are no longer on record"
                                   : "several processes took part, and a record of their calls "
                                     "does not tell which waited for which"};
            }
            auto recorded = recorded_call(call);
            if (!recorded)
            {
                return NotTold{fmt::format("{} is not wholly on record",
                                           reports::shortened(reports::printable(call.call), 200))};
            }
            failed.before.push_back(std::move(*recorded));
        }
    }
    if (failed.before.empty() || !contradicts(failed.before.back(), *demand))
    {
        return NotTold{"the call that the failed check is about is not the last one on record before it"};
    }
    failed.call = std::move(failed.before.back());
    failed.before.pop_back();
    failed.expected = demand->result;
    failed.expected_error = demand->error;
    return failed;
}

} // namespace ipc_conform::runner
