// A timeline as boxes in rows, before it is drawn. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <vector>

namespace ipc_conform::reports
{

/// A call. Each beginning and each end has a row of its own, so that no two texts meet.
struct SequenceBox
{
    std::size_t lane = 0; ///< index into Sequence::lanes
    const TimedCall* call = nullptr;
    std::size_t first_row = 0; ///< in which it began
    std::size_t last_row = 0;  ///< in which it returned; the last one of all if it never did
    std::size_t depth = 0;     ///< how many calls of the same lane it interrupted: a signal handler's are within
};

/// The call of another process that ended a wait: the last one of those that can have, by their names, their
/// results and the moments at which they began.
struct WakeUp
{
    std::size_t call = 0; ///< index into Sequence::boxes
    std::size_t wait = 0;
    bool certain = true; ///< no other call can have
};

struct Sequence
{
    std::vector<const Lane*> lanes;
    std::vector<double> rows;       ///< milliseconds, in order
    std::vector<SequenceBox> boxes; ///< in the order in which the calls began
    std::vector<WakeUp> wake_ups;
    std::size_t lanes_left_out = 0;
    std::size_t calls_left_out = 0; ///< of the lanes drawn; from the middle, waits last
};

/// Points into the lanes given.
Sequence sequence_of(const std::vector<Lane>& lanes);

} // namespace ipc_conform::reports
