// Systems whose FIFOs misbehave: what several cases must notice.
#pragma once

#include "fixtures/os.hpp"
#include "fixtures/wrong_answers.hpp"

namespace ipc_conform::fifo_faults
{

/// An opening for this access is made with these additional flags, by which it waits or does not.
constexpr auto changed_to(int access, int additional)
{
    return [access, additional](auto real, const char* path, int flags, mode_t mode) -> int {
        return (flags & O_ACCMODE) == access ? real(path, (flags & ~O_ACCMODE) | additional, mode)
                                             : real(path, flags, mode);
    };
}

/// An opening for this access succeeds without being the partner that the others wait for.
constexpr auto wakes_nobody(int access)
{
    return [access](auto real, const char* path, int flags, mode_t mode) -> int {
        return (flags & O_ACCMODE) == access ? real("/dev/null", flags, mode) : real(path, flags, mode);
    };
}

/// The end of file is reported as EAGAIN, as if a writer were there.
inline constexpr auto nothing_for_end_of_file = [](auto real, int descriptor, void* bytes,
                                                   std::size_t size) -> ssize_t {
    const ssize_t got = real(descriptor, bytes, size);
    errno = got == 0 ? EAGAIN : errno;
    return got == 0 ? -1 : got;
};

/// What is queued behind this descriptor, which may be read, gets lost.
inline void discard(int descriptor)
{
    char bytes[4096];
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    while (::read(descriptor, bytes, sizeof bytes) > 0)
    {
    }
}

/// What is queued in the FIFO of that name gets lost.
inline void discard(const char* path)
{
    const int descriptor = ::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    discard(descriptor);
    ::close(descriptor);
}

/// How a descriptor was opened: O_RDONLY, O_WRONLY or O_RDWR.
inline int access_of(int descriptor)
{
    return ::fcntl(descriptor, F_GETFL) & O_ACCMODE;
}

} // namespace ipc_conform::fifo_faults
