#include "reports/terminal_sections.hpp"

#include "reports/tallies.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>
#include <vector>

namespace ipc_conform::reports
{
namespace
{

/// Results that are what they are for the same reason.
struct Group
{
    Verdict verdict = Verdict::untested;
    std::string reason;
    std::string remedy;
    std::vector<std::string> ids;
};

std::vector<Group> groups_of(const Run& run)
{
    constexpr std::array kinds{Verdict::restricted, Verdict::unsupported, Verdict::untested};
    std::vector<Group> groups;
    for (const Result& result : run.results)
    {
        if (!result.expected || std::ranges::find(kinds, result.verdict) == kinds.end())
        {
            continue;
        }
        const auto is_same = [&](const Group& group) {
            return std::tie(group.verdict, group.reason, group.remedy)
                   == std::tie(result.verdict, result.reason, result.remedy);
        };
        auto group = std::ranges::find_if(groups, is_same);
        if (group == groups.end())
        {
            group = groups.insert(groups.end(), Group{result.verdict, result.reason, result.remedy, {}});
        }
        group->ids.push_back(result.id);
    }
    std::ranges::stable_sort(groups, {},
                             [&](const Group& group) { return std::ranges::find(kinds, group.verdict); });
    return groups;
}

} // namespace

std::string known_departures(const Run& run, const Painter& painter)
{
    std::string text;
    for (const Result& result : run.results)
    {
        if (result.verdict == Verdict::fail && result.expected)
        {
            const std::string& why = result.expectation.empty() ? result.reason : result.expectation;
            text += fmt::format("  {}: {}", painter.safe(result.id), painter.safe(why));
            text += result.link.empty() ? "\n" : fmt::format("  {}\n", painter.faint(painter.safe(result.link)));
        }
    }
    return text.empty() ? text : painter.heading("Known departures of this platform") + '\n' + text + '\n';
}

std::string not_checked(const Run& run, const Painter& painter)
{
    std::string text;
    for (const Group& group : groups_of(run))
    {
        text += fmt::format("  {} {}\n", painter.as(group.verdict, name_of(group.verdict)),
                            painter.safe(group.reason.empty() ? "no reason given" : group.reason));
        text += group.remedy.empty() ? "" : fmt::format("    remedy: {}\n", painter.safe(group.remedy));
        text += fmt::format("    {}\n", painter.safe(group.ids, ", "));
    }
    return text.empty() ? text : painter.heading("Not checked here") + '\n' + text + '\n';
}

std::string proofs_section(const Run& run, const Painter& painter)
{
    const ProofTally tally = tally_of_proofs(run);
    if (!run.proved && tally.faults == 0)
    {
        return {};
    }
    std::string survivors;
    for (const Result& result : run.results)
    {
        for (const Proof& proof : result.proofs)
        {
            survivors += proof.killed() ? ""
                                        : fmt::format("  {} {}: {} ({})\n", painter.as(Verdict::fail, "survived"),
                                                      painter.safe(result.id), painter.safe(proof.fault),
                                                      painter.safe(said(proof)));
        }
    }
    std::string text = painter.heading("Proofs") + '\n';
    text += fmt::format("  {} run, {} killed, {} survived\n", quantity(tally.faults, "fault", "faults"),
                        tally.killed, tally.faults - tally.killed);
    text += survivors;
    if (run.proved && !tally.without.empty())
    {
        text += fmt::format("  without a proof: {}\n", painter.safe(tally.without, ", "));
    }
    return text + '\n';
}

} // namespace ipc_conform::reports
