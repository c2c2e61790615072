// Which call ended which wait, as far as a timeline tells. Private to reports/.
#pragma once

#include "reports/sequence.hpp"

#include <vector>

namespace ipc_conform::reports
{

/// One for each wait that another process's call can have ended. The waits are those in which the kernel was seen
/// to hold a process.
std::vector<WakeUp> wake_ups_of(const std::vector<SequenceBox>& boxes);

/// Whether a box is a step of the kit itself ("watch peer"), not a call to the system.
bool is_step_of_the_kit(const SequenceBox& box);

} // namespace ipc_conform::reports
