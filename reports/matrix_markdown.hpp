// A matrix as GitHub-flavoured Markdown.
#pragma once

#include "reports/matrix.hpp"

#include <string>

namespace ipc_conform::reports
{

/// The platforms by number, then a table for each mechanism. A row that differs is bold and marked; a cell holds
/// the recorded values of an implementation-defined property below its verdict.
std::string to_markdown(const Matrix& matrix);

} // namespace ipc_conform::reports
