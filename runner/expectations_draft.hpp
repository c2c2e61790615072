// The draft of a file of expectations, made from what a run did not expect: `ipc-conform expect`.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::runner
{

/// A file of expectations (TOML, UTF-8) with an entry for each result that failed unexpectedly, or that was not
/// checked for another reason than expected. Its signature is what the failure says, so that another failure of
/// the same property is news. Reason and link are "?", which parse_expectations() refuses until someone fills them
/// in. What no entry can expect, such as a pass where a failure was due, is told in comments.
std::string expectations_draft(const reports::Run& run);

/// Prints the draft for the run in that JSON report. The exit status (reports::Exit) is 0. Throws UsageError when
/// the report cannot be read.
int draft_expectations(const std::string& report);

} // namespace ipc_conform::runner
