// Bodies that a pipe and a FIFO share: the same words of the standard, checked by the same code.
#pragma once

#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <random>
#include <string_view>
#include <sys/file.h>
#include <vector>

namespace ipc_conform::channel
{

/// A blocking read on an empty channel with a live writer blocks until data arrives, and takes it.
inline void empty_read_blocks(Channel& channel)
{
    Peer reader = spawn("reader", [&] {
        char byte = 0;
        CHECK(os::read(channel.read_end, &byte, 1) == 1);
        CHECK(byte == 'x');
    });

    REQUIRE(blocked_in(reader, os::read, channel.read_end));
    const Stamp cause = stamp();
    CHECK(os::write(channel.write_end, "x", 1) == 1);
    CHECK(finished(reader));
    CHECK(returned_after(cause, reader, os::read));
}

/// A non-blocking read on an empty channel with a live writer fails with EAGAIN.
inline void empty_read_would_block(Channel& channel)
{
    set_nonblocking(channel.read_end);
    char byte = 'k';
    CHECK(fails_with(EAGAIN, os::read(channel.read_end, &byte, 1)));
    CHECK(byte == 'k');
}

/// A read that asks for more than is there returns what is there, without waiting for the rest.
inline void read_returns_what_is_there(Channel& channel)
{
    write_fully(channel.write_end, "abc");
    char bytes[100] = {};
    CHECK(os::read(channel.read_end, bytes, sizeof bytes) == 3);
    CHECK(std::string_view{bytes} == "abc");
}

/// Numbered words come out in the order in which one writer wrote them, whatever the sizes of the writes
/// and reads; `seed` makes the sizes.
inline void keeps_order(Channel& channel, std::uint64_t seed)
{
    constexpr std::uint32_t words = 50'000;
    Peer writer = spawn("writer", [&] {
        std::vector<std::uint32_t> numbers(words);
        std::iota(numbers.begin(), numbers.end(), 0U);
        std::string_view rest{reinterpret_cast<const char*>(numbers.data()), words * sizeof(std::uint32_t)};
        std::mt19937_64 random{seed};
        while (!rest.empty())
        {
            const std::size_t chunk = std::min<std::size_t>(1 + random() % 9000, rest.size());
            write_fully(channel.write_end, rest.substr(0, chunk));
            rest.remove_prefix(chunk);
        }
    });

    std::mt19937_64 random{seed + 1};
    std::string bytes;
    while (bytes.size() < words * sizeof(std::uint32_t))
    {
        const std::string part =
            read_fully(channel.read_end,
                       std::min<std::size_t>(1 + random() % 7000, words * sizeof(std::uint32_t) - bytes.size()));
        REQUIRE(!part.empty());
        bytes += part;
    }
    std::vector<std::uint32_t> received(words);
    std::memcpy(received.data(), bytes.data(), bytes.size());
    const auto out_of_place = std::ranges::adjacent_find(
        received, [](std::uint32_t first, std::uint32_t second) { return second != first + 1; });
    CHECK(received.front() == 0);
    CHECK(std::distance(received.begin(), out_of_place) == words);
    CHECK(finished(writer));
}

/// Records of PIPE_BUF bytes from concurrent writers are never mixed.
inline void small_writes_do_not_interleave(Channel& channel)
{
    constexpr int writers = 4;
    constexpr int records = 50;
    const std::size_t size = atomic_size(channel.write_end);
    observe("PIPE_BUF", size);
    const Event start;
    std::vector<Peer> peers;
    for (int tag = 0; tag < writers; ++tag)
    {
        peers.push_back(spawn("writer " + std::string(1, static_cast<char>('a' + tag)), [&, tag] {
            const std::string record(size, static_cast<char>('a' + tag));
            start.wait();
            for (int count = 0; count < records; ++count)
            {
                CHECK(os::write(channel.write_end, record.data(), size) == static_cast<ssize_t>(size));
            }
        }));
    }
    start.set();

    std::map<char, int> whole;
    for (int count = 0; count < writers * records; ++count)
    {
        const std::string record = read_fully(channel.read_end, size);
        REQUIRE(record.size() == size);
        REQUIRE(record.find_first_not_of(record.front()) == std::string::npos);
        ++whole[record.front()];
    }
    for (int tag = 0; tag < writers; ++tag)
    {
        CHECK(whole[static_cast<char>('a' + tag)] == records);
        CHECK(finished(peers[static_cast<std::size_t>(tag)]));
    }
}

/// Once the last writer has gone, what is queued is still read; then comes the end of file, again and again.
inline void ends_after_last_writer(Channel& channel)
{
    write_fully(channel.write_end, "abc");
    channel.write_end.close();

    char bytes[8] = {};
    CHECK(os::read(channel.read_end, bytes, sizeof bytes) == 3);
    CHECK(std::string_view{bytes} == "abc");
    CHECK(os::read(channel.read_end, bytes, sizeof bytes) == 0);
    CHECK(os::read(channel.read_end, bytes, sizeof bytes) == 0);
}

/// A write without any reader raises SIGPIPE, once, and fails with EPIPE.
inline void write_without_reader_fails(Channel& channel)
{
    channel.read_end.close();
    const SignalCounted counted{SIGPIPE};
    CHECK(fails_with(EPIPE, os::write(channel.write_end, "x", 1)));
    CHECK(counted.deliveries() == 1);
}

/// A blocked read that has got nothing fails with EINTR when a signal is caught; what comes later is not lost.
inline void caught_signal_interrupts_read(Channel& channel)
{
    const Event interrupted;
    Peer reader = spawn("reader", [&] {
        const SignalCounted counted{SIGUSR1};
        char byte = 'k';
        CHECK(fails_with(EINTR, os::read(channel.read_end, &byte, 1)));
        CHECK(counted.deliveries() == 1);
        interrupted.set();
        CHECK(os::read(channel.read_end, &byte, 1) == 1);
        CHECK(byte == 'x');
    });

    REQUIRE(blocked_in(reader, os::read, channel.read_end));
    set_up(os::kill(reader.pid(), SIGUSR1) == 0);
    interrupted.wait();
    CHECK(os::write(channel.write_end, "x", 1) == 1);
    CHECK(finished(reader));
}

/// Two channels carry bulk traffic both ways at once: each side reads on one while it writes on the other.
inline void traffic_flows_both_ways(Channel& there, Channel& back)
{
    constexpr std::size_t bulk = 300'000; // more than a channel holds, so neither side can just buffer it
    const Event start;
    const auto reading = [&](int end, char letter) {
        char byte = 0;
        CHECK(os::read(end, &byte, 1) == 1);
        CHECK(byte == letter);
        CHECK((read_fully(end, bulk) == std::string(bulk, letter)));
    };
    const auto writing = [&](int end, char letter) {
        start.wait();
        write_fully(end, std::string(bulk, letter));
    };
    Peer left_reader = spawn("left reader", [&] { reading(back.read_end, 'b'); });
    Peer right_reader = spawn("right reader", [&] { reading(there.read_end, 't'); });
    Peer left_writer = spawn("left writer", [&] { writing(there.write_end, 't'); });
    Peer right_writer = spawn("right writer", [&] { writing(back.write_end, 'b'); });

    REQUIRE(blocked_in(left_reader, os::read, back.read_end));
    REQUIRE(blocked_in(right_reader, os::read, there.read_end));
    CHECK(os::write(there.write_end, "t", 1) == 1);          // while the left side's read is outstanding …
    CHECK(blocked_in(left_reader, os::read, back.read_end)); // … and it stays so
    CHECK(os::write(back.write_end, "b", 1) == 1);
    start.set();
    for (Peer* peer : {&left_reader, &right_reader, &left_writer, &right_writer})
    {
        CHECK(finished(*peer));
    }
}

/// For faults: one lock for the whole system, held as long as a call takes.
template <class Real, class... Arguments>
ssize_t under_one_lock(Real real, Arguments... arguments)
{
    const int lock = ::open(".", O_RDONLY | O_CLOEXEC); // the case's own working directory
    ::flock(lock, LOCK_EX);
    const ssize_t result = real(arguments...);
    ::close(lock);
    return result;
}

} // namespace ipc_conform::channel
