// The call that a failed check was about.
#pragma once

#include "reports/model.hpp"
#include "runner/recorded_call.hpp"

#include <string>
#include <variant>
#include <vector>

namespace ipc_conform::runner
{

/// The calls of a failed case up to the one that gave something else than it should.
struct FailedCall
{
    std::vector<RecordedCall> before; ///< in their order
    RecordedCall call;
    std::int64_t expected = 0;
    std::string expected_error; ///< with an expected -1
};

/// Why the record does not tell; one line.
struct NotTold
{
    std::string reason;
};

/// Reads the first failed check of a result together with its timeline. Tells only of a case in which one process
/// made calls, all of them kept and returned, and whose failed check is on what the last of them returned:
/// `os::call(…) == value` or `fails_with(ERROR, os::call(…))`.
std::variant<FailedCall, NotTold> failed_call(const reports::Result& result);

} // namespace ipc_conform::runner
