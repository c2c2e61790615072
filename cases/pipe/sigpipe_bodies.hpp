// Bodies that a pipe and a FIFO share: a write that nobody can read any more, under each disposition of SIGPIPE.
#pragma once

#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"

namespace ipc_conform::channel
{

/// Writing without a reader fails with EPIPE, and each such write raises SIGPIPE once: caught, ignored, pending,
/// or fatal, as the writer has chosen.
inline void broken_write_obeys_disposition(Channel& channel)
{
    channel.read_end.close();
    Peer catching = spawn("catching writer", [&] {
        const SignalCounted counted{SIGPIPE};
        for (int write = 1; write <= 3; ++write)
        {
            CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
            CHECK(counted.deliveries() == write);
        }
    });
    CHECK(finished(catching));
    Peer ignoring = spawn("ignoring writer", [&] {
        const SignalIgnored ignored{SIGPIPE};
        CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
    });
    CHECK(finished(ignoring));
    Peer blocking = spawn("blocking writer", [&] {
        const SignalBlocked blocked{SIGPIPE};
        CHECK(!blocked.pending());
        CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
        CHECK(blocked.pending());
    });
    CHECK(finished(blocking));
    Peer heedless = spawn("heedless writer", [&] {
        ::signal(SIGPIPE, SIG_DFL); // whatever was inherited
        os::write(channel.write_end, "x", 1);
    });
    CHECK(killed_by(heedless, SIGPIPE));
}

} // namespace ipc_conform::channel
