#include "reports/tallies.hpp"
#include "reports/terminal_sections.hpp"
#include "reports/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_conform::reports
{
namespace
{

std::string padded(const std::string& text, std::size_t columns)
{
    return text + std::string(columns - std::min(columns, columns_of(text)), ' ');
}

std::string counts_of(const Totals& counted, const Painter& painter)
{
    std::string cells;
    for (std::size_t index = 0; index < every_verdict.size(); ++index)
    {
        const std::size_t columns = name_of(every_verdict[index]).size() + 2;
        const std::string_view nothing = painter.style.unicode ? "·" : ".";
        cells += counted[index] == 0
                     ? painter.faint(fmt::format("{:>{}}", nothing, columns))
                     : painter.as(every_verdict[index], fmt::format("{:>{}}", counted[index], columns));
    }
    return cells + '\n';
}

/// "evidence: call 30, values 64": how strong the witnesses were that the verdicts rest on.
std::string evidence_line(const Run& run, const Painter& painter)
{
    std::vector<std::string> parts;
    for (const auto& [kind, count] : tally_of_evidence(run))
    {
        parts.push_back(fmt::format("{} {}", kind, count));
    }
    return parts.empty() ? "" : painter.faint("evidence: " + painter.safe(parts, ", ")) + '\n';
}

} // namespace

std::string verdict_table(const Run& run, const Painter& painter)
{
    const std::vector<MechanismTally> lines = tally_by_mechanism(run);
    if (lines.empty())
    {
        return {};
    }
    std::size_t columns = std::string_view{"mechanism"}.size();
    for (const MechanismTally& line : lines)
    {
        columns = std::max(columns, columns_of(painter.safe(line.mechanism)));
    }
    std::string heading = padded("mechanism", columns);
    for (const Verdict verdict : every_verdict)
    {
        heading.append("  ").append(name_of(verdict));
    }
    std::string text = painter.heading(heading) + '\n';
    for (const MechanismTally& line : lines)
    {
        text += padded(painter.safe(line.mechanism), columns) + counts_of(line.totals, painter);
    }
    text += padded("all", columns) + counts_of(totals(run.results), painter);
    return text + evidence_line(run, painter) + '\n';
}

} // namespace ipc_conform::reports
