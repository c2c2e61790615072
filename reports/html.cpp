#include "reports/html.hpp"

#include "reports/html_claims.hpp"
#include "reports/html_page.hpp"
#include "reports/html_result.hpp"
#include "reports/outcome.hpp"
#include "reports/painter.hpp"
#include "reports/tallies.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

using Facts = std::vector<std::pair<std::string, std::string>>;

/// Names and values, both plain text.
std::string facts_of(const Facts& facts)
{
    std::string html = R"(<dl class="facts">)";
    for (const auto& [name, value] : facts)
    {
        html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(name), html_text(value));
    }
    return html + "</dl>\n";
}

std::string title_of(const Run& run)
{
    return joined({"IPC conformance:", run.platform.system, run.platform.release, run.platform.machine}, " ");
}

std::string header_of(const Run& run)
{
    const Platform& platform = run.platform;
    const std::string about =
        joined({platform.libc, fmt::format("sandbox: {}", platform.sandbox),
                run.via.empty() ? "" : fmt::format("via: {}", run.via), run.started,
                fmt::format("{:.2f} s", run.milliseconds / 1000), fmt::format("kit {}", run.kit_version)},
               " · ");
    return fmt::format("<header>\n<h1>{}</h1>\n<p class=\"quiet\">{}</p>\n<nav aria-label=\"Sections\">"
                       "<a href=\"#mechanisms\">Mechanisms</a> <a href=\"#properties\">Properties</a> {}"
                       "<a href=\"#platform\">Platform</a></nav>\n</header>\n",
                       html_text(title_of(run)), html_text(about),
                       run.claims.empty() ? "" : R"(<a href="#claims">Claims</a> )");
}

std::string_view answer_of(const Run& run)
{
    switch (exit_status(run))
    {
    case Exit::as_expected:
        return "Everything is as expected.";
    case Exit::unexpected:
        return "Not as expected.";
    case Exit::not_judged:
        return "Not everything could be judged.";
    case Exit::nothing_ran:
    case Exit::usage:
        break;
    }
    return "Nothing was checked.";
}

/// A bar of all verdicts, hidden from who cannot see it: the numbers stand beside it.
std::string bar_of(const Totals& totals, std::size_t count)
{
    std::string html = fmt::format(
        R"(<svg class="bar" viewBox="0 0 {} 1" preserveAspectRatio="none" aria-hidden="true">)", count);
    std::size_t begin = 0;
    for (std::size_t index = 0; index < totals.size(); ++index)
    {
        if (totals[index] != 0)
        {
            html += fmt::format(R"(<rect class="{}" x="{}" width="{}" height="1"/>)",
                                html_class(every_verdict[index]), begin, totals[index]);
            begin += totals[index];
        }
    }
    return html + "</svg>";
}

std::string totals_section(const Run& run)
{
    const Totals counted = totals(run.results);
    std::string html = fmt::format(
        "<section id=\"totals\" aria-label=\"Totals\">\n<p class=\"answer\">{}{}</p>\n{}\n"
        "<ul class=\"counts\">",
        answer_of(run), run.partial ? " The run was cut short." : "", bar_of(counted, run.results.size()));
    for (std::size_t index = 0; index < counted.size(); ++index)
    {
        html += fmt::format(R"(<li><strong class="{}">{}</strong> {}</li>)", html_class(every_verdict[index]),
                            counted[index], name_of(every_verdict[index]));
    }
    return html + fmt::format("<li><strong>{}</strong> in all</li></ul>\n</section>\n", run.results.size());
}

std::string proofs_text(const Run& run)
{
    const ProofTally tally = tally_of_proofs(run);
    if (!run.proved && tally.faults == 0)
    {
        return "not proven in this run (--prove does): that each check can fail here is not shown";
    }
    const std::string text =
        fmt::format("{} of {} detected", tally.killed, quantity(tally.faults, "fault", "faults"));
    return run.proved && !tally.without.empty()
               ? fmt::format("{}; {} without a proof", text, quantity(tally.without.size(), "verdict", "verdicts"))
               : text;
}

std::string evidence_text(const Run& run)
{
    std::string text;
    for (const auto& [kind, count] : tally_of_evidence(run))
    {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind, count);
    }
    return text.empty()
               ? "no property was judged"
               : text
                     + " (call: the kernel named the call a process slept in; state: that it slept; timed: "
                       "quiet for a while; values: nothing had to wait)";
}

std::string trust_section(const Run& run)
{
    return "<section id=\"trust\">\n<h2>How far to trust this</h2>\n"
           + facts_of({{"Trust base", run.trust.empty() ? "not recorded" : run.trust},
                       {"Evidence", evidence_text(run)},
                       {"Faults", proofs_text(run)},
                       {"Expectations", run.expectations.empty() ? "none" : run.expectations},
                       {"Run", fmt::format("seed {}, {}", run.seed, quantity(run.jobs, "job", "jobs"))}})
           + "</section>\n";
}

