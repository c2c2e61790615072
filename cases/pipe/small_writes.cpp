// Writes of up to PIPE_BUF bytes: all of it at once, or not yet.
#include "cases/pipe/full_channel.hpp"
#include "cases/pipe/transfer_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <sched.h>

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

namespace
{

// A record that tells its writer and the place of each byte in it.
std::string record_of(unsigned writer, std::size_t size)
{
    return random_bytes(size, writer).replace(0, 1, 1, static_cast<char>('a' + writer));
}

std::size_t length_of(const struct iovec* parts, int count)
{
    return std::accumulate(parts, parts + count, std::size_t{0},
                           [](std::size_t sum, const struct iovec& part) { return sum + part.iov_len; });
}

} // namespace

TEST_CASE("pipe.atomic-vectored"
          * says("one writev of up to PIPE_BUF bytes in all is atomic as a whole, not for each of its parts")
          * observed_by("one that does not fit is refused, or waits, without a byte of it; records of three "
                        "writers, each in four parts, come out whole")
          * on("Darwin", "the same, by reading sys_pipe.c")
          * shall("POSIX.1-2024 writev()", "POSIX.1-2024 write()", "pipe(7)"))
{
    constexpr unsigned writers = 3;
    constexpr unsigned records = 20; // more than the pipe holds, so that writers wait in the middle of the traffic
    Pipe pipe;
    const std::size_t size = atomic_size(pipe.write_end);
    const auto put = [&](std::string record) {
        const auto parts = channel::in_parts(record);
        return os::writev(pipe.write_end, parts.data(), static_cast<int>(parts.size()));
    };

    const std::size_t taken = channel::fill_until_refused(pipe, size / 4 * 3); // leaves room for a part
    CHECK(fails_with(EAGAIN, put(record_of(0, size))));
    set_nonblocking(pipe.write_end, false);
    Peer waiting = spawn("waiting writer", [&] { CHECK(put(record_of(0, size)) == static_cast<ssize_t>(size)); });
    REQUIRE(blocked_in(waiting, os::writev, pipe.write_end));
    CHECK(bytes_queued(pipe.read_end) == taken); // not even the part for which there is room
    CHECK(read_fully(pipe.read_end, taken) == std::string(taken, 'f'));
    CHECK(same_bytes(read_fully(pipe.read_end, size), record_of(0, size)));
    CHECK(finished(waiting));

    const Event start;
    std::vector<Peer> peers;
    for (unsigned writer = 0; writer < writers; ++writer)
    {
        peers.push_back(spawn("writer " + std::to_string(writer), [&, writer] {
            start.wait();
            for (unsigned count = 0; count < records; ++count)
            {
                REQUIRE(put(record_of(writer, size)) == static_cast<ssize_t>(size));
            }
        }));
    }
    start.set();
    std::array<unsigned, writers> whole{};
    for (unsigned count = 0; count < writers * records; ++count)
    {
        const std::string record = read_fully(pipe.read_end, size);
        const unsigned writer = static_cast<unsigned char>(record.empty() ? 0 : record.front()) - unsigned{'a'};
        REQUIRE(writer < writers);
        REQUIRE(same_bytes(record, record_of(writer, size)));
        ++whole.at(writer);
    }
    for (unsigned writer = 0; writer < writers; ++writer)
    {
        CHECK(whole.at(writer) == records);
        CHECK(finished(peers[writer]));
    }
}

FAULT("pipe.atomic-vectored", "the lock is dropped between the parts", os::writev,
      [](auto /*real*/, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          ssize_t all = 0;
          for (int part = 0; part < count; ++part)
          {
              const ssize_t written = ::write(descriptor, parts[part].iov_base, parts[part].iov_len);
              if (written == -1)
              {
                  return all > 0 ? all : -1;
              }
              all += written;
              ::sched_yield();
          }
          return all;
      });
FAULT("pipe.atomic-vectored", "each part is atomic, but others' come between while it waits for room", os::writev,
      [](auto real, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          if (!may_wait(descriptor))
          {
              return real(descriptor, parts, count);
          }
          const ssize_t first = real(descriptor, parts, 1);
          return first + real(descriptor, parts + 1, count - 1);
      });
FAULT("pipe.atomic-vectored", "an empty part ends the write", os::writev,
      [](auto real, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          const auto* const end =
              std::find_if(parts, parts + count, [](const struct iovec& part) { return part.iov_len == 0; });
          return real(descriptor, parts, static_cast<int>(end - parts));
      });
FAULT("pipe.atomic-vectored", "a vectored write that does not fit is reported as done", os::writev,
      [](auto real, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          const ssize_t written = real(descriptor, parts, count);
          return written == -1 ? static_cast<ssize_t>(length_of(parts, count)) : written;
      });

