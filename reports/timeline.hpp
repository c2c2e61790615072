// A result's timeline as a text ladder: one column per process, time running down.
#pragma once

#include "reports/model.hpp"
#include "reports/style.hpp"

#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// Draws the calls of all processes in the order in which they happened:
///
///        ms  main (100)                reader (101)
///     0.410                            ┌ read(3, …, 1)
///     0.530    write(4, "x", 1) = 1    │
///     0.541                            └ = 1 (blocked 0.131 ms)
///
/// A call during which the kernel was seen to hold the process, that took long or that others overlapped spans
/// several rows; any other is one. "blocked" is said only where it was witnessed, "after" elsewhere. A call
/// that never returned says so at the end, with what its process was stuck in. Long timelines lose rows in their
/// middle, wide ones the processes with the least to say; both are counted. Empty for an empty timeline;
/// otherwise ends with a line end. Never coloured.
std::string timeline_text(const std::vector<Lane>& lanes, const Style& style = {});

} // namespace ipc_conform::reports
