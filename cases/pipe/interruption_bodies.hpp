// What a signal does to a process that waits in a channel. For pipes and FIFOs alike.
#pragma once

#include "cases/pipe/full_channel.hpp"
#include "fixtures/announced_signal.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>
#include <atomic>
#include <string>

namespace ipc_conform::channel
{

/// A blocked read goes on after a handler with SA_RESTART, and takes what comes later.
inline void blocked_read_is_restarted(Channel& channel)
{
    const Event handled;
    Peer reader = spawn("reader", [&] {
        const SignalAnnounced announced{SIGUSR1, handled, SA_RESTART};
        char byte = 0;
        CHECK(os::read(channel.read_end, &byte, 1) == 1);
        CHECK(byte == 'x');
    });
    REQUIRE(blocked_in(reader, os::read, channel.read_end));
    set_up(os::kill(reader.pid(), SIGUSR1) == 0);
    handled.wait();
    REQUIRE(blocked_in(reader, os::read, channel.read_end)); // again, or still
    CHECK(os::write(channel.write_end, "x", 1) == 1);
    CHECK(finished(reader));
}

/// A write, small or large, that waits on a full channel fails with EINTR when a signal is caught; nothing of it
/// is in the channel, and the next one is not harmed.
inline void caught_signal_interrupts_write(Channel& channel)
{
    const std::size_t capacity = fill_completely(channel);
    const std::size_t atomic = atomic_size(channel.write_end);
    constexpr int attempts = 3;
    const std::array<std::size_t, attempts> sizes{1, atomic, 2 * atomic};
    const std::array<Event, attempts> interrupted;
    Peer writer = spawn("writer", [&] {
        const SignalCounted counted{SIGUSR1};
        for (std::size_t attempt = 0; attempt < attempts; ++attempt)
        {
            const std::string bytes(sizes[attempt], 'i');
            CHECK(fails_with(EINTR, os::write(channel.write_end, bytes.data(), bytes.size())));
            interrupted[attempt].set();
        }
        CHECK(counted.deliveries() == attempts);
        CHECK(os::write(channel.write_end, "next", 4) == 4);
    });
    for (const Event& attempt : interrupted)
    {
        REQUIRE(blocked_in(writer, os::write, channel.write_end));
        set_up(os::kill(writer.pid(), SIGUSR1) == 0);
        attempt.wait();
    }
    REQUIRE(blocked_in(writer, os::write, channel.write_end)); // there is no more room than before
    CHECK(read_fully(channel.read_end, capacity) == std::string(capacity, 'f'));
    REQUIRE(finished(writer));
    CHECK(take_all(channel.read_end) == "next");
}

/// A large write that waits with a part transferred returns the part's size when a signal is caught, whether the
/// handler asks for a restart or not.
inline void caught_signal_cuts_a_large_write_short(Channel& channel, int handler_flags)
{
    const std::string bytes = random_bytes(3 * measured_capacity(channel), 7);
    const Shared<std::atomic<ssize_t>> written{0};
    Peer writer = spawn("writer", [&] {
        const SignalCounted counted{SIGUSR1, handler_flags};
        *written = os::write(channel.write_end, bytes.data(), bytes.size());
        CHECK(counted.deliveries() == 1);
    });
    REQUIRE(blocked_in(writer, os::write, channel.write_end));
    set_up(os::kill(writer.pid(), SIGUSR1) == 0);
    REQUIRE(finished(writer));

    const ssize_t count = *written;
    observe("bytes of the write", bytes.size());
    observe("bytes written before the signal", count);
    REQUIRE(count > 0);
    CHECK(count < static_cast<ssize_t>(bytes.size()));
    CHECK(same_bytes(take_all(channel.read_end), bytes.substr(0, static_cast<std::size_t>(count))));
}

/// A fatal signal ends a process that is asleep in a large write at once; what it has written is read, then
/// comes the end of file.
inline void fatal_signal_ends_a_waiting_writer(Channel& channel, int number)
{
    const std::string bytes = random_bytes(3 * measured_capacity(channel), 11);
    Peer writer = spawn("writer", [&] { os::write(channel.write_end, bytes.data(), bytes.size()); });
    channel.write_end.close(); // the writer's is the last
    REQUIRE(blocked_in(writer, os::write));
    const std::size_t queued = bytes_queued(channel.read_end);
    REQUIRE(os::kill(writer.pid(), number) == 0);
    REQUIRE(killed_by(writer, number));

    observe("bytes left behind", queued);
    CHECK(queued > 0);
    CHECK(same_bytes(read_fully(channel.read_end, bytes.size()), bytes.substr(0, queued)));
    char byte = 'k';
    CHECK(os::read(channel.read_end, &byte, 1) == 0);
    CHECK(byte == 'k');
}

} // namespace ipc_conform::channel
