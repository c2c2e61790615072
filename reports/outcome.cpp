#include "reports/outcome.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

namespace ipc_conform::reports
{
namespace
{

std::string labelled(std::string_view label, const std::string& text)
{
    return text.empty() ? text : fmt::format("{}: {}", label, text);
}

std::string details_of(const Result& result)
{
    std::vector<std::string> lines{result.statement, labelled("sources", joined(result.sources, "; "))};
    for (const Failure& failure : result.failures)
    {
        lines.push_back(fmt::format("{} ({}:{})\n  expected: {}\n  observed: {}", failure.process, failure.file,
                                    failure.line, failure.expected, failure.observed));
    }
    for (const Leak& leak : result.leaks)
    {
        lines.push_back(fmt::format("left behind: {} {}", leak.kind, leak.name));
    }
    for (const Proof& proof : result.proofs)
    {
        if (!proof.killed())
        {
            lines.push_back(fmt::format("survived: {} ({})", proof.fault, name_of(proof.verdict)));
        }
    }
    lines.push_back(labelled("run again", result.rerun));
    return joined(lines, "\n");
}

bool shows_trouble(const Result& result)
{
    const Outcome outcome = ending_of(result).outcome;
    return outcome == Outcome::failure || outcome == Outcome::error;
}

} // namespace

std::string joined(const std::vector<std::string>& parts, std::string_view separator)
{
    std::vector<std::string> filled;
    std::ranges::copy_if(parts, std::back_inserter(filled), [](const auto& part) { return !part.empty(); });
    return fmt::format("{}", fmt::join(filled, separator));
}

Ending ending_of(const Result& result)
{
    const bool survived = !std::ranges::all_of(result.proofs, &Proof::killed);
    const std::string type{name_of(result.verdict)};
    if (result.verdict == Verdict::unresolved)
    {
        return {Outcome::error, type, joined({result.reason, result.expectation}, "; "), details_of(result)};
    }
    if (!result.expected || survived)
    {
        // Why it is not expected often tells the reason already, and that it is unexpected.
        const bool told = result.expectation.find(result.reason) != std::string::npos;
        const std::string message =
            joined({told ? "" : result.reason, result.expectation, survived ? "a fault survived" : ""}, "; ");
        return {Outcome::failure, type,
                message.starts_with("unexpected ")
                    ? message
                    : fmt::format("unexpected {}{}{}", type, message.empty() ? "" : ": ", message),
                details_of(result)};
    }
    if (result.verdict == Verdict::pass)
    {
        return {};
    }
    if (result.verdict == Verdict::fail)
    {
        return {Outcome::departure, type,
                fmt::format("expected FAIL: {}",
                            joined({joined({result.expectation, result.reason}, "; "), result.link}, " ")),
                ""};
    }
    const std::string remedy = result.remedy.empty() ? "" : fmt::format(" (remedy: {})", result.remedy);
    return {Outcome::skipped, type, fmt::format("{}: {}{}", type, result.reason, remedy), ""};
}

std::optional<Ending> ending_of_the_run(const Run& run)
{
    const Exit status = exit_status(run);
    if (status == Exit::as_expected || std::ranges::any_of(run.results, shows_trouble))
    {
        return std::nullopt;
    }
    const std::string reason = run.partial              ? "the run was cut short"
                               : run.unexpected.empty() ? "nothing was checked"
                                                        : run.unexpected.front();
    return Ending{run.unexpected.empty() ? Outcome::error : Outcome::failure,
                  fmt::format("exit status {}", static_cast<int>(status)), reason, joined(run.unexpected, "\n")};
}

} // namespace ipc_conform::reports
