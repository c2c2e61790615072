// Runs to write reports of.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ipc_conform::reports::samples
{

/// A result with the given name and verdict; everything else plain.
Result result(const std::string& id, Verdict verdict);

/// Every field of the model filled, every verdict given, all strings well-behaved.
Run rich_run();

/// So many properties of twenty mechanisms, some failed with a timeline and all that belongs to it.
Run large_run(std::size_t properties);

/// Three platforms and two versions of the kit: a verdict and a recorded value that differ, properties that only
/// one version knows.
std::vector<Run> different_runs();

/// Quotes, markup, a script, the end of a CDATA section, every control character with NUL, escape sequences, C1
/// controls, broken and overlong UTF-8, a surrogate, U+FFFE, a bidirectional override.
std::string hostile_text();

/// hostile_text() in every string of the model, with numbers that JSON cannot say.
Run hostile_run();

} // namespace ipc_conform::reports::samples
