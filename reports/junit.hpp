// The report as JUnit XML, for continuous integration.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::reports
{

/// `testsuites` with one `testsuite` per mechanism and one `testcase` per result. UNRESOLVED is an
/// `error`; every other result that is not expected, or that let a fault survive, is a `failure`; a PASS is plain;
/// what is left (known departures, UNSUPPORTED, RESTRICTED, UNTESTED) is `skipped` with reason and remedy.
/// A run that does not end as expected is never all green: where no testcase shows why, one more named
/// `ipc-conform.run` does. Always well-formed XML 1.0, whatever the strings hold.
std::string to_junit(const Run& run);

} // namespace ipc_conform::reports
