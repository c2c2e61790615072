// When calls began and ended, as every drawing of a timeline reads it. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// When a call began, in milliseconds. Times come from reports too, which may hold anything; an order needs finite
/// numbers.
double entered(const TimedCall& call);

/// When it returned, never before it began; of a call that did not return: when it began.
double left(const TimedCall& call);

/// Every beginning and end, in order.
std::vector<double> times_of(const std::vector<Lane>& lanes);

/// Whether a call is to be drawn with a beginning and an end: the kernel was seen to hold the process in it, it
/// took long, it did not return, or something else happened meanwhile.
bool is_interval(const TimedCall& call, const std::vector<double>& times);

/// "0.131 ms", "12.3 ms", "2.50 s"
std::string duration_text(double milliseconds);

/// A time in milliseconds, at most nine columns wide.
std::string time_text(double milliseconds);

/// Whether a call of this lane has not returned, or the kernel held its process at the deadline.
bool is_stuck(const Lane& lane);

/// Indices of at most so many lanes, in their order: those that are stuck are chosen first, then those that come
/// first, which "main" does.
std::vector<std::size_t> telling_lanes(const std::vector<Lane>& lanes, std::size_t most);

} // namespace ipc_conform::reports
