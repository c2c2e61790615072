#include "reports/markdown.hpp"

#include "reports/outcome.hpp"
#include "reports/printable.hpp"
#include "reports/tallies.hpp"
#include "reports/timeline.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <vector>

namespace ipc_conform::reports
{
namespace
{

std::string code(std::string_view text)
{
    return fmt::format("<code>{}</code>", markdown_text(text));
}

std::string summary_of(const Run& run)
{
    std::string text;
    const auto counts = totals(run.results);
    for (std::size_t index = 0; index < counts.size(); ++index)
    {
        if (counts[index] != 0)
        {
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[index], name_of(every_verdict[index]));
        }
    }
    return fmt::format("**{}**; {} unexpected{}\n\n", text.empty() ? "nothing was checked" : text,
                       run.unexpected.size(), run.partial ? "; **the run was cut short**" : "");
}

std::string heading_of(const Run& run)
{
    const Platform& platform = run.platform;
    const std::string where = fmt::format("{} {} {}, {}, sandbox: {}", platform.system, platform.release,
                                          platform.machine, platform.libc, platform.sandbox);
    return fmt::format("# IPC conformance: {}\n\n{} · kit {} · {:.2f} s · expectations: {}{}\n\n",
                       markdown_text(where), markdown_text(run.started), markdown_text(run.kit_version),
                       run.milliseconds / 1000, markdown_text(run.expectations),
                       run.via.empty() ? "" : " · via: " + markdown_text(run.via));
}

bool is_trouble(const Result& result)
{
    const Outcome outcome = ending_of(result).outcome;
    return outcome == Outcome::failure || outcome == Outcome::error;
}

/// Preformatted: everything but HTML's own characters stands as it is, line ends included.
std::string preformatted(std::string_view text)
{
    std::string html = "<pre>";
    for (std::size_t begin = 0; begin < text.size();)
    {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        html += markdown_text(text.substr(begin, end - begin)) + "\n";
        begin = end + 1;
    }
    return html + "</pre>\n";
}

std::string details_of(const Result& result)
{
    const Ending ending = ending_of(result);
    std::string text = fmt::format("<details><summary>{} {}: {}</summary>\n\n", code(result.id), ending.type,
                                   markdown_text(ending.message));
    text += preformatted(
        joined({ending.details, timeline_text(result.timeline, {.width = 120}), result.output}, "\n"));
    return text + "\n</details>\n\n";
}

std::string unexpected_section(const Run& run, std::size_t room)
{
    if (run.unexpected.empty() && std::ranges::none_of(run.results, is_trouble))
    {
        return {};
    }
    std::string text = "## Unexpected\n\n";
    std::size_t left_out = 0;
    const auto append = [&](const std::string& part) {
        if (text.size() + part.size() > room)
        {
            ++left_out;
            return;
        }
        text += part;
    };
    for (const std::string& line : run.unexpected)
    {
        append("- " + markdown_text(line) + "\n");
    }
    text += '\n';
    for (const Result& result : run.results)
    {
        if (is_trouble(result))
        {
            append(details_of(result));
        }
    }
    return left_out == 0 ? text : text + fmt::format("… and {} more that do not fit here.\n\n", left_out);
}

std::string table_of_mechanisms(const Run& run)
{
    std::string text = "## By mechanism\n\n| mechanism |";
    std::string rule = "\n|---|";
    for (const Verdict verdict : every_verdict)
    {
        text += fmt::format(" {} |", name_of(verdict));
        rule += "--:|";
    }
    text += rule + "\n";
    for (const MechanismTally& tally : tally_by_mechanism(run))
    {
        text += fmt::format("| {} |", markdown_text(tally.mechanism));
        for (const std::size_t count : tally.totals)
        {
            text += count == 0 ? " |" : fmt::format(" {} |", count);
        }
        text += "\n";
    }
    return text + "\n";
}

std::string known_departures_section(const Run& run)
{
    std::string text;
    for (const Result& result : run.results)
    {
        if (const Ending ending = ending_of(result); ending.outcome == Outcome::departure)
        {
            text += fmt::format("- {}: {}\n", code(result.id), markdown_text(result.expectation));
        }
    }
    return text.empty() ? text : "## Known departures\n\n" + text + "\n";
}

std::string not_checked_section(const Run& run)
{
    std::map<std::string, std::string> ids; // by what stands in the way
    for (const Result& result : run.results)
    {
        if (const Ending ending = ending_of(result); ending.outcome == Outcome::skipped)
        {
            std::string& list = ids[ending.message];
            list += (list.empty() ? "" : ", ") + code(result.id);
        }
    }
    std::string text;
    for (const auto& [message, list] : ids)
    {
        text += fmt::format("- {}: {}\n", markdown_text(message), list);
    }
    return text.empty() ? text : "## Not checked\n\n" + text + "\n";
}

std::string claims_section(const Run& run)
{
    if (run.claims.empty())
    {
        return {};
    }
    std::string text = "## The textbook's claims\n\n| claim | | verdict |\n|---|---|---|\n";
    for (const Claim& claim : run.claims)
    {
        text += fmt::format("| {} | {} | {} |\n", markdown_text(claim.number), markdown_text(claim.english),
                            markdown_text(claim.verdict));
    }
    return text + "\n";
}

} // namespace

std::string markdown_text(std::string_view text)
{
    constexpr std::string_view special = "&<>|`*_[]\\~#@$";
    std::string safe;
    for (const char letter : printable(text))
    {
        if (special.find(letter) == std::string_view::npos)
        {
            safe += letter;
        }
        else
        {
            safe += fmt::format("&#{};", static_cast<int>(letter));
        }
    }
    return safe;
}

std::string to_markdown(const Run& run, std::size_t largest)
{
    const std::string head = heading_of(run) + summary_of(run);
    const std::string tail =
        table_of_mechanisms(run) + known_departures_section(run) + not_checked_section(run) + claims_section(run);
    const std::size_t taken = std::min(largest, head.size() + tail.size());
    return head + unexpected_section(run, largest - taken) + tail;
}

} // namespace ipc_conform::reports
