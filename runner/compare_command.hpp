// `ipc-conform compare OLD.json NEW.json`: what a system has lost and won between two runs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace ipc_conform::runner
{

/// Declares the command. Once parsed, it is the action: writes the comparison as text to standard output, or as
/// asked to files, and returns the exit status that reports::exit_status() documents.
void declare_compare(CLI::App& app, std::function<int()>& action);

} // namespace ipc_conform::runner
