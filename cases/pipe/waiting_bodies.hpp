// Several processes that wait in one channel: whom an event wakes. For pipes and FIFOs alike.
#pragma once

#include "cases/pipe/full_channel.hpp"
#include "fixtures/deliveries.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>
#include <atomic>
#include <string>
#include <vector>

namespace ipc_conform::channel
{

/// When the last writer closes, every reader that is blocked in read gets the end of file.
inline void end_of_file_wakes_all_readers(Channel& channel)
{
    std::vector<Peer> readers;
    for (const char* name : {"first reader", "second reader", "third reader", "fourth reader"})
    {
        readers.push_back(spawn(name, [&] {
            channel.write_end.close(); // or it would be a writer itself
            char byte = 'k';
            CHECK(os::read(channel.read_end, &byte, 1) == 0);
            CHECK(byte == 'k');
        }));
    }
    for (Peer& reader : readers)
    {
        REQUIRE(blocked_in(reader, os::read, channel.read_end));
    }
    const Stamp cause = stamp();
    channel.write_end.close();
    for (Peer& reader : readers)
    {
        REQUIRE(finished(reader));
        CHECK(returned_after(cause, reader, os::read));
    }
}

/// When the last reader closes, every writer that is blocked in write fails with EPIPE, after one SIGPIPE.
inline void loss_of_readers_wakes_all_writers(Channel& channel)
{
    const std::string record(atomic_size(channel.write_end), 'w');
    fill_completely(channel);
    std::vector<Peer> writers;
    for (const char* name : {"first writer", "second writer", "third writer", "fourth writer"})
    {
        writers.push_back(spawn(name, [&] {
            channel.read_end.close(); // or it would be a reader itself
            const SignalCounted counted{SIGPIPE};
            CHECK(fails_with(EPIPE, os::write(channel.write_end, record.data(), record.size())));
            CHECK(counted.deliveries() == 1);
        }));
    }
    for (Peer& writer : writers)
    {
        REQUIRE(blocked_in(writer, os::write, channel.write_end));
    }
    const Stamp cause = stamp();
    channel.read_end.close();
    for (Peer& writer : writers)
    {
        REQUIRE(finished(writer));
        CHECK(returned_after(cause, writer, os::write));
    }
}

/// Of several blocked readers one takes the byte that arrives, and the others stay blocked; of as many bytes
/// that arrive at once each takes one.
inline void one_byte_wakes_one_reader(Channel& channel)
{
    constexpr std::size_t count = 3;
    const Deliveries<2 * count> deliveries;
    const Shared<std::atomic<std::size_t>> taker{count};
    const std::array<Event, count> taken;
    const Event again;
    std::vector<Peer> readers;
    for (std::size_t reader = 0; reader < count; ++reader)
    {
        readers.push_back(spawn("reader " + std::to_string(reader), [&, reader] {
            unsigned char number = count;
            REQUIRE(os::read(channel.read_end, &number, 1) == 1);
            REQUIRE(number < count);
            deliveries.note(number);
            *taker = reader;
            taken.at(number).set();
            again.wait();
            REQUIRE(os::read(channel.read_end, &number, 1) == 1);
            deliveries.note(number);
        }));
    }

    std::vector<Peer*> blocked{&readers[0], &readers[1], &readers[2]};
    for (unsigned char number = 0; number < count; ++number)
    {
        for (Peer* reader : blocked)
        {
            REQUIRE(blocked_in(*reader, os::read, channel.read_end));
        }
        REQUIRE(os::write(channel.write_end, &number, 1) == 1);
        taken[number].wait();
        CHECK(bytes_queued(channel.read_end) == 0);
        REQUIRE(std::erase(blocked, &readers.at(*taker)) == 1);
    }
    again.set();
    for (Peer& reader : readers)
    {
        REQUIRE(blocked_in(reader, os::read, channel.read_end));
    }
    const std::array<unsigned char, count> at_once{3, 4, 5};
    CHECK(os::write(channel.write_end, at_once.data(), count) == count);
    for (Peer& reader : readers)
    {
        CHECK(finished(reader));
    }
    CHECK(deliveries.each_once());
}

} // namespace ipc_conform::channel
