#include "runner/claims_page.hpp"

#include "fixtures/registry.hpp"

#include "runner/claims.hpp"
#include "runner/display.hpp"
#include "runner/session.hpp"
#include "runner/stored_report.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

std::vector<reports::Result> results_for(const ClaimsOptions& options, RunOptions run)
{
    if (!options.report.empty())
    {
        return read_report(options.report).results;
    }
    run.patterns = claim_property_ids();
    ReportFiles files{run.reports};
    return measure(run, files).results;
}

} // namespace

int show_claims(const ClaimsOptions& options, RunOptions run)
{
    const std::vector<reports::Claim> claims = judge_claims(results_for(options, std::move(run)), false);
    reports::Style style = style_of(STDOUT_FILENO);
    style.unicode =
        style.unicode || options.language == reports::Language::korean; // who asks for Korean can read it
    std::cout << (options.json ? reports::claims_json(claims)
                               : reports::claims_text(claims, options.language, style));
    const bool undecided = std::ranges::find(claims, "undecided here", &reports::Claim::verdict) != claims.end();
    return static_cast<int>(undecided ? reports::Exit::not_judged : reports::Exit::as_expected);
}

} // namespace ipc_conform::runner
