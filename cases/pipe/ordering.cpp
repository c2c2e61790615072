// What comes out of a pipe is what went in: every byte, in order, without boundaries.
#include "cases/pipe/channel_bodies.hpp"

#include <array>
#include <functional>
#include <vector>

using namespace ipc_conform;

namespace
{

std::string random_bytes(std::size_t size, std::uint64_t seed)
{
    std::mt19937_64 random{seed};
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

} // namespace

TEST_CASE("pipe.data-roundtrip" * says("bytes written at the write end come out unchanged at the read end")
          * observed_by("a child writes 1 MiB + 7 random bytes; the parent reads to the end of file and compares")
          * shall("POSIX.1-2024 pipe()", "POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    Pipe pipe;
    const std::string sent = random_bytes((1U << 20U) + 7, journal::region().seed);
    Peer writer = spawn("writer", [&] {
        pipe.read_end.close();
        write_fully(pipe.write_end, sent);
    });
    pipe.write_end.close();

    const std::string received = read_fully(pipe.read_end, sent.size() + 1);
    CHECK(received.size() == sent.size());
    CHECK((received == sent)); // compared as a whole: a megabyte says nothing in a report
    CHECK(finished(writer));
}

FAULT("pipe.data-roundtrip", "a byte is corrupted where the buffer wraps", os::read,
      [total = std::size_t{0}](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          const std::size_t before = total;
          total += got > 0 ? static_cast<std::size_t>(got) : 0;
          if (before <= 65536 && total > 65536)
          {
              static_cast<char*>(bytes)[65536 - before] ^= 1;
          }
          return got;
      });
FAULT("pipe.data-roundtrip", "a write claims one byte more than it took", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return size < 2 ? real(descriptor, bytes, size) : real(descriptor, bytes, size - 1) + 1;
      });

TEST_CASE("pipe.fifo-order"
          * says("data is read in exactly the order written by one writer, across any mix of write and read sizes")
          * observed_by("a child writes 50000 numbered words in random chunks; they are read in chunks of other "
                        "sizes, each number in place")
          * on("Darwin", "the same, by reading sys_pipe.c: a circular buffer")
          * shall("POSIX.1-2024 pipe()", "pipe(7)"))
{
    Pipe pipe;
    channel::keeps_order(pipe, journal::region().seed);
}

FAULT("pipe.fifo-order", "chunks are swapped within a read", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (got > 1)
          {
              std::swap_ranges(static_cast<char*>(bytes), static_cast<char*>(bytes) + got / 2,
                               static_cast<char*>(bytes) + got / 2);
          }
          return got;
      });
FAULT("pipe.fifo-order", "a write of several pages loses its last page", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (size <= 8192)
          {
              return real(descriptor, bytes, size);
          }
          std::string repeated(static_cast<const char*>(bytes), size);
          std::copy_n(repeated.begin(), size - 8192, repeated.begin() + 8192);
          return real(descriptor, repeated.data(), size);
      });

TEST_CASE("pipe.byte-stream"
          * says("message boundaries are not kept: one read may return several writes, several reads one write")
          * observed_by("three writes of 2 bytes come with one read of 6, one write of 6 with three reads of 2")
          * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    char bytes[16] = {};
    write_fully(pipe.write_end, "ab");
    write_fully(pipe.write_end, "cd");
    write_fully(pipe.write_end, "ef");
    CHECK(os::read(pipe.read_end, bytes, sizeof bytes) == 6);
    CHECK(std::string_view{bytes, 6} == "abcdef");

    write_fully(pipe.write_end, "uvwxyz");
    for (const std::string_view part : {"uv", "wx", "yz"})
    {
        CHECK(os::read(pipe.read_end, bytes, 2) == 2);
        CHECK(std::string_view{bytes, 2} == part);
    }
}

FAULT("pipe.byte-stream", "each write is returned separately", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, std::min<std::size_t>(size, 2));
      });
FAULT("pipe.byte-stream", "a short read drops the rest of the write", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char whole[16];
          const ssize_t got = real(descriptor, whole, sizeof whole);
          std::memcpy(bytes, whole, std::min<std::size_t>(size, sizeof whole));
          return std::min(got, static_cast<ssize_t>(size));
      });

namespace
{

using Counts = std::array<std::size_t, 256>; // how often each value of a byte occurs

void count(std::string_view bytes, Counts& counts)
{
    for (const char byte : bytes)
    {
        ++counts[static_cast<unsigned char>(byte)];
    }
}

} // namespace

TEST_CASE("pipe.multi-reader-partition"
          * says("of several readers of one pipe each byte is delivered to exactly one")
          * observed_by("three readers seen asleep in read; 256 KiB of random bytes are written: per byte value, "
                        "the readers' counts add up")
          * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    const std::string sent = random_bytes(1U << 18U, journal::region().seed);
    const Shared<std::array<Counts, 3>> received;
    std::vector<Peer> readers;
    for (Counts& counts : *received)
    {
        readers.push_back(spawn("reader", [&] {
            pipe.write_end.close();
            std::array<char, 1000> part;
            while (const ssize_t got = os::read(pipe.read_end, part.data(), part.size()))
            {
                REQUIRE(got > 0);
                count({part.data(), static_cast<std::size_t>(got)}, counts);
            }
        }));
        REQUIRE(blocked_in(readers.back(), os::read)); // so that all compete for the first byte
    }
    write_fully(pipe.write_end, sent);
    pipe.write_end.close();

    Counts total{};
    for (std::size_t index = 0; index < readers.size(); ++index)
    {
        CHECK(finished(readers[index]));
        const Counts& counts = (*received)[index];
        observe(fmt::format("bytes of reader {}", index),
                std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
        std::ranges::transform(total, counts, total.begin(), std::plus<>{});
    }
    Counts expected{};
    count(sent, expected);
    CHECK((total == expected));
}

FAULT("pipe.multi-reader-partition", "a byte is given to two readers", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size - 1);
          static_cast<char*>(bytes)[std::max<ssize_t>(got, 0)] = *static_cast<char*>(bytes);
          return got > 0 ? got + 1 : got;
      });
FAULT("pipe.multi-reader-partition", "readers that compete lose a byte", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got > 1 ? got - 1 : got;
      });
FAULT("pipe.multi-reader-partition", "the reader who comes late to a byte gets an error", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EAGAIN : errno;
          return got == 0 ? -1 : got;
      });