std::string unexpected_section(const Run& run)
{
    constexpr std::size_t seen_at_once = 12;
    if (run.unexpected.empty())
    {
        return {};
    }
    std::set<std::string_view> ids;
    for (const Result& result : run.results)
    {
        ids.insert(result.id);
    }
    std::string items;
    for (const std::string_view line : run.unexpected)
    {
        const std::string_view id = line.substr(0, line.find(':'));
        const std::string anchor = ids.contains(id) ? html_anchor(id) : std::string{};
        items += anchor.empty() ? fmt::format("<li>{}</li>\n", html_text(line))
                                : fmt::format("<li><a href=\"#{0}\">{0}</a>{1}</li>\n", anchor,
                                              html_text(line.substr(id.size())));
    }
    return fmt::format("<section id=\"unexpected\">\n<h2>Unexpected</h2>\n<details{}><summary>{}</summary><ul>\n{}"
                       "</ul></details>\n</section>\n",
                       run.unexpected.size() <= seen_at_once ? " open" : "",
                       quantity(run.unexpected.size(), "finding", "findings"), items);
}

std::string mechanisms_section(const std::vector<MechanismTally>& tallies)
{
    std::string html = "<section id=\"mechanisms\">\n<h2>Mechanisms</h2>\n<div class=\"wide\" role=\"group\" "
                       "aria-label=\"Counts by mechanism\" tabindex=\"0\"><table><thead><tr><th>mechanism</th>"
                       "<th class=\"share\">share</th>";
    for (const Verdict verdict : every_verdict)
    {
        html += fmt::format(R"(<th class="number">{}</th>)", html_verdict(verdict));
    }
    html += "</tr></thead>\n<tbody>\n";
    for (std::size_t index = 0; index < tallies.size(); ++index)
    {
        const MechanismTally& tally = tallies[index];
        html += fmt::format("<tr><th><a href=\"#mechanism-{}\">{}</a></th><td class=\"share\">{}</td>", index,
                            html_text(tally.mechanism), bar_of(tally.totals, tally.results.size()));
        for (const std::size_t count : tally.totals)
        {
            html += count == 0 ? std::string{R"(<td class="number quiet">·</td>)"}
                               : fmt::format(R"(<td class="number">{}</td>)", count);
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n</section>\n";
}

std::string choice(std::string_view label, std::string_view name, const std::set<std::string_view>& values)
{
    std::string html = fmt::format(R"(<label>{} <select name="{}"><option value="">any</option>)", label, name);
    for (const std::string_view value : values)
    {
        html += fmt::format(R"(<option value="{0}">{0}</option>)", html_text(value));
    }
    return html + "</select></label>\n";
}

/// Hidden until the script, without which it does nothing, shows it.
std::string filter_of(const Run& run)
{
    std::set<std::string_view> levels;
    std::set<std::string_view> mechanisms;
    for (const Result& result : run.results)
    {
        levels.insert(result.level);
        mechanisms.insert(result.mechanism);
    }
    std::string html = "<form id=\"filter\" role=\"search\" aria-label=\"Filter the properties\" hidden>\n"
                       "<fieldset><legend>Verdict</legend>";
    for (const Verdict verdict : every_verdict)
    {
        html += fmt::format(R"(<label class="tick"><input type="checkbox" name="verdict" value="{}">{}</label>)",
                            html_class(verdict), html_verdict(verdict));
    }
    html += "<label class=\"tick\"><input type=\"checkbox\" name=\"unexpected\" value=\"yes\">"
            "<span class=\"mark\">unexpected</span></label></fieldset>\n";
    return html + choice("Level", "level", levels) + choice("Mechanism", "mechanism", mechanisms)
           + "<label>Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>\n"
             "<button type=\"reset\">Show all</button>\n<output id=\"shown\"></output>\n</form>\n";
}

std::string properties_section(const Run& run, const std::vector<MechanismTally>& tallies)
{
    std::string html = "<section id=\"properties\">\n<h2>Properties</h2>\n" + filter_of(run);
    for (std::size_t index = 0; index < tallies.size(); ++index)
    {
        html +=
            fmt::format("<section class=\"mechanism\" id=\"mechanism-{}\" data-mechanism=\"{}\">\n<h3>{}</h3>\n",
                        index, html_text(tallies[index].mechanism), html_text(tallies[index].mechanism));
        for (const Result* result : tallies[index].results)
        {
            html += html_result(*result);
        }
        html += "</section>\n";
    }
    return html + (run.results.empty() ? "<p>Nothing was run.</p>\n</section>\n" : "</section>\n");
}

std::string platform_section(const Run& run)
{
    const Platform& platform = run.platform;
    Facts facts{{"System", platform.system},
                {"Release", platform.release},
                {"Version", platform.version},
                {"Machine", platform.machine},
                {"C library", platform.libc},
                {"Sandbox", platform.sandbox},
                {"Processors", fmt::format("{}", platform.processors)},
                {"User", fmt::format("{}", platform.user_id)}};
    facts.insert(facts.end(), platform.hints.begin(), platform.hints.end());
    facts.insert(facts.end(), platform.limits.begin(), platform.limits.end());
    return "<section id=\"platform\">\n<h2>Platform</h2>\n" + facts_of(facts) + "</section>\n";
}

} // namespace

std::string to_html(const Run& run)
{
    const std::vector<MechanismTally> tallies = tally_by_mechanism(run);
    return html_document({title_of(run),
                          {"page.css", "run.css"},
                          {"run.js"},
                          header_of(run) + "<main>\n" + totals_section(run) + trust_section(run)
                              + unexpected_section(run) + mechanisms_section(tallies)
                              + properties_section(run, tallies) + html_claims(run) + platform_section(run)
                              + "</main>\n"});
}

} // namespace ipc_conform::reports
