// Reading back a JSON report that a run has written.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::runner
{

/// The run in that file. Throws UsageError naming the file and what is wrong with it.
reports::Run read_report(const std::string& path);

} // namespace ipc_conform::runner
