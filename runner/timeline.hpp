// From a journal's lanes to the report's timeline.
#pragma once

#include "fixtures/journal_reader.hpp"
#include "reports/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// The calls of every lane, in milliseconds since `start`; `stuck` are the processes (by pid) that a passed
/// deadline found, with where the kernel held them.
std::vector<reports::Lane> timeline_of(const std::vector<const journal::Lane*>& lanes, std::uint64_t start,
                                       const std::vector<std::pair<std::int64_t, std::string>>& stuck);

/// The name of a lane's process.
std::string name_of_lane(const journal::Lane& lane);

/// A source file's path below the project's root.
std::string project_path(std::string_view file);

} // namespace ipc_conform::runner
