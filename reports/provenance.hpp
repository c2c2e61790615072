// Where a run was made, in a few words: how reports that stand side by side are told apart. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::reports
{

/// "Linux 6.18.0 x86_64, glibc 2.36, sandbox: none". As the report says it: not safe for any format.
std::string platform_words(const Platform& platform);

/// The same with date and kit: "2025-01-02T03:04:05Z  Linux …; kit 0.1.0"; "; cut short" where it applies.
std::string provenance_of(const Run& run);

} // namespace ipc_conform::reports
