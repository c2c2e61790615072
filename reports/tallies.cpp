#include "reports/tallies.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

bool is_judged(const Result& result)
{
    return result.verdict == Verdict::pass || result.verdict == Verdict::fail;
}

} // namespace

std::vector<MechanismTally> tally_by_mechanism(const Run& run)
{
    std::vector<MechanismTally> tallies;
    std::map<std::string_view, std::size_t> places;
    for (const Result& result : run.results)
    {
        const auto [place, is_new] = places.emplace(result.mechanism, tallies.size());
        if (is_new)
        {
            tallies.push_back({result.mechanism, {}, {}});
        }
        MechanismTally& tally = tallies[place->second];
        tally.results.push_back(&result);
        const auto* const verdict = std::ranges::find(every_verdict, result.verdict);
        ++tally.totals[static_cast<std::size_t>(verdict - every_verdict.begin())];
    }
    return tallies;
}

std::vector<std::pair<std::string, std::size_t>> tally_of_evidence(const Run& run)
{
    std::vector<std::pair<std::string, std::size_t>> counted{
        {"call", 0}, {"state", 0}, {"timed", 0}, {"values", 0}};
    std::map<std::string_view, std::size_t> others; // only a report of another hand has any
    for (const Result& result : run.results)
    {
        if (!is_judged(result))
        {
            continue;
        }
        const auto kind = std::ranges::find(counted, result.evidence, &std::pair<std::string, std::size_t>::first);
        ++(kind == counted.end() ? others[result.evidence] : kind->second);
    }
    counted.insert(counted.end(), others.begin(), others.end());
    std::erase_if(counted, [](const auto& kind) { return kind.second == 0; });
    return counted;
}

ProofTally tally_of_proofs(const Run& run)
{
    ProofTally tally;
    for (const Result& result : run.results)
    {
        tally.faults += result.proofs.size();
        tally.killed += static_cast<std::size_t>(std::ranges::count_if(result.proofs, &Proof::killed));
        if (is_judged(result) && result.proofs.empty())
        {
            tally.without.push_back(result.id);
        }
    }
    return tally;
}

} // namespace ipc_conform::reports
