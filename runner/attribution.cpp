#include "runner/attribution.hpp"

#include "fixtures/error_names.hpp"
#include "fixtures/ownership.hpp"
#include "runner/blame.hpp"
#include "runner/judge.hpp"
#include "runner/platform.hpp"
#include "runner/remedies.hpp"
#include "runner/surroundings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace ipc_conform::runner
{
namespace
{

using reports::Result;
using reports::Verdict;

/// What the filters and the kernel of this process have been asked already.
class Inquiries
{
public:
    const std::optional<Blame>& blame(const RefusedCall& call)
    {
        const auto key = std::tuple{call.name, call.arguments, call.error};
        const auto known = answers_.find(key);
        return known != answers_.end() ? known->second
                                       : answers_.emplace(key, blame_for(call, confinement_)).first->second;
    }
    [[nodiscard]] bool filtered() const
    {
        return confinement_.seccomp != 0;
    }
    [[nodiscard]] static const NamedValues& limits()
    {
        return platform_of_this_system().limits;
    }

private:
    Confinement confinement_ = confinement_of_this_process(platform_of_this_system().sandbox);
    std::map<std::tuple<std::string, std::array<std::int64_t, 6>, int>, std::optional<Blame>> answers_;
};

Inquiries& inquiries()
{
    static Inquiries all;
    return all;
}

RefusedCall refused(const journal::TracedCall& call)
{
    const bool returned = call.phase.load() == journal::Phase::returned;
    return {std::string{call.name.data(), strnlen(call.name.data(), call.name.size())}, call.arguments,
            returned ? call.error : 0};
}

/// The calls of a lane that are on record and failed, or never returned, in their order.
std::vector<RefusedCall> refused_in(const journal::Lane& lane)
{
    std::vector<RefusedCall> found;
    const std::uint32_t begun = lane.begun.load();
    for (std::uint32_t number = journal::oldest_kept(begun); number < begun; ++number)
    {
        const journal::TracedCall& call = lane.calls.at(number % journal::calls_per_lane);
        const journal::Phase phase = call.phase.load();
        if (phase == journal::Phase::entered || (phase == journal::Phase::returned && call.error != 0))
        {
            found.push_back(refused(call));
        }
    }
    return found;
}

/// "mq_open: EPERM", also behind "set-up: ", as the verdicts of a case tell of a call.
std::optional<RefusedCall> call_told_by(std::string_view reason)
{
    constexpr std::string_view set_up = "set-up: ";
    reason.remove_prefix(reason.starts_with(set_up) ? set_up.size() : 0);
    const std::size_t colon = reason.find(": ");
    constexpr int highest_error = 133;
    for (int error = 1; colon != std::string_view::npos && error <= highest_error; ++error)
    {
        if (reason.substr(colon + 2) == name_of_error(error))
        {
            return RefusedCall{std::string{reason.substr(0, colon)}, {}, error};
        }
    }
    return std::nullopt;
}

/// The call that did not remove what a case has left, as "/name (could not be removed: EPERM)" tells.
std::optional<RefusedCall> call_told_by(const reports::Leak& leak)
{
    const std::map<std::string, std::string, std::less<>> removing{{ownership::message_queue_kind, "msgctl"},
                                                                   {ownership::shared_segment_kind, "shmctl"},
                                                                   {ownership::shared_object_kind, "shm_unlink"},
                                                                   {ownership::posix_queue_kind, "mq_unlink"}};
    const auto call = removing.find(leak.kind);
    const std::size_t colon = leak.name.rfind("(could not be removed: ");
    if (call == removing.end() || colon == std::string::npos)
    {
        return std::nullopt;
    }
    const std::string_view told{leak.name};
    return call_told_by(std::string_view{
        fmt::format("{}{}", call->second, told.substr(told.rfind(": "), told.size() - 1 - told.rfind(": ")))});
}

/// A case that passes has met many errors that it asked for: only what filters answer is looked into.
bool may_be_a_filters(const RefusedCall& call, Verdict verdict)
{
    constexpr std::array usual{ENOSYS, EPERM, EACCES};
    constexpr std::array never{EAGAIN, EINTR, EINPROGRESS};
    return verdict == Verdict::pass ? std::ranges::find(usual, call.error) != usual.end()
                                    : std::ranges::find(never, call.error) == never.end();
}

std::vector<RefusedCall> suspects(const Result& result, const Execution& execution)
{
    std::vector<RefusedCall> found;
    for (const journal::Lane* lane : execution.journal->lanes())
    {
        const std::vector<RefusedCall> calls = refused_in(*lane);
        std::ranges::copy_if(calls, std::back_inserter(found),
                             [&](const RefusedCall& call) { return may_be_a_filters(call, result.verdict); });
    }
    if (const auto told = call_told_by(std::string_view{result.reason}))
    {
        found.push_back(*told);
    }
    for (const reports::Leak& leak : result.leaks)
    {
        if (const auto told = call_told_by(leak))
        {
            found.push_back(*told);
        }
    }
    return found;
}

bool tells_of_a_kill(const Result& result, const Execution& execution)
{
    const auto named = [](const std::string& text) { return text.find("SIGSYS") != std::string::npos; };
    return (WIFSIGNALED(execution.status) && WTERMSIG(execution.status) == SIGSYS) || named(result.reason)
           || std::ranges::any_of(result.failures,
                                  [&](const reports::Failure& failure) { return named(failure.observed); });
}

void restrict_by_filter(Result& result, std::string reason, std::string remedy)
{
    decide(result, Verdict::restricted, std::move(reason), std::move(remedy));
    result.was_killed = true; // what it left may be what the filter kept it from removing
}

bool answered_by_a_filter(Result& result, const Execution& execution)
{
    for (const RefusedCall& call : suspects(result, execution))
    {
        const auto& blame = inquiries().blame(call);
        if (blame && blame->culprit == Culprit::filter)
        {
            restrict_by_filter(result, blame->reason, blame->remedy);
            return true;
        }
    }
    if (tells_of_a_kill(result, execution))
    {
        decide(
            result, Verdict::restricted,
            "a seccomp filter kills a process of the case, in a call that it does not record",
            "run under another seccomp profile, which returns an errno instead; for a container: --security-opt "
            "seccomp=unconfined");
        return true;
    }
    return false;
}

/// The case's own word on a call that was refused, made exact.
void refine(Result& result, const RefusedCall& told)
{
    const auto& blame = inquiries().blame(told);
    if (!blame)
    {
        return;
    }
    if (const auto meaning = meaning_of(told.name, told.error, Inquiries::limits());
        meaning && result.verdict == Verdict::restricted)
    {
        decide(result, Verdict::restricted,
               fmt::format("{}: {}: {}", told.name, name_of_error(told.error), meaning->text), meaning->remedy);
        return;
    }
    switch (blame->culprit)
    {
    case Culprit::filter:
        decide(result, Verdict::restricted, blame->reason, blame->remedy);
        break;
    case Culprit::absence:
    case Culprit::hidden:
        decide(result, Verdict::unsupported, blame->reason, blame->remedy);
        break;
    case Culprit::permission:
        result.reason = result.verdict == Verdict::restricted ? blame->reason : result.reason;
        result.remedy = result.verdict == Verdict::restricted ? blame->remedy : result.remedy;
        break;
    case Culprit::nobody:
        if (told.error == ENOSYS && !result.failures.empty())
        {
            const reports::Failure& first = result.failures.front();
            decide(result, Verdict::fail, fmt::format("{}: {}", first.expected, first.observed), "");
        }
        break;
    }
}

} // namespace

void attribute(Result& result, const Execution& execution)
{
    const bool foreseen = execution.task.fault.has_value(); // a fault's refusal is nobody's
    if (foreseen || (inquiries().filtered() && answered_by_a_filter(result, execution)))
    {
        return;
    }
    const bool denied = result.verdict == Verdict::restricted || result.verdict == Verdict::unsupported
                        || result.verdict == Verdict::unresolved;
    if (const auto told = denied ? call_told_by(std::string_view{result.reason}) : std::nullopt)
    {
        refine(result, *told);
    }
}

} // namespace ipc_conform::runner
