#include "runner/claims.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <set>

namespace ipc_conform::runner
{

namespace
{

using reports::Claim;
using reports::ClaimEvidence;
using reports::Result;
using reports::Verdict;

enum class Standing
{
    holds,
    broken,
    unsupported,
    unknown,
};

const Result* result_of(const std::vector<Result>& results, const std::string& id)
{
    const auto found = std::ranges::find(results, id, &Result::id);
    return found == results.end() ? nullptr : &*found;
}

Standing standing_of(const Clue& clue, const Result* result)
{
    if (result == nullptr)
    {
        return Standing::unknown;
    }
    if (result->verdict != Verdict::pass)
    {
        return result->verdict == Verdict::fail          ? Standing::broken
               : result->verdict == Verdict::unsupported ? Standing::unsupported
                                                         : Standing::unknown;
    }
    if (!clue.observed)
    {
        return Standing::holds;
    }
    const auto value =
        std::ranges::find(result->observed, clue.observed->first, [](const auto& pair) { return pair.first; });
    if (value == result->observed.end())
    {
        return Standing::unknown;
    }
    // A measurement that shows no difference is neither for nor against.
    const std::string seen = reports::text_of(value->second);
    return seen == clue.observed->second       ? Standing::holds
           : seen.starts_with("no difference") ? Standing::unknown
                                               : Standing::broken;
}

// How many properties of one role stand how.
struct Tally
{
    int holds = 0;
    int broken = 0;
    int unsupported = 0;
    int unknown = 0;

    [[nodiscard]] int all() const
    {
        return holds + broken + unsupported + unknown;
    }
    void add(Standing standing)
    {
        (standing == Standing::holds         ? holds
         : standing == Standing::broken      ? broken
         : standing == Standing::unsupported ? unsupported
                                             : unknown) += 1;
    }
};

Tally tally(const ClaimRule& rule, std::string_view role, const std::vector<Result>& results)
{
    Tally counted;
    for (const Clue& clue : rule.clues)
    {
        if (clue.role == role)
        {
            counted.add(standing_of(clue, result_of(results, clue.id)));
        }
    }
    return counted;
}

std::string verdict_of(const ClaimRule& rule, const std::vector<Result>& results)
{
    if (rule.kind == "not testable")
    {
        return rule.kind;
    }
    const Tally refutes = tally(rule, "refutes", results);
    if (refutes.holds > 0)
    {
        return refutes.broken > 0 ? "true with limits" : "false";
    }
    if (refutes.unknown + refutes.unsupported > 0)
    {
        return "undecided here";
    }
    const Tally supports = tally(rule, "supports", results);
    if (supports.broken > 0)
    {
        return "false";
    }
    if (supports.all() > 0 && (supports.unknown > 0 || supports.holds == 0))
    {
        return "undecided here";
    }
    const Tally limits = tally(rule, "limits", results);
    if (limits.holds > 0 || tally(rule, "fully", results).broken > 0)
    {
        return "true with limits";
    }
    if (limits.unknown > 0)
    {
        return "undecided here";
    }
    return rule.kind.empty() ? "true" : rule.kind;
}

ClaimEvidence evidence_of(const Clue& clue, const Result* result)
{
    if (result == nullptr)
    {
        return {clue.id, clue.role, "not run", "", {}};
    }
    return {clue.id, clue.role, std::string{reports::name_of(result->verdict)}, result->evidence,
            result->observed};
}

// The properties to which a verdict other than the usual one is due.
std::string departures(const Claim& claim, const char* otherwise)
{
    std::vector<std::string> told;
    for (const ClaimEvidence& evidence : claim.properties)
    {
        if (evidence.verdict != "PASS")
        {
            told.push_back(fmt::format("{} {}", evidence.id, evidence.verdict));
        }
    }
    return told.empty() ? otherwise : fmt::format("{}", fmt::join(told, ", "));
}

} // namespace

Claim judge_claim(const ClaimRule& rule, const std::vector<Result>& results)
{
    Claim claim{rule.number, rule.mechanism,  rule.korean, rule.english, verdict_of(rule, results),
                rule.why,    rule.why_korean, {}};
    for (const Clue& clue : rule.clues)
    {
        claim.properties.push_back(evidence_of(clue, result_of(results, clue.id)));
    }
    if (claim.verdict != rule.finding)
    {
        claim.why = fmt::format("Elsewhere found \"{}\"; here it is due to {}.", rule.finding,
                                departures(claim, "the values observed"));
        claim.why_korean = fmt::format("다른 곳의 판정은 \"{}\"이며, 여기서는 {} 때문입니다.", rule.finding,
                                       departures(claim, "관찰된 값"));
    }
    return claim;
}

std::vector<Claim> judge_claims(const std::vector<Result>& results, bool touched_only)
{
    std::vector<Claim> claims;
    for (const ClaimRule& rule : claim_rules())
    {
        const bool touched = std::ranges::any_of(
            rule.clues, [&](const Clue& clue) { return result_of(results, clue.id) != nullptr; });
        if (touched || !touched_only)
        {
            claims.push_back(judge_claim(rule, results));
        }
    }
    return claims;
}

std::vector<std::string> claim_property_ids()
{
    std::set<std::string> ids;
    for (const ClaimRule& rule : claim_rules())
    {
        std::ranges::transform(rule.clues, std::inserter(ids, ids.end()), &Clue::id);
    }
    return {ids.begin(), ids.end()};
}

} // namespace ipc_conform::runner
