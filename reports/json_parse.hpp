// JSON text into a tree, within bounds. Private to reports/.
#pragma once

#include "reports/json_parts.hpp"

#include <string_view>

namespace ipc_conform::reports
{

/// Parses a whole text. Throws ReadError when it is not JSON, holds a key twice in one object, or goes beyond what
/// json_limits.hpp allows; time and memory grow with the length of the text, whatever it holds.
Json parsed(std::string_view text);

} // namespace ipc_conform::reports
