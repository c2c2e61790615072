// What a report may hold. Private to reports/.
//
// A report comes from the system under test. What is read from one is bounded here, once, so that no writer has to
// fear for its time or memory: some repeat a name on every line or look at each result beside every other. Each
// bound is at least ten times what a run of the kit writes.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <limits>

namespace ipc_conform::reports
{

inline constexpr std::size_t deepest_nesting = 64;
/// Of the whole text: members, elements, objects and arrays.
inline constexpr std::size_t most_values = 2'000'000;
/// Of one object: members are looked up one by one.
inline constexpr std::size_t most_members = 500;
/// Bytes of an id, of a mechanism and of what names the platform.
inline constexpr std::size_t longest_name = 300;
inline constexpr std::size_t most_mechanisms = 500;

/// Of one array.
template <typename Item>
inline constexpr std::size_t most_items = std::numeric_limits<std::size_t>::max();
template <>
inline constexpr std::size_t most_items<Result> = 20'000;
template <>
inline constexpr std::size_t most_items<Claim> = 1'000;
template <>
inline constexpr std::size_t most_items<Lane> = 256;
template <>
inline constexpr std::size_t most_items<TimedCall> = 256;

} // namespace ipc_conform::reports
