// Outcome: what a result means to a test harness that knows passed, failed and skipped. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{

/// UNRESOLVED is an `error`; every other result that is not expected, or that let a fault survive, is a `failure`;
/// a PASS is `passed`; a known departure is a `departure`; what is left (UNSUPPORTED, RESTRICTED, UNTESTED) is
/// `skipped`.
enum class Outcome
{
    passed,
    failure,
    error,
    departure,
    skipped,
};

/// How a result ended.
struct Ending
{
    Outcome outcome = Outcome::passed;
    std::string type;    ///< the verdict, for the tools that show it
    std::string message; ///< one line
    std::string details; ///< any number of lines; empty unless it is a failure or an error
};

Ending ending_of(const Result& result);

/// What makes the run not as expected although none of its results shows it: an interruption, an expectation for
/// an id that does not exist, nothing run at all. Harnesses show it as one more test, of this name.
std::optional<Ending> ending_of_the_run(const Run& run);
inline constexpr std::string_view test_of_the_run = "ipc-conform.run";

/// The parts that say something, joined.
std::string joined(const std::vector<std::string>& parts, std::string_view separator);

} // namespace ipc_conform::reports
