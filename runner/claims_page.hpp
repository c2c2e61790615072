// The claims page: `ipc-conform claims`.
#pragma once

#include "reports/claims.hpp"
#include "runner/options.hpp"

#include <string>

namespace ipc_conform::runner
{

struct ClaimsOptions
{
    std::string report; ///< a JSON report to judge by; empty: run the properties that decide the claims
    bool json = false;
    reports::Language language = reports::Language::english;
};

/// Prints every claim with its verdict. The exit status (reports::Exit): 0, or 3 when a claim is undecided here.
/// Throws UsageError or CannotJudge.
int show_claims(const ClaimsOptions& options, RunOptions run);

} // namespace ipc_conform::runner
