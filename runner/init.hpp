// The kit as init: the first process of a kernel that has nothing else, or not yet anything else, to run.
//
// By kernel parameter (`rdinit=` in an initramfs, `init=` on a disk); with `ipc_conform.args="--all --ktap"` for
// what it is to do, and `ipc_conform.output=/dev/ttyS1` for a device that takes its standard output instead of the
// console.
#pragma once

namespace ipc_conform::runner
{

/// Whether this process is what a kernel started first, without arguments of its own. The first process of a
/// container is not, except where nobody has mounted /proc for it.
bool is_init(int argument_count);

/// Mounts what a system has, brings the loopback interface up, runs the kit in a process of its own as the kernel
/// parameter says, else the file /ipc-conform.arguments (an argument a line), else with --all --ktap. A
/// case has two minutes there unless the environment or the arguments say otherwise. Takes in orphans meanwhile,
/// tells the kit's exit status on standard error and powers the machine off. Returns that status where that is not
/// permitted. `program` is argv[0].
int run_as_init(char* program);

} // namespace ipc_conform::runner
