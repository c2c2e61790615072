// The sections of the report for people. Private to reports/. Each ends with an empty line, or is empty when
// there is nothing to say.
#pragma once

#include "reports/model.hpp"
#include "reports/painter.hpp"

#include <string>

namespace ipc_conform::reports
{

/// Verdicts by mechanism, and what evidence they rest on.
std::string verdict_table(const Run& run, const Painter& painter);

/// Deviations that the expectations know.
std::string known_departures(const Run& run, const Painter& painter);

/// What was RESTRICTED, UNSUPPORTED or UNTESTED as expected, together where reason and remedy are the same.
std::string not_checked(const Run& run, const Painter& painter);

/// What became of the faults.
std::string proofs_section(const Run& run, const Painter& painter);

} // namespace ipc_conform::reports
