#include "reports/terminal.hpp"

#include "reports/painter.hpp"
#include "reports/terminal_sections.hpp"
#include "reports/utf8.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

std::string header(const Run& run, const Painter& painter)
{
    const Platform& platform = run.platform;
    std::string first =
        fmt::format("ipc-conform {}: {} {} {}, {}, {}, user id {}, sandbox: {}", run.kit_version, platform.system,
                    platform.release, platform.machine, platform.libc,
                    quantity(static_cast<std::size_t>(std::max<std::int64_t>(platform.processors, 0)), "processor",
                             "processors"),
                    platform.user_id, platform.sandbox);
    std::string second = fmt::format("seed {}, {}", run.seed, quantity(run.jobs, "job", "jobs"));
    if (run.shake)
    {
        second += fmt::format(", shaken by {}", *run.shake);
    }
    if (!run.expectations.empty())
    {
        second += ", expectations: " + run.expectations;
    }
    if (!run.trust.empty())
    {
        second += ", trust base: " + run.trust;
    }
    if (!run.via.empty())
    {
        second += ", via: " + run.via;
    }
    return painter.heading(painter.safe(first)) + '\n' + painter.faint(painter.safe(second)) + "\n\n";
}

std::string full_results(const Run& run, const Painter& painter)
{
    std::string unexpected;
    std::string undecided;
    for (const Result& result : run.results)
    {
        const bool survived = !std::ranges::all_of(result.proofs, &Proof::killed);
        if (!result.expected || survived)
        {
            unexpected += terminal_result(result, painter.style) + '\n';
        }
        else if (result.verdict == Verdict::unresolved)
        {
            undecided += terminal_result(result, painter.style) + '\n';
        }
    }
    std::string text;
    text += unexpected.empty() ? "" : painter.heading("Unexpected") + "\n\n" + unexpected;
    text += undecided.empty() ? "" : painter.heading("Could not be decided") + "\n\n" + undecided;
    return text;
}

} // namespace

std::string summary_line(const Run& run)
{
    std::vector<std::pair<Verdict, std::size_t>> counts;
    const auto counted = totals(run.results);
    for (std::size_t index = 0; index < counted.size(); ++index)
    {
        counts.emplace_back(every_verdict[index], counted[index]);
    }
    std::string line = run.partial ? "cut short: " : "";
    line += quantity(run.results.size(), "property", "properties");
    line += run.results.empty() ? "" : ": " + counts_text(counts);
    const double seconds = std::isfinite(run.milliseconds) ? run.milliseconds / 1000 : 0.0;
    return line + fmt::format("; {} unexpected; {:.2f} s", run.unexpected.size(), seconds);
}

std::string terminal_report(const Run& run, const Style& style)
{
    const Painter painter{style};
    std::string text = header(run, painter);
    text += verdict_table(run, painter);
    text += full_results(run, painter);
    text += known_departures(run, painter);
    text += not_checked(run, painter);
    text += proofs_section(run, painter);
    for (const std::string& line : run.unexpected)
    {
        text += painter.as(Verdict::fail, painter.safe(line)) + '\n';
    }
    const Exit status = exit_status(run);
    const Verdict mood = status == Exit::as_expected  ? Verdict::pass
                         : status == Exit::unexpected ? Verdict::fail
                                                      : Verdict::unresolved;
    return text + painter.as(mood, summary_line(run)) + '\n';
}

} // namespace ipc_conform::reports
