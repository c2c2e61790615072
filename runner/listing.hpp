// Listing: what the kit checks, for people and for programs.
#pragma once

#include "fixtures/registry.hpp"
#include "runner/selection.hpp"

#include <string>

namespace ipc_conform::runner
{

/// One line for each property: id, level, statement.
std::string listing_text(const Selection& selection);

/// A JSON array with an object for each property: id, mechanism, level, system, statement, sources, observed_by,
/// on (system: what it is known to answer), file, line, untested, faults.
std::string listing_json(const Selection& selection);

} // namespace ipc_conform::runner
