#include "reports/html_result.hpp"

#include "reports/html_page.hpp"
#include "reports/painter.hpp"
#include "reports/sequence_diagram.hpp"
#include "reports/timeline.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

/// A named fact; nothing when there is nothing to say. The value is HTML.
void append_fact(std::string& html, std::string_view name, const std::string& value)
{
    if (!value.empty())
    {
        html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
    }
}

std::string code(std::string_view text)
{
    return text.empty() ? std::string{} : fmt::format("<code>{}</code>", html_text(text));
}

std::string place_of(std::string_view file, int line)
{
    return file.empty() ? std::string{} : html_text(fmt::format("{}:{}", file, line));
}

/// Entries below each other; they are HTML.
std::string list_of(const std::vector<std::string>& entries)
{
    std::string html;
    for (const std::string& entry : entries)
    {
        html += fmt::format("<li>{}</li>", entry);
    }
    return html.empty() ? html : fmt::format("<ul>{}</ul>", html);
}

std::string texts_of(const std::vector<std::string>& texts)
{
    std::vector<std::string> entries(texts.size());
    std::ranges::transform(texts, entries.begin(), html_text);
    return list_of(entries);
}

std::string evidence_of(const Result& result)
{
    if (result.evidence == "call")
    {
        return "call: the kernel named the call in which a process slept";
    }
    if (result.evidence == "state")
    {
        return "state: the kernel said that a process slept, not in which call";
    }
    if (result.evidence == "timed")
    {
        return "timed: a process stayed quiet for a while; the kernel was not asked";
    }
    return result.evidence == "values" ? "values: nothing had to wait" : html_text(result.evidence);
}

/// Every fault that is declared, with what came of it; those that only a proof names come last.
std::string faults_of(const Result& result)
{
    std::vector<std::string> entries;
    const auto is_declared = [&](const Proof& proof) {
        return std::ranges::find(result.faults, proof.fault) != result.faults.end();
    };
    for (const std::string& fault : result.faults)
    {
        const auto proof = std::ranges::find(result.proofs, fault, &Proof::fault);
        entries.push_back(html_text(fault)
                          + (proof == result.proofs.end() ? R"( <span class="quiet">not proven in this run</span>)"
                             : proof->killed()            ? R"( <span class="pass">detected</span>)"
                                               : fmt::format(R"( <span class="fail">survived: {}</span>)",
                                                             html_text(said(*proof)))));
    }
    for (const Proof& proof : result.proofs)
    {
        if (!is_declared(proof))
        {
            entries.push_back(fmt::format("{}: {}", html_text(proof.fault), html_text(said(proof))));
        }
    }
    return list_of(entries);
}

std::string failures_of(const Result& result)
{
    std::string html;
    for (const Failure& failure : result.failures)
    {
        html += R"(<dl class="facts failure">)";
        append_fact(html, "Expected", code(failure.expected));
        append_fact(html, "Observed", code(failure.observed));
        append_fact(html, "By",
                    html_text(failure.process) + (failure.file.empty() ? "" : " at ")
                        + place_of(failure.file, failure.line));
        html += "</dl>\n";
    }
    return html;
}

std::string declaration_of(const Result& result)
{
    std::string html = R"(<dl class="facts">)";
    append_fact(html, "Statement", html_text(result.statement));
    append_fact(html, "Level", html_text(result.level));
    append_fact(html, "Sources", texts_of(result.sources));
    append_fact(html, "Seen by", html_text(result.observed_by));
    return html + "</dl>\n";
}

std::string findings_of(const Result& result)
{
    std::vector<std::string> leaks(result.leaks.size());
    std::ranges::transform(result.leaks, leaks.begin(), [](const Leak& leak) {
        return html_text(fmt::format("{} {} (removed)", leak.kind, leak.name));
    });
    std::string html = R"(<dl class="facts">)";
    const bool is_said_below = result.expectation.find(result.reason) != std::string::npos;
    append_fact(html, "Reason", is_said_below ? "" : html_text(result.reason));
    append_fact(html, "Remedy", html_text(result.remedy));
    append_fact(html, result.expected ? "Known departure" : "Unexpected", html_text(result.expectation));
    append_fact(html, "See", html_link(result.link));
    append_fact(html, "Evidence", evidence_of(result));
    append_fact(html, "Recorded", html_values(result.observed));
    append_fact(html, "Repeated",
                result.verdicts.size() > 1
                    ? fmt::format("{} of {}", counts_text(result.verdicts), result.repetitions)
                    : "");
    append_fact(html, "Left behind", list_of(leaks));
    append_fact(html, "Faults", faults_of(result));
    append_fact(html, "Took", fmt::format("{:.1f} ms", result.milliseconds));
    append_fact(html, "Case", code(place_of(result.file, result.line)));
    append_fact(html, "Run again", code(result.rerun));
    return html + "</dl>\n";
}

std::string timeline_of(const Result& result)
{
    if (result.timeline.empty())
    {
        return fmt::format("<p class=\"quiet\">{}</p>\n",
                           result.verdict == Verdict::pass
                               ? "No timeline: one is kept of a result that is no PASS."
                               : "No timeline: the case made no traced call, or was not run.");
    }
    return fmt::format("{}<details><summary>The same as text</summary><pre tabindex=\"0\">{}</pre></details>\n",
                       sequence_diagram(result.timeline),
                       html_lines(timeline_text(result.timeline, {.width = 120})));
}

std::string output_of(const Result& result)
{
    return result.output.empty() ? std::string{}
                                 : fmt::format("<details><summary>What the case printed</summary>"
                                               "<pre tabindex=\"0\">{}</pre></details>\n",
                                               html_lines(result.output));
}

} // namespace

std::string html_anchor(std::string_view id)
{
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
    constexpr std::size_t longest = 100;
    // The page's own anchors have no dot, so that no property can pose as one of them.
    const bool is_an_id = id.find_first_not_of(allowed) == std::string_view::npos
                          && id.find('.') != std::string_view::npos && id.size() <= longest;
    return std::string{is_an_id ? id : ""};
}

std::string html_values(const std::vector<std::pair<std::string, Value>>& values)
{
    std::vector<std::string> entries(values.size());
    std::ranges::transform(values, entries.begin(), [](const auto& value) {
        return code(fmt::format("{} = {}", value.first, text_of(value.second)));
    });
    return list_of(entries);
}

std::string html_evidence(const Result& result)
{
    return fmt::format("<div class=\"opened\">\n{}{}{}{}{}</div>\n", declaration_of(result), failures_of(result),
                       findings_of(result), timeline_of(result), output_of(result));
}

std::string html_result(const Result& result)
{
    const std::string anchor = html_anchor(result.id);
    return fmt::format(R"(<details class="property"{} data-verdict="{}" data-level="{}" data-unexpected="{}">)"
                       "<summary>{} <span class=\"id\">{}</span>{} <span class=\"statement\">{}</span></summary>\n"
                       "{}</details>\n",
                       anchor.empty() ? "" : fmt::format(R"( id="{}")", anchor), html_class(result.verdict),
                       html_text(result.level), result.expected ? "" : "yes", html_verdict(result.verdict),
                       html_text(result.id), result.expected ? "" : R"( <span class="mark">unexpected</span>)",
                       html_text(result.statement), html_evidence(result));
}

} // namespace ipc_conform::reports
