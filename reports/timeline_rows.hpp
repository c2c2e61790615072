// The rows of a timeline, before they are fitted into columns. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// What one moment shows: a cell for each lane, drawn with the glyphs below and printable text.
struct TimelineRow
{
    std::optional<double> milliseconds;
    std::vector<std::string> cells;
};

struct TimelineRows
{
    std::vector<TimelineRow> moments; ///< in the order of time
    std::vector<TimelineRow> endings; ///< which calls never returned, and what their processes were stuck in
};

TimelineRows timeline_rows(const std::vector<Lane>& lanes, bool unicode);

} // namespace ipc_conform::reports
