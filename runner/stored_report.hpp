// A JSON report that a run has written: read back, and shown or written in other formats.
#pragma once

#include "reports/model.hpp"
#include "runner/options.hpp"

#include <string>

namespace ipc_conform::runner
{

/// The run in that file, a regular one of at most 32 MiB. Throws UsageError naming the file and what is wrong with
/// it.
reports::Run read_report(const std::string& path);

/// Whether that is a regular file with the report of a run in it.
bool is_report(const std::string& path);

/// Writes the run in that file as the run itself would have been written; without anything to write, shows it on
/// standard output. The exit status is that of the run, or 3 when something could not be written.
int show_stored_report(const std::string& path, const ReportOptions& wanted);

} // namespace ipc_conform::runner
