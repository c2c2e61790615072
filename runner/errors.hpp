// The two ways in which the kit itself gives up, each with its exit status.
#pragma once

#include <stdexcept>

namespace ipc_conform::runner
{

/// The command line or a file given on it is wrong: exit status 2.
struct UsageError : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// The kit cannot judge here: exit status 3.
struct CannotJudge : std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// One case more does not fit beside those that run; it may once one of them has ended.
struct NoRoom : CannotJudge
{
    using CannotJudge::CannotJudge;
};

} // namespace ipc_conform::runner
