// A run in a target: the kit's own program behind a launcher, its stream read here.
#pragma once

#include "runner/options.hpp"
#include "runner/recording.hpp"
#include "runner/selection.hpp"

namespace ipc_conform::runner
{

/// Runs the selection in the target, and records its results as they come. What it does not report is UNRESOLVED,
/// with the reason; after an interruption it is left out. Throws CannotJudge, with the target's last words, when
/// not even the beginning of a report came, and UsageError for options that make no sense in a target.
Measured measure_in_target(const RunOptions& options, const Selection& selection, Recording& recording);

} // namespace ipc_conform::runner
