// A channel that can take nothing more, and what waits in it.
#pragma once

#include "fixtures/arrange.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/pipe.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ipc_conform::channel
{

/// Makes non-blocking writes of that size, all of the byte 'f', until one is refused in whatever way; how many
/// bytes were taken. From then on the write end does not block.
inline std::size_t fill_until_refused(Channel& channel, std::size_t size)
{
    set_nonblocking(channel.write_end);
    const std::string bytes(size, 'f');
    std::size_t taken = 0;
    for (ssize_t written = 0; (written = os::write(channel.write_end, bytes.data(), size)) > 0;)
    {
        taken += static_cast<std::size_t>(written);
    }
    return taken; // how it is refused is for the case to judge
}

/// Fills it until it takes not even one byte more; how many it took, each an 'f'. The ends block.
inline std::size_t fill_completely(Channel& channel)
{
    std::size_t taken = fill_until_refused(channel, atomic_size(channel.write_end));
    taken += fill_until_refused(channel, 1);
    set_up(taken > 0);
    set_nonblocking(channel.write_end, false);
    return taken;
}

/// How many bytes it takes; it is empty again afterwards, and its ends block.
inline std::size_t measured_capacity(Channel& channel)
{
    const std::size_t taken = fill_completely(channel);
    take_all(channel.read_end);
    return taken;
}

/// The parts of `bytes` as one vectored write takes them: very unequal ones, one of them empty.
inline std::vector<struct iovec> in_parts(std::string& bytes)
{
    const std::size_t half = bytes.size() / 2;
    char* const start = bytes.data();
    return {{.iov_base = start, .iov_len = 1},
            {.iov_base = start + 1, .iov_len = half - 1},
            {.iov_base = start + half, .iov_len = 0},
            {.iov_base = start + half, .iov_len = bytes.size() - half}};
}

} // namespace ipc_conform::channel
