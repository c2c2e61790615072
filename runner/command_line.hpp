// The command line: what the kit is asked to do, and the exit statuses of its answers.
#pragma once

namespace ipc_conform::runner
{

/// Runs the kit as its command line says; the exit status (reports::Exit). Messages go to standard error,
/// one clear line each.
int run_command_line(int argument_count, char** arguments);

} // namespace ipc_conform::runner
