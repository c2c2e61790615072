// Shards: a selection in parts, for several machines to run one each.
#pragma once

#include "runner/selection.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// One of `count` parts of a selection; `index` starts at 1.
struct Shard
{
    std::size_t index = 1;
    std::size_t count = 1;
};

/// Reads "2/8". Throws UsageError saying what is wrong with it.
Shard parse_shard(std::string_view text);

/// Milliseconds that a property took, by id.
using Durations = std::map<std::string, double, std::less<>>;

/// The shard's part of the selection, in its order. The longest go first to where the least has been given, so
/// that all parts take about as long; a property without a duration counts as the mean of the others. Without any,
/// that is every count-th property, and a mechanism's slow cases spread. Each property is in exactly one of the
/// shards.
Selection part_of(const Selection& selection, const Shard& shard, const Durations& durations);

} // namespace ipc_conform::runner
