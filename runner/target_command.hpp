// What is started to run the kit in a target.
#pragma once

#include "runner/options.hpp"
#include "runner/selection.hpp"

#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// The command: the prefix, the program, and the options that concern a run rather than its reports. Throws
/// UsageError for a prefix that is no command.
std::vector<std::string> command_in_target(const RunOptions& options, const Selection& selection);

} // namespace ipc_conform::runner
