// A matrix as one self-contained HTML page.
#pragma once

#include "reports/matrix.hpp"

#include <string>

namespace ipc_conform::reports
{

/// A table with a row for each property by mechanism and a column for each platform. Rows that differ stand out,
/// and a tick box leaves them alone; a cell is a link that opens its evidence below its row. The page works by its
/// style sheet: no script runs, and its policy allows none.
std::string to_html(const Matrix& matrix);

} // namespace ipc_conform::reports
