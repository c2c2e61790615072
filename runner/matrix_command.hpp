// `ipc-conform matrix REPORT.json…`: several runs side by side.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace ipc_conform::runner
{

/// Declares the command. Once parsed, it is the action: writes the matrix as text to standard output, or as asked
/// to files, and returns 0; how platforms differ is nobody's failure.
void declare_matrix(CLI::App& app, std::function<int()>& action);

} // namespace ipc_conform::runner
