// The report for people.
#pragma once

#include "reports/model.hpp"
#include "reports/style.hpp"

#include <string>

namespace ipc_conform::reports
{

/// The whole report: where it ran, verdicts by mechanism, each unexpected or undecided result in full,
/// known departures, what could not be checked here and what would change that, proofs, the summary.
/// Nothing a result says reaches the terminal unescaped.
std::string terminal_report(const Run& run, const Style& style);

/// One result in full: what `run ID` shows, and the report for each unexpected result.
std::string terminal_result(const Result& result, const Style& style);

/// The last line of the report, without a line end: `94 properties: 93 PASS, 1 RESTRICTED; 0 unexpected; 0.62 s`.
std::string summary_line(const Run& run);

} // namespace ipc_conform::reports
