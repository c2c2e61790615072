// What every byte channel refuses, and that the refusal changes nothing.
#pragma once

#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <array>
#include <string_view>

namespace ipc_conform::channel
{

/// Just these bytes are queued and a writer is there; takes them, and leaves the read end non-blocking.
inline void still_holds(const Channel& channel, std::string_view expected)
{
    set_nonblocking(channel.read_end);
    std::string bytes(expected.size() + 1, '\0');
    CHECK(os::read(channel.read_end, bytes.data(), bytes.size()) == static_cast<ssize_t>(expected.size()));
    CHECK(bytes.substr(0, expected.size()) == expected);
    CHECK(fails_with(EAGAIN, os::read(channel.read_end, bytes.data(), 1)));
}

/// Neither end has a position: seeking fails with ESPIPE whatever the origin and the distance.
inline void seeking_is_refused(Channel& channel)
{
    write_fully(channel.write_end, "abc");
    for (const Descriptor* end : {&channel.read_end, &channel.write_end})
    {
        for (const int origin : {SEEK_SET, SEEK_CUR, SEEK_END})
        {
            for (const off_t distance : {0, 1, -1})
            {
                CHECK(fails_with(ESPIPE, os::lseek(*end, distance, origin)));
            }
        }
    }
    still_holds(channel, "abc");
}

/// Reading and writing at a position fail with ESPIPE, and no byte moves.
inline void positions_are_refused(Channel& channel)
{
    write_fully(channel.write_end, "abc");
    for (const off_t position : {0, 1, 4096})
    {
        char byte = 'k';
        CHECK(fails_with(ESPIPE, os::pread(channel.read_end, &byte, 1, position)));
        CHECK(byte == 'k');
        CHECK(fails_with(ESPIPE, os::pwrite(channel.write_end, "x", 1, position)));
    }
    still_holds(channel, "abc");
}

} // namespace ipc_conform::channel
