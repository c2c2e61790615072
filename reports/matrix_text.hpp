// A matrix as text for a terminal.
#pragma once

#include "reports/matrix.hpp"
#include "reports/style.hpp"

#include <string>

namespace ipc_conform::reports
{

/// The platforms by number, then a line for each property by mechanism; one that differs is marked at its
/// beginning and painted. Recorded values of implementation-defined properties stand below their line, and so does
/// what a kit's version says otherwise. The summary is the last line. Text from the reports cannot act on the
/// terminal.
std::string to_text(const Matrix& matrix, const Style& style = {});

} // namespace ipc_conform::reports
