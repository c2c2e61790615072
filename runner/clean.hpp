// Cleaning up after runs that were killed.
#pragma once

#include "reports/model.hpp"

#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// Ends the processes and removes the objects of the cases in this workspace that have not been concluded: its run
/// is dead, or gives up. `mark`: see Workspace::mark(). Returns what there was.
std::vector<reports::Leak> clean_run(const std::string& folder, const std::string& mark);

/// Ends the processes and removes the objects, names and folders of this user's dead runs - only what their
/// journals and marks say is the kit's own. Returns what there was.
std::vector<reports::Leak> clean_dead_runs();

/// One line for each, or a line saying that there was nothing.
std::string clean_text(const std::vector<reports::Leak>& removed);

} // namespace ipc_conform::runner
