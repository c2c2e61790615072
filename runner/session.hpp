// A session: one run of the kit from its options to its reports.
#pragma once

#include "runner/options.hpp"

namespace ipc_conform::runner
{

/// Selects, looks at the trust base, runs, judges against the expectations and reports. The exit status
/// (reports::Exit). Throws UsageError or CannotJudge for what makes a run impossible.
int run_session(const RunOptions& options);

} // namespace ipc_conform::runner
