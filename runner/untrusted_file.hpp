// Reading a file that somebody else may have written, or put there.
#pragma once

#include <cstddef>
#include <string>

namespace ipc_conform::runner
{

/// The whole content of a regular file, or of the null device, of at most that many bytes. Never waits: a FIFO, a
/// terminal or another device is refused without being read. Throws UsageError "cannot read PURPOSE PATH: reason"
/// in one printable line.
std::string read_untrusted_file(const std::string& path, const std::string& purpose, std::size_t most_bytes);

} // namespace ipc_conform::runner
