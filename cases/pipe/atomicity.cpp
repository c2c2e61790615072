// Which writes of several processes stay whole.
#include "cases/pipe/channel_bodies.hpp"

#include <array>
#include <sched.h>
#include <utility>

using namespace ipc_conform;

TEST_CASE("pipe.atomic-small-writers"
          * says("writes of up to PIPE_BUF bytes from concurrent writers never interleave")
          * observed_by("four writers released together, 50 records of PIPE_BUF equal bytes each: every record is "
                        "read whole, none is lost")
          * on("Linux", "PIPE_BUF is 4096")
          * on("Darwin", "PIPE_BUF is 512; a small write waits until it fits whole, by reading sys_pipe.c")
          * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    channel::small_writes_do_not_interleave(pipe);
}

FAULT("pipe.atomic-small-writers", "the lock is dropped inside a small write", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const auto half = real(descriptor, bytes, size / 2);
          ::sched_yield();
          return half + real(descriptor, static_cast<const char*>(bytes) + size / 2, size - size / 2);
      });
FAULT("pipe.atomic-small-writers", "the last byte of a full record is lost", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, size - 1) + 1;
      });

namespace
{

// A byte of a writer's sequence: whose it is, and the last seven bits of its place.
char numbered_byte(unsigned writer, std::size_t place)
{
    return static_cast<char>(writer << 7U | (place & 127U));
}

unsigned writer_of(char byte)
{
    return static_cast<unsigned char>(byte) >> 7U;
}

} // namespace

TEST_CASE("pipe.large-may-interleave"
          * says("writes of more than PIPE_BUF bytes may be mixed with another writer's, but keep every byte and "
                 "each writer's order")
          * observed_by("two writers seen asleep in writes of four capacities; all is read: counts, each one's "
                        "order, changes between them")
          * on("Linux", "the two writes were seen to interleave")
          * on("Darwin", "the same, by reading sys_pipe.c; whether they do interleave has not been seen")
          * may("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, atomic_size(pipe.write_end));
    set_nonblocking(pipe.write_end, false);
    const std::size_t size = 4 * capacity;
    const auto write_sequence = [&](unsigned writer) {
        std::string sequence;
        while (sequence.size() < size)
        {
            sequence += numbered_byte(writer, sequence.size());
        }
        CHECK(os::write(pipe.write_end, sequence.data(), size) == static_cast<ssize_t>(size));
    };
    Peer first = spawn("first writer", [&] { write_sequence(0); });
    Peer second = spawn("second writer", [&] { write_sequence(1); });
    REQUIRE(blocked_in(first, os::write)); // both are under way before anything is read
    REQUIRE(blocked_in(second, os::write));

    pipe.write_end.close();
    CHECK((read_fully(pipe.read_end, capacity) == std::string(capacity, 'f')));
    const std::string mixed = read_fully(pipe.read_end, 2 * size);
    std::array<std::size_t, 2> places{};
    std::size_t out_of_place = 0;
    int changes = 0;
    unsigned last_writer = mixed.empty() ? 0 : writer_of(mixed.front());
    for (const char byte : mixed)
    {
        const unsigned writer = writer_of(byte);
        changes += std::exchange(last_writer, writer) == writer ? 0 : 1;
        out_of_place += byte == numbered_byte(writer, places[writer]++) ? 0U : 1U;
    }
    observe("bytes of each write", size);
    observe("interleaved", changes > 1);
    observe("changes between the writers", changes);
    CHECK(places[0] == size);
    CHECK(places[1] == size);
    CHECK(out_of_place == 0);
    CHECK(finished(first));
    CHECK(finished(second));
}

FAULT("pipe.large-may-interleave", "bytes are lost where a write has to wait", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const std::size_t lost = size > 4096 ? 1 : 0;
          return real(descriptor, bytes, size - lost) + static_cast<ssize_t>(lost);
      });
FAULT("pipe.large-may-interleave", "the parts of a write change places", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          auto* const start = static_cast<char*>(bytes);
          std::rotate(start, start + (got > 1 ? 1 : 0), start + std::max<ssize_t>(got, 0));
          return got;
      });
FAULT("pipe.large-may-interleave", "a large write that has to wait is given up with EAGAIN", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
          return real(descriptor, bytes, size);
      });
