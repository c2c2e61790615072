// A comparison as GitHub-flavoured Markdown: for the summary of a CI job.
#pragma once

#include "reports/comparison.hpp"

#include <string>

namespace ipc_conform::reports
{

/// The summary, then a table for each kind of change, the regressions first; recorded values last.
std::string to_markdown(const Comparison& comparison);

} // namespace ipc_conform::reports