TEST_CASE(
    "pipe.small-write-all-or-block"
    * says("a blocking write of up to PIPE_BUF bytes waits until there is room for all of it, and never "
           "returns a short count without a signal")
    * observed_by("two writers are seen asleep with room for a part of their records, none of which is in the "
                  "pipe; it is drained in small steps, and each record comes whole")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    const std::size_t size = atomic_size(pipe.write_end);
    const std::size_t taken = channel::fill_until_refused(pipe, size / 4 * 3); // fills nothing exactly
    set_nonblocking(pipe.write_end, false);
    const auto write_record = [&](unsigned writer) {
        const std::string record = record_of(writer, size);
        CHECK(os::write(pipe.write_end, record.data(), size) == static_cast<ssize_t>(size));
    };
    Peer first = spawn("first writer", [&] { write_record(0); });
    Peer second = spawn("second writer", [&] { write_record(1); });
    REQUIRE(blocked_in(first, os::write, pipe.write_end));
    REQUIRE(blocked_in(second, os::write, pipe.write_end));
    CHECK(bytes_queued(pipe.read_end) == taken);

    pipe.write_end.close();
    std::string all;
    for (std::string step; !(step = read_fully(pipe.read_end, size / 5)).empty();)
    {
        all += step;
    }
    REQUIRE(all.size() == taken + 2 * size);
    CHECK(all.substr(0, taken) == std::string(taken, 'f'));
    const unsigned earlier = all.at(taken) == 'a' ? 0 : 1;
    CHECK(same_bytes(all.substr(taken, size), record_of(earlier, size)));
    CHECK(same_bytes(all.substr(taken + size), record_of(1 - earlier, size)));
    CHECK(finished(first));
    CHECK(finished(second));
}

FAULT("pipe.small-write-all-or-block", "a small write is done in part", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, may_wait(descriptor) ? size / 2 : size);
      });
FAULT("pipe.small-write-all-or-block", "what there is room for is transferred before the wait", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const std::size_t part = may_wait(descriptor) ? size / 8 : 0;
          const ssize_t before = part == 0 ? 0 : real(descriptor, bytes, part);
          return before + real(descriptor, static_cast<const char*>(bytes) + part, size - part);
      });
FAULT("pipe.small-write-all-or-block", "a waiting write gives up with EAGAIN", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          set_nonblocking(descriptor);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.small-write-all-or-block", "the last byte of a write that waited is lost", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return may_wait(descriptor) ? real(descriptor, bytes, size - 1) + 1 : real(descriptor, bytes, size);
      });

TEST_CASE("pipe.nonblock-small-fits"
          * says("with O_NONBLOCK a write of up to PIPE_BUF bytes for which there is room transfers all of them")
          * observed_by("writes of 1, PIPE_BUF - 1 and PIPE_BUF bytes, and a vectored one, into an empty pipe, "
                        "again and again until its "
                        "buffer has been gone round")
          * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    const std::size_t capacity = channel::measured_capacity(pipe);
    set_nonblocking(pipe.write_end);
    set_nonblocking(pipe.read_end);
    const std::size_t atomic = atomic_size(pipe.write_end);
    const std::string bytes = random_bytes(atomic, 5);
    for (std::size_t moved = 0; moved < 2 * capacity;)
    {
        for (const std::size_t size : {std::size_t{1}, atomic - 1, atomic})
        {
            REQUIRE(os::write(pipe.write_end, bytes.data(), size) == static_cast<ssize_t>(size));
            REQUIRE(same_bytes(read_fully(pipe.read_end, size + 1), bytes.substr(0, size)));
            moved += size;
        }
        std::string vectored = bytes;
        const auto parts = channel::in_parts(vectored);
        REQUIRE(os::writev(pipe.write_end, parts.data(), static_cast<int>(parts.size()))
                == static_cast<ssize_t>(atomic));
        REQUIRE(same_bytes(read_fully(pipe.read_end, atomic + 1), bytes));
        moved += atomic;
    }
}

namespace
{

// For faults: the size of the largest atomic write.
std::size_t largest(int descriptor)
{
    return atomic_size(descriptor);
}

} // namespace

FAULT("pipe.nonblock-small-fits", "a write of just PIPE_BUF bytes is done in part", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, size == largest(descriptor) && !may_wait(descriptor) ? size - 1 : size);
      });
FAULT("pipe.nonblock-small-fits", "a write of just PIPE_BUF bytes would block in an empty pipe", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EAGAIN;
          return size == largest(descriptor) && !may_wait(descriptor) && ::fcntl(descriptor, F_GETFL) != -1
                     ? -1
                     : real(descriptor, bytes, size);
      });
FAULT("pipe.nonblock-small-fits", "a place of the buffer that has been used before is too small", os::write,
      [transfers = 0](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          return real(descriptor, bytes, size > 1 && ++transfers > 4 ? size - 1 : size);
      });
FAULT("pipe.nonblock-small-fits", "a vectored write takes its first parts only", os::writev,
      [](auto real, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          return real(descriptor, parts, count / 2);
      });
FAULT("pipe.nonblock-small-fits", "the last byte of a write is lost, but counted", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size > 1 ? size - 1 : size);
          return written == -1 ? -1 : static_cast<ssize_t>(size);
      });
