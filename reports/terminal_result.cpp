#include "reports/painter.hpp"
#include "reports/terminal.hpp"
#include "reports/timeline.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t indentation = 6;
constexpr std::size_t most_output_lines = 20;

/// A labelled line; nothing when there is nothing to say.
void append_field(std::string& text, const Painter& painter, std::string_view label, const std::string& content)
{
    if (!content.empty())
    {
        text += fmt::format("{:{}}{} {}\n", "", indentation, painter.faint(fmt::format("{:<9}", label)), content);
    }
}

void append_failures(std::string& text, const Painter& painter, const Result& result)
{
    for (const Failure& failure : result.failures)
    {
        const std::string place = failure.file.empty()
                                      ? failure.process
                                      : fmt::format("{}, {}:{}", failure.process, failure.file, failure.line);
        append_field(text, painter, "expected",
                     fmt::format("{}   {}", painter.safe(failure.expected),
                                 painter.faint(fmt::format("[{}]", painter.safe(place)))));
        append_field(text, painter, "observed", painter.safe(failure.observed));
    }
}

void append_output(std::string& text, const Painter& painter, std::string_view output)
{
    std::size_t lines = 0;
    while (!output.empty())
    {
        if (lines++ == most_output_lines)
        {
            append_field(text, painter, "", "(the rest is in the JSON report)");
            return;
        }
        const std::size_t end = output.find('\n');
        append_field(text, painter, lines == 1 ? "output" : "", painter.safe(output.substr(0, end)));
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    }
}

void append_timeline(std::string& text, const Painter& painter, const Result& result)
{
    Style narrower = painter.style;
    narrower.width -= std::min(narrower.width, indentation);
    const std::string ladder = timeline_text(result.timeline, narrower);
    for (std::size_t begin = 0; begin < ladder.size();)
    {
        const std::size_t end = ladder.find('\n', begin) + 1;
        text.append(indentation, ' ').append(ladder, begin, end - begin);
        begin = end;
    }
}

} // namespace

std::string terminal_result(const Result& result, const Style& style)
{
    const Painter painter{style};
    std::string text = fmt::format("{}  {}  {}\n", painter.as(result.verdict, name_of(result.verdict)),
                                   painter.heading(painter.safe(result.id)),
                                   painter.faint(fmt::format("[{}]", painter.safe(result.level))));
    append_field(text, painter, "property", painter.safe(result.statement));
    append_field(text, painter, "source", painter.safe(result.sources, "; "));
    append_failures(text, painter, result);
    append_field(text, painter, "reason", painter.safe(result.reason));
    append_field(text, painter, "remedy", painter.safe(result.remedy));
    append_field(text, painter, result.expected ? "known" : "why", painter.safe(result.expectation));
    append_field(text, painter, "link", painter.safe(result.link));
    append_field(text, painter, "evidence", result.evidence == "values" ? "" : painter.safe(result.evidence));
    append_field(text, painter, "recorded", painter.safe(result.observed));
    if (result.verdicts.size() > 1)
    {
        append_field(text, painter, "repeated",
                     fmt::format("{} of {}", counts_text(result.verdicts), result.repetitions));
    }
    for (const Leak& leak : result.leaks)
    {
        append_field(text, painter, "leftover",
                     painter.safe(fmt::format("{} {} (removed)", leak.kind, leak.name)));
    }
    for (const Proof& proof : result.proofs)
    {
        if (!proof.killed())
        {
            append_field(text, painter, "survived", painter.safe(fmt::format("{}: {}", proof.fault, said(proof))));
        }
    }
    append_output(text, painter, result.output);
    append_timeline(text, painter, result);
    append_field(text, painter, "again", painter.safe(result.rerun));
    return text;
}

} // namespace ipc_conform::reports
