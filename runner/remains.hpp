// Remains: objects and processes of a case that should be gone, and their removal.
#pragma once

#include "fixtures/journal_reader.hpp"
#include "reports/model.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// Removes every object that the journal says the case made and that still exists; returns those, one that
/// could not be removed with the reason. An object is touched only if its name or its pair of key and id is the
/// recorded one.
std::vector<reports::Leak> remove_objects(const std::vector<journal::Record>& records);

/// What waitpid would have said of a process that waitid has only looked at.
int wait_status(const siginfo_t& info);

/// The same of a child of ours that has ended and is still to be reaped; nothing while it runs.
std::optional<int> status_of_ended(pid_t pid);

/// Sends SIGKILL to a case's first process and to the group that it leads.
void kill_with_group(pid_t leader);

/// Ends a process for good and waits until it is gone, for at most a second.
void end_process(pid_t pid);

} // namespace ipc_conform::runner
