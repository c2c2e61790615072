// The file systems that a kernel's first process finds absent and a program takes for granted.
#pragma once

namespace ipc_conform::runner
{

/// Mounts proc, sysfs, devtmpfs, devpts, mqueue, cgroup2 and memory for /tmp and /dev/shm, making their folders,
/// and makes the device files that then are still missing. What is mounted already stays. What the kernel does not
/// have is told on standard error, a line each, and is no error.
void mount_what_is_missing();

} // namespace ipc_conform::runner
