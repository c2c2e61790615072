// What cases on the size of a pipe ask for and how they measure it, and misbehaviours that several must notice.
#pragma once

#include "fixtures/limits.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/wrong_answers.hpp"

namespace ipc_conform::resizing
{

/// Asks for a size, by F_SETPIPE_SZ.
inline int resize(int end, std::size_t size)
{
    return os::fcntl(end, F_SETPIPE_SZ, static_cast<long>(size));
}

/// A size as fcntl returns it.
inline int as_result(std::size_t size)
{
    return static_cast<int>(size);
}

/// Writes pages until there is no room: what the size is worth.
inline std::size_t measured_capacity(const Channel& pipe)
{
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, page_size());
    set_nonblocking(pipe.write_end, false);
    return capacity;
}

/// Uses so many slots and frees them again, so that what is queued next goes round the end of the ring.
inline void advance(const Channel& pipe, std::size_t slots)
{
    for (; slots > 0; --slots)
    {
        write_fully(pipe.write_end, std::string(page_size(), '-'));
        read_fully(pipe.read_end, page_size());
    }
}

/// What is refused with this error is answered as if it had been done.
template <int Error>
inline constexpr auto refusal_forgotten = [](auto real, int descriptor, int command, long argument) -> int {
    const int result = real(descriptor, command, argument);
    return result == -1 && errno == Error ? static_cast<int>(argument) : result;
};

} // namespace ipc_conform::resizing
