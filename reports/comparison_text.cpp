#include "reports/comparison_text.hpp"

#include "reports/painter.hpp"
#include "reports/provenance.hpp"

#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

std::string side(std::string_view label, const Run& run, const Painter& painter)
{
    return fmt::format("  {:<7} {}\n", label, painter.safe(provenance_of(run)));
}

std::string verdict_of(const Result* result, const Painter& painter)
{
    return result == nullptr ? "-" : painter.as(result->verdict, name_of(result->verdict));
}

std::string facts(std::string_view label, const std::string& text, const Painter& painter)
{
    return text.empty() ? text : fmt::format("      {:<9} {}\n", label, painter.safe(text));
}

/// What the later run has to say of a property that has changed for the worse, or the way in which it has changed.
std::string evidence_of(const PropertyChange& changed, const Painter& painter)
{
    if (changed.change == Change::changed_signature)
    {
        return facts("before", joined_signature(*changed.before), painter)
               + facts("now", joined_signature(*changed.after), painter);
    }
    const Result& result = changed.newest();
    const bool tells = changed.change == Change::regression || changed.change == Change::undecided
                       || changed.change == Change::no_longer_judged
                       || (changed.change == Change::now_judged && result.verdict == Verdict::fail);
    if (!tells)
    {
        return {};
    }
    std::string text = facts("property", result.statement, painter)
                       + facts("source", painter.safe(result.sources, "; "), painter)
                       + facts("reason", result.reason, painter) + facts("remedy", result.remedy, painter);
    for (const Failure& failure : result.failures)
    {
        text += facts("expected", fmt::format("{}   [{}]", failure.expected, failure.process), painter)
                + facts("observed", failure.observed, painter);
    }
    if (changed.change == Change::regression && result.verdict == Verdict::fail && result.expected)
    {
        text += facts("accepted", result.expectation, painter);
    }
    return text + facts("again", result.rerun, painter);
}

std::string line_of(const PropertyChange& changed, const Painter& painter)
{
    const Result& result = changed.newest();
    const std::string_view arrow = painter.style.unicode ? "→" : "->";
    const std::string verdicts = changed.before == nullptr || changed.after == nullptr
                                     ? verdict_of(&result, painter)
                                     : fmt::format("{} {} {}", verdict_of(changed.before, painter), arrow,
                                                   verdict_of(changed.after, painter));
    return fmt::format("  {}  {}  [{}]\n", painter.safe(result.id), verdicts, painter.safe(result.level));
}

std::string section(const Comparison& comparison, Change change, const Painter& painter)
{
    const std::size_t count = comparison.count(change);
    if (count == 0)
    {
        return {};
    }
    std::string text = painter.heading(fmt::format("{} ({})", heading_of(change), count)) + '\n';
    for (const PropertyChange& changed : comparison.changes)
    {
        if (changed.change == change)
        {
            text += line_of(changed, painter) + evidence_of(changed, painter);
        }
    }
    return text + '\n';
}

std::string values_section(const Comparison& comparison, const Painter& painter)
{
    if (comparison.values.empty())
    {
        return {};
    }
    const std::string_view arrow = painter.style.unicode ? "→" : "->";
    std::string text =
        painter.heading(fmt::format("Other recorded values, which do not count ({})", comparison.values.size()))
        + '\n';
    for (const ChangedValue& value : comparison.values)
    {
        const auto said = [&](const std::string& held) { return held.empty() ? "-" : painter.safe(held); };
        text += fmt::format("  {}  {}: {} {} {}\n", painter.safe(value.property->id), painter.safe(value.name),
                            said(value.before), arrow, said(value.after));
    }
    return text + '\n';
}

} // namespace

std::string to_text(const Comparison& comparison, const Style& style)
{
    const Painter painter{style};
    std::string text = painter.heading("ipc-conform compare") + '\n' + side("before", *comparison.before, painter)
                       + side("after", *comparison.after, painter) + '\n';
    for (const Change change : every_change)
    {
        text += section(comparison, change, painter);
    }
    text += values_section(comparison, painter);
    const Verdict mood = exit_status(comparison) == Exit::as_expected  ? Verdict::pass
                         : exit_status(comparison) == Exit::unexpected ? Verdict::fail
                                                                       : Verdict::unresolved;
    return text + painter.as(mood, summary_line(comparison)) + '\n';
}

} // namespace ipc_conform::reports
