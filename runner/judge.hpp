// The judge: from what an execution left on record to a verdict.
#pragma once

#include "reports/model.hpp"
#include "runner/supervisor.hpp"

#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// How the reason of a case begins that its deadline has ended; the deadline follows.
inline constexpr std::string_view hung = "did not end within";

/// The result of one execution. In the order in which the records were written: a set-up that failed before
/// any check did decides UNSUPPORTED, RESTRICTED or UNRESOLVED; a failed check, a crash or a passed deadline
/// decides FAIL; a case that somebody else killed (SIGKILL), a body that did not come to its end, or that checked
/// nothing, is UNRESOLVED; else PASS. Last, attribute() looks for who is to blame.
reports::Result judge(const Execution& execution);

/// Gives a result its verdict, in place of the one it may have.
void decide(reports::Result& result, reports::Verdict verdict, std::string reason, std::string remedy = {});

/// A result is only as strong as its weakest witness: `strength` becomes its evidence if it is weaker than that.
void weaken(reports::Result& result, const std::string& strength);

/// The result of a property that is not run: declared UNTESTED, or documented by another system than
/// `system` (uname's name) and so UNSUPPORTED here. Nothing for one that is to be run.
std::optional<reports::Result> judged_without_running(const Property& property, std::string_view system);

/// The result of a property that the environment keeps from being run.
reports::Result restricted(const Property& property, std::string reason, std::string remedy);

/// What stands in a result whatever happened: id, statement, level, sources, place, command.
reports::Result blank_result(const Property& property);

} // namespace ipc_conform::runner
