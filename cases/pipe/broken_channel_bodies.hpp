// A channel without readers: what a writer is told, and when. For pipes and FIFOs alike.
#pragma once

#include "cases/pipe/full_channel.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/threads.hpp"
#include "fixtures/witness/witness.hpp"

#include <string>

namespace ipc_conform::channel
{

/// Each failing write, small, large, vectored or non-blocking, raises one SIGPIPE, and for its caller only.
inline void each_failing_write_raises_one_sigpipe(Channel& channel)
{
    channel.read_end.close();
    const SignalCounted counted{SIGPIPE}; // also in the writer, which counts for itself
    Peer writer = spawn("writer", [&] {
        const std::size_t atomic = atomic_size(channel.write_end);
        std::string bytes(2 * atomic, 'x');
        int failures = 0;
        for (const bool nonblocking : {false, true})
        {
            set_nonblocking(channel.write_end, nonblocking);
            for (const std::size_t size : {std::size_t{1}, atomic, atomic + 1, 2 * atomic})
            {
                CHECK(fails_with(EPIPE, os::write(channel.write_end, bytes.data(), size)));
                CHECK(counted.deliveries() == ++failures);
            }
            const auto parts = in_parts(bytes);
            CHECK(fails_with(EPIPE, os::writev(channel.write_end, parts.data(), static_cast<int>(parts.size()))));
            CHECK(counted.deliveries() == ++failures);
        }
    });
    CHECK(finished(writer));
    CHECK(counted.deliveries() == 0);
}

/// A thread that blocks SIGPIPE keeps that of its own write to itself: no other thread is told, willing as it is.
inline void sigpipe_is_for_the_writing_thread(Channel& channel)
{
    channel.read_end.close();
    const SignalCounted counted{SIGPIPE}; // by this thread, which does not block it
    Thread writer{[&] {
        sigset_t broken_pipe;
        ::sigemptyset(&broken_pipe);
        ::sigaddset(&broken_pipe, SIGPIPE);
        set_up_call("pthread_sigmask", os::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr));
        CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
    }};
    writer.join(); // what is pending for the process is delivered here at the latest
    CHECK(counted.deliveries() == 0);
}

/// While SIGPIPE is blocked a write without readers fails all the same, and the signal waits to be unblocked.
inline void blocked_sigpipe_stays_pending(Channel& channel)
{
    channel.read_end.close();
    const SignalCounted counted{SIGPIPE};
    const SignalBlocked blocked{SIGPIPE};
    REQUIRE(!blocked.pending());
    CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
    CHECK(blocked.pending());
    CHECK(counted.deliveries() == 0);

    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    REQUIRE(os::sigprocmask(SIG_UNBLOCK, &broken_pipe, nullptr) == 0);
    CHECK(counted.deliveries() == 1);
    CHECK(!blocked.pending());
}

/// Writers asleep on a full channel, having transferred nothing, fail with EPIPE when the last reader closes:
/// one that handles SIGPIPE, one that ignores it, one that it kills, and one that blocks it.
inline void waiting_writers_fail_without_reader(Channel& channel)
{
    const std::string record(atomic_size(channel.write_end), 'w');
    fill_completely(channel);
    const auto failing_write = [&] {
        CHECK(fails_with(EPIPE, os::write(channel.write_end, record.data(), record.size())));
    };
    Peer handling = spawn("handling", [&] {
        channel.read_end.close(); // or it would be a reader itself; so would the others
        const SignalCounted counted{SIGPIPE};
        failing_write();
        CHECK(counted.deliveries() == 1);
    });
    Peer ignoring = spawn("ignoring", [&] {
        channel.read_end.close();
        const SignalIgnored ignored{SIGPIPE};
        failing_write();
    });
    Peer dying = spawn("dying", [&] {
        channel.read_end.close();
        failing_write();
    });
    Peer blocking = spawn("blocking", [&] {
        channel.read_end.close();
        const SignalBlocked blocked{SIGPIPE};
        failing_write();
        CHECK(blocked.pending());
    });
    for (Peer* writer : {&handling, &ignoring, &dying, &blocking})
    {
        REQUIRE(blocked_in(*writer, os::write, channel.write_end));
    }

    channel.read_end.close();
    REQUIRE(finished(handling));
    CHECK(finished(ignoring));
    CHECK(finished(blocking));
    CHECK(killed_by(dying, SIGPIPE));
}

/// A large write that has transferred a part when the last reader closes: it returns the part or fails with
/// EPIPE, and the next one fails with EPIPE.
inline void loss_of_readers_during_a_large_write(Channel& channel)
{
    const std::string bytes(3 * measured_capacity(channel), 'l');
    const Shared<std::atomic<ssize_t>> outcome{0};
    const Shared<std::atomic<int>> signals{0};
    Peer writer = spawn("writer", [&] {
        channel.read_end.close(); // or it would be a reader itself
        const SignalCounted counted{SIGPIPE};
        const ssize_t written = os::write(channel.write_end, bytes.data(), bytes.size());
        CHECK((written > 0 || fails_with(EPIPE, written)));
        *outcome = written;
        *signals = counted.deliveries();
        CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
        CHECK(counted.deliveries() == *signals + 1);
    });
    REQUIRE(blocked_in(writer, os::write, channel.write_end));
    const std::size_t transferred = bytes_queued(channel.read_end);
    observe("bytes transferred before", transferred);
    channel.read_end.close();
    REQUIRE(finished(writer));

    observe("variant", *outcome > 0 ? "the part is returned" : "EPIPE, the part is not reported");
    observe("signals for the write that was cut short", signals->load());
    CHECK(*outcome == (*outcome > 0 ? static_cast<ssize_t>(transferred) : -1));
    CHECK(*signals <= 1);
    CHECK(*signals >= (*outcome > 0 ? 0 : 1)); // a write that fails with EPIPE raises it
}

} // namespace ipc_conform::channel
