// The claims on the page of a run, in English and Korean. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::reports
{

/// A section that holds both languages and a switch between them, which works without a script. Empty when the run
/// decides no claim.
std::string html_claims(const Run& run);

} // namespace ipc_conform::reports
