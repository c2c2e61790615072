// Systems that misbehave in splice, tee and vmsplice in ways that several cases must notice.
#pragma once

#include "fixtures/os.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <string>

namespace ipc_conform::splice_faults
{

/// How much there is to read.
inline std::size_t queued(int read_end)
{
    int count = 0;
    return ::ioctl(read_end, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

/// Reads what there is, up to that much, as a system does that moves bytes by copying them.
inline std::string taken(int read_end, std::size_t size)
{
    std::string bytes(std::min(size, queued(read_end)), '\0');
    const ssize_t got = bytes.empty() ? 0 : ::read(read_end, bytes.data(), bytes.size());
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

/// The same, and what was there is lost.
inline void lose(int read_end, std::size_t size)
{
    const int error = errno;
    taken(read_end, size);
    errno = error;
}

/// Writes the bytes and answers as the call would that moved them.
inline ssize_t put(int descriptor, const std::string& bytes)
{
    return ::write(descriptor, bytes.data(), bytes.size());
}

/// A splice that fails has taken a byte from its source nevertheless.
inline constexpr auto refused_splice_takes = [](auto real, int in, loff_t* in_at, int out, loff_t* out_at,
                                                std::size_t size, unsigned flags) -> ssize_t {
    const ssize_t moved = real(in, in_at, out, out_at, size, flags);
    if (moved == -1)
    {
        lose(in, 1);
    }
    return moved;
};

/// The bytes that splice reports as moved stay in the source as well.
inline constexpr auto splice_keeps = [](auto /*real*/, int in, loff_t* /*in_at*/, int out, loff_t* /*out_at*/,
                                        std::size_t size,
                                        unsigned flags) -> ssize_t { return os::tee(in, out, size, flags); };

/// SPLICE_F_NONBLOCK is not looked at.
inline constexpr auto splice_flags_ignored = [](auto real, int in, loff_t* in_at, int out, loff_t* out_at,
                                                std::size_t size, unsigned /*flags*/) -> ssize_t {
    return real(in, in_at, out, out_at, size, 0U);
};

/// A blocking splice acts as with SPLICE_F_NONBLOCK, and reports that there was nothing as this.
template <ssize_t Nothing>
inline constexpr auto splice_never_waits =
    [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
    const ssize_t moved = real(in, in_at, out, out_at, size, flags | SPLICE_F_NONBLOCK);
    const bool would_wait = moved == -1 && errno == EAGAIN && (flags & SPLICE_F_NONBLOCK) == 0;
    return would_wait ? Nothing : moved;
};

/// tee takes from its source what it copies, as splice does.
inline constexpr auto tee_consumes = [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
    const ssize_t copied = real(in, out, size, flags);
    if (copied > 0)
    {
        lose(in, static_cast<std::size_t>(copied));
    }
    return copied;
};

} // namespace ipc_conform::splice_faults
