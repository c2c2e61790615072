// What a developer of the system under test takes home: `ipc-conform explain ID --c`.
#pragma once

#include "fixtures/registry.hpp"
#include "reports/model.hpp"

#include <string>

namespace ipc_conform::runner
{

/// A C program that makes the recorded calls of the run's failed case again, or, where that cannot be done
/// faithfully, the source of the case with what it shares with others. The first lines, comments, say which of
/// both it is and why. `run` holds the property's result, or says that it does not.
std::string reproducer(const Property& property, const reports::Run& run);

/// Prints it for the property of that id: from that stored report, or, with none, from a run of the case here and
/// now. Throws UsageError for an unknown id, an unreadable report, or one without the property.
void print_reproducer(const std::string& id, const std::string& report);

} // namespace ipc_conform::runner
