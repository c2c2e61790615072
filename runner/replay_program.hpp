// A C program that makes the calls of a failed case again.
#pragma once

#include "runner/failed_call.hpp"

#include <string>
#include <variant>
#include <vector>

namespace ipc_conform::runner
{

/// A program of standard C and POSIX that compiles without a warning. It makes the calls before, each of which has
/// to give what is on record, then the failed one, and says what it expected and observed. Its exit status: 0 as
/// expected, 1 not, 2 when a call before went another way. `title`: comment lines that it begins with.
///
/// NotTold when a call is none of those whose effect and result follow from descriptors, sizes and flags alone, or
/// when a descriptor comes from nowhere on record.
std::variant<std::string, NotTold> replay_program(const FailedCall& failed, const std::vector<std::string>& title);

} // namespace ipc_conform::runner
