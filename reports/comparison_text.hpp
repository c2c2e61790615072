// A comparison as text for a terminal.
#pragma once

#include "reports/comparison.hpp"
#include "reports/style.hpp"

#include <string>

namespace ipc_conform::reports
{

/// What became of which property, the regressions first and with their evidence; recorded values that are others
/// now; the summary in the last line. Text from the reports cannot act on the terminal.
std::string to_text(const Comparison& comparison, const Style& style = {});

} // namespace ipc_conform::reports
