// A result's timeline as a sequence diagram (SVG).
#pragma once

#include "reports/model.hpp"

#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// One lane a process, time running down, each call a box with its result; longer pauses are drawn taller, though
/// not to scale. A call in which the kernel was seen to hold its process is marked as blocked; an arrow leads to
/// its end from what probably ended it. A call that never returned says so, with what its process was stuck in.
/// Long timelines lose calls, wide ones lanes; both are counted below it. The elements take their colours from
/// reports/page/run.css. Empty for an empty timeline.
std::string sequence_diagram(const std::vector<Lane>& lanes);

} // namespace ipc_conform::reports
