// The plain supervisor: for kernels at bring-up, which have fork, wait and regular files and little else.
#pragma once

#include "runner/supervisor.hpp"

namespace ipc_conform::runner
{

/// As supervise(), with less asked of the system: one case at a time, each a fork of this process that goes on
/// without exec (cases that need a new image are RESTRICTED), its output in a regular file. The kit itself makes
/// no thread, pipe, epoll or pidfd here; it looks every millisecond whether the case has ended, so all it needs is
/// fork, waitpid with WNOHANG, kill, a clock that advances, and files; without nanosleep it looks without a break.
/// Where /proc does not show processes, one that has left its case's process group is neither charged nor ended.
/// Requires an empty `options.program`; `options.jobs` says nothing.
int supervise_plainly(const SupervisorOptions& options, const TaskFlow& flow);

} // namespace ipc_conform::runner
