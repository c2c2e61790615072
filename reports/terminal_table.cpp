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

using Totals = decltype(totals({}));

struct Line
{
    std::string mechanism;
    Totals counted{};
};

/// One line for each mechanism, in the order in which the run came to them.
std::vector<Line> lines_of(const Run& run)
{
    std::vector<Line> lines;
    for (const Result& result : run.results)
    {
        auto line = std::ranges::find(lines, result.mechanism, &Line::mechanism);
        if (line == lines.end())
        {
            line = lines.insert(lines.end(), Line{result.mechanism, {}});
        }
        const auto verdict = std::ranges::find(every_verdict, result.verdict);
        ++line->counted[static_cast<std::size_t>(verdict - every_verdict.begin())];
    }
    return lines;
}

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
    std::vector<std::pair<std::string, std::size_t>> counted{
        {"call", 0}, {"state", 0}, {"timed", 0}, {"values", 0}};
    for (const Result& result : run.results)
    {
        if (result.verdict != Verdict::pass && result.verdict != Verdict::fail)
        {
            continue;
        }
        const auto kind = std::ranges::find(counted, result.evidence, &std::pair<std::string, std::size_t>::first);
        (kind == counted.end() ? counted.emplace_back(result.evidence, 0) : *kind).second += 1;
    }
    std::vector<std::string> parts;
    for (const auto& [kind, count] : counted)
    {
        if (count != 0)
        {
            parts.push_back(fmt::format("{} {}", kind, count));
        }
    }
    return parts.empty() ? "" : painter.faint("evidence: " + painter.safe(parts, ", ")) + '\n';
}

} // namespace

std::string verdict_table(const Run& run, const Painter& painter)
{
    const std::vector<Line> lines = lines_of(run);
    if (lines.empty())
    {
        return {};
    }
    std::size_t columns = std::string_view{"mechanism"}.size();
    for (const Line& line : lines)
    {
        columns = std::max(columns, columns_of(painter.safe(line.mechanism)));
    }
    std::string heading = padded("mechanism", columns);
    for (const Verdict verdict : every_verdict)
    {
        heading.append("  ").append(name_of(verdict));
    }
    std::string text = painter.heading(heading) + '\n';
    for (const Line& line : lines)
    {
        text += padded(painter.safe(line.mechanism), columns) + counts_of(line.counted, painter);
    }
    text += padded("all", columns) + counts_of(totals(run.results), painter);
    return text + evidence_line(run, painter) + '\n';
}

} // namespace ipc_conform::reports
