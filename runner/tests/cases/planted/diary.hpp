// The diary: what a planted case is about to make, written where the kit's own tests read it, whatever becomes of
// the case. It names things independently of the journal, which is what is on trial.
#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace ipc_conform::planted
{

/// The file that this environment variable names.
inline constexpr const char* diary_variable = "PLANTED_DIARY";

/// Appends one line in one write, so that processes share the diary without a lock.
template <class Name>
void note(const char* kind, const Name& name)
{
    const char* path = std::getenv(diary_variable);
    const int descriptor = path == nullptr ? -1 : ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor >= 0)
    {
        const std::string line = fmt::format("{} {}\n", kind, name);
        [[maybe_unused]] const ssize_t written = ::write(descriptor, line.data(), line.size());
        ::close(descriptor);
    }
}

} // namespace ipc_conform::planted
