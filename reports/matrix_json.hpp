// A matrix as JSON, for machines.
#pragma once

#include "reports/matrix.hpp"

#include <string>

namespace ipc_conform::reports
{

/// One object:
///
///     platforms    where each run was made, as at the top of its report; "partial": it was cut short
///     properties   how many there are, with those left out
///     differences  how many of them differ
///     rows         [{id, mechanism, level, statement, differs, cells}]
///
/// A row has a cell for each platform: what its report says of the result, save records, timeline and output, with
/// "relevelled" and "reworded" for a level or a statement that is not the row's. Without a result it is
/// {"absent": "not run"} or {"absent": "not known to kit 0.1.0"}.
std::string to_json(const Matrix& matrix);

} // namespace ipc_conform::reports
