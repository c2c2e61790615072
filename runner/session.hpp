// A session: one run of the kit from its options to its reports.
#pragma once

#include "reports/model.hpp"
#include "runner/options.hpp"
#include "runner/report_files.hpp"

namespace ipc_conform::runner
{

/// Selects, looks at the trust base, runs and judges, streaming to `files` as results come. Throws UsageError or
/// CannotJudge for what makes a run impossible.
reports::Run measure(const RunOptions& options, ReportFiles& files);

/// Selects, looks at the trust base, runs, judges against the expectations and reports. The exit status
/// (reports::Exit). Throws UsageError or CannotJudge for what makes a run impossible.
int run_session(const RunOptions& options);

} // namespace ipc_conform::runner
