// This process: its executable, and the state in which it starts other processes.
#pragma once

#include <cstddef>
#include <string>

namespace ipc_conform::runner
{

/// Remembers argv[0], for systems that do not tell which file a process executes.
void remember_program(const char* argument);

/// The absolute path of the kit's own executable. Throws CannotJudge when it cannot be found.
std::string program_path();

/// The path of the executable that a shell would start by that name; empty when there is none.
std::string path_of_program(const std::string& name);

/// Makes sure that standard descriptors are taken, that no other one passes to a case, that a closed output is an
/// error to be reported rather than a signal, and that what a case's dead processes leave comes to this one.
void prepare_process();

/// How many cases to run at once: most of them wait, so more than there are processors, but no more than
/// descriptors allow.
std::size_t default_jobs();

} // namespace ipc_conform::runner
