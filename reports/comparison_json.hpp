// A comparison as JSON, for machines.
#pragma once

#include "reports/comparison.hpp"

#include <string>

namespace ipc_conform::reports
{

/// One object:
///
///     before, after   where each run was made, as at the top of its report
///     equal           no property has changed
///     exit_status     what `ipc-conform compare` ends with
///     totals          how many properties by kind of change: "regression", "changed_signature", …, "same"
///     changes         [{change, id, mechanism, level, statement, before, after}], the worst first
///     values          [{id, name, before, after}]: recorded values that are others now, as text
///
/// "before" and "after" of a change are {verdict, reason, expected, signature}, or null where the run lacks the
/// property.
std::string to_json(const Comparison& comparison);

} // namespace ipc_conform::reports
