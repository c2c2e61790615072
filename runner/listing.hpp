// Listing: what the kit checks, for people and for programs.
#pragma once

#include "fixtures/property.hpp"
#include "runner/expectations.hpp"
#include "runner/selection.hpp"

#include <string>

namespace ipc_conform::runner
{

/// One line for each property: id, level, statement.
std::string listing_text(const Selection& selection);

/// A JSON array with an object for each property: id, mechanism, level, system, statement, sources, file,
/// line, untested, faults.
std::string listing_json(const Selection& selection);

/// All about one property: statement, what its level means, sources, where the case stands, its faults, what
/// is expected of it, and how to run and prove it.
std::string explanation(const Property& property, const Expectations& expectations);

/// The same for an id of this program, with the kit's own expectations for this system. Throws UsageError
/// with the nearest ids for an unknown one.
std::string explanation(const std::string& id);

} // namespace ipc_conform::runner
