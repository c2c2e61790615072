// How much a pipe holds: finite, by what it depends on, and the same again after it has been drained.
#include "cases/pipe/full_channel.hpp"
#include "cases/pipe/transfer_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

namespace
{

constexpr std::size_t not_finite = std::size_t{64} << 20U; // more than any known system buffers

// Writes of that size until one fails, or until it cannot be called finite any more; how many bytes were taken.
std::size_t fill_within_reason(int write_end, const std::string& bytes)
{
    std::size_t taken = 0;
    ssize_t written = 0;
    while (taken < not_finite && (written = os::write(write_end, bytes.data(), bytes.size())) > 0)
    {
        taken += static_cast<std::size_t>(written);
    }
    CHECK(fails_with(EAGAIN, written));
    return taken;
}

// What reads of that size give until nothing is left; each also tries what must not cost a place.
std::string drained_by(Channel& channel, std::size_t step)
{
    set_nonblocking(channel.read_end);
    std::string all;
    for (std::string part; !(part = read_fully(channel.read_end, step)).empty();)
    {
        all += part;
        CHECK(os::read(channel.read_end, part.data(), 0) == 0);
        CHECK(os::write(channel.write_end, part.data(), 0) == 0);
    }
    return all;
}

// The same bytes again and again, so many.
Finding only_copies_of(const std::string& bytes, const std::string& seen, std::size_t size)
{
    std::string expected;
    while (expected.size() < size)
    {
        expected += bytes.substr(0, size - expected.size());
    }
    return same_bytes(seen, expected);
}

} // namespace

TEST_CASE(
    "pipe.capacity-finite"
    * says("the buffer is finite: while nobody reads, non-blocking writes fail in the end, after at least "
           "PIPE_BUF bytes")
    * observed_by("writes of PIPE_BUF bytes until EAGAIN; what the system says is queued, and what is read back")
    * on("Linux", "65536 by default, two pages or one when the user's pipes use up pipe-user-pages-soft")
    * on("Darwin", "grows on demand from 512 to 65536, to 16384 at most when all pipes together use up 16 MiB, "
                   "by reading sys_pipe.c")
    * defined("pipe(7)", "POSIX.1-2024 write()"))
{
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    const std::size_t atomic = atomic_size(pipe.write_end);
    const std::string bytes = random_bytes(atomic, 13);
    const std::size_t capacity = fill_within_reason(pipe.write_end, bytes);
    observe("capacity", capacity);
    CHECK(capacity >= atomic);
    CHECK(bytes_queued(pipe.read_end) == capacity);
    CHECK(only_copies_of(bytes, take_all(pipe.read_end), capacity));
}

FAULT("pipe.capacity-finite", "the pipe takes everything", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 ? static_cast<ssize_t>(size) : written;
      });
FAULT("pipe.capacity-finite", "the pipe holds less than PIPE_BUF bytes", os::write,
      [full = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          errno = EAGAIN;
          return std::exchange(full, true) ? -1 : real(descriptor, bytes, size - 1);
      });
FAULT("pipe.capacity-finite", "a full pipe is reported as an exhausted device", os::write,
      wrong_answer::misreporting<EAGAIN, ENOSPC>);
FAULT("pipe.capacity-finite", "what did not fit is counted as queued", os::ioctl,
      [](auto real, int descriptor, unsigned long request, void* count) -> int {
          const int result = real(descriptor, request, count);
          *static_cast<int*>(count) += 1;
          return result;
      });

TEST_CASE(
    "pipe.capacity-depends-on-chunk"
    * says("how many bytes a pipe takes before EAGAIN may depend on the size of the writes; each byte that was "
           "taken can be read")
    * observed_by("a fresh pipe for each size of write is filled until EAGAIN and read back byte by byte")
    * on("Linux", "65536 for 1, 4096 and 8192 bytes, 64000 for 100, 65520 for 4095, 45066 for 4097")
    * on("Darwin", "a ring of bytes: the same for each size, by reading sys_pipe.c") * defined("pipe(7)"))
{
    const std::size_t atomic = atomic_size(Pipe{}.write_end);
    // Not single bytes: that many calls would take longer than all else in this room.
    for (const std::size_t size : {std::size_t{100}, atomic - 1, atomic, atomic + 1, 2 * atomic})
    {
        Pipe pipe;
        set_nonblocking(pipe.write_end);
        const std::string bytes = random_bytes(size, size);
        const std::size_t taken = fill_within_reason(pipe.write_end, bytes);
        observe(fmt::format("bytes taken in writes of {}", size), taken);
        CHECK(taken >= std::min(size, atomic));
        const std::string all = take_all(pipe.read_end);
        REQUIRE(all.size() == taken);
        if (size <= atomic || taken % size == 0)
        {
            CHECK(taken % size == 0); // a small write is done as a whole or not at all
            CHECK(only_copies_of(bytes, all, taken));
        }
    }
}

FAULT("pipe.capacity-depends-on-chunk", "the room left is computed below zero, and one write more is taken",
      os::write,
      [below_zero = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          if (written == -1 && !std::exchange(below_zero, true))
          {
              std::string oldest(size + atomic_size(descriptor), '\0');
              static_cast<void>(
                  ::read(descriptor - 1, oldest.data(), oldest.size())); // it overwrites what is oldest
              return real(descriptor, bytes, size);
          }
          return written;
      });
FAULT("pipe.capacity-depends-on-chunk", "what does not fill a page is counted, but not kept", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const std::size_t lost = size == atomic_size(descriptor) - 1 ? 1 : 0;
          return real(descriptor, bytes, size - lost) + static_cast<ssize_t>(lost);
      });
FAULT("pipe.capacity-depends-on-chunk", "a small write is done in part where the buffer ends", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 && size > 1 && size < atomic_size(descriptor) ? real(descriptor, bytes, 1)
                                                                             : written;
      });

TEST_CASE(
    "pipe.capacity-reusable"
    * says("after a pipe has been filled and drained the same amount can be written again, any number of times")
    * observed_by("twenty rounds of filling and draining it by writes and reads of varying size, some of nothing; "
                  "those with writes of one size take the same each time")
    * on("Darwin", "from the second round on: the buffer grows in the first and never shrinks, by reading "
                   "sys_pipe.c")
    * defined("pipe(7)", "POSIX.1-2024 write()"))
{
    // Twenty rounds, not thousands: with a place lost in each nothing would be left of the sixteen pages.
    constexpr int rounds = 20;
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    const std::size_t atomic = atomic_size(pipe.write_end);
    const std::size_t sizes[] = {atomic, atomic / 4 * 3};
    const std::size_t steps[] = {65536, atomic - 1, 1000};
    std::size_t usual[] = {0, 0};
    for (int round = 0; round < rounds; ++round)
    {
        const auto kind = static_cast<std::size_t>(round % 2);
        const std::string bytes = random_bytes(sizes[kind], static_cast<std::uint64_t>(round));
        const std::size_t taken = fill_within_reason(pipe.write_end, bytes);
        REQUIRE(only_copies_of(bytes, drained_by(pipe, steps[round % 3]), taken));
        CHECK(taken >= usual[kind]); // it may grow at first …
        usual[kind] = round < 4 ? taken : usual[kind];
        REQUIRE(taken == usual[kind]); // … but not for ever
    }
    observe("bytes taken in writes of PIPE_BUF", usual[0]);
    observe("bytes taken in writes of three quarters of it", usual[1]);
}

FAULT("pipe.capacity-reusable", "a place is lost each time the pipe gets full", os::write,
      [lost = std::size_t{0}, taken = std::size_t{0},
       most = std::size_t{0}](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          const bool none_left = most > 0 && taken + lost * size >= most;
          const ssize_t written = none_left ? -1 : real(descriptor, bytes, size);
          if (written == -1)
          {
              most = std::max(most, taken);
              taken = 0;
              ++lost;
              errno = EAGAIN;
              return -1;
          }
          taken += size;
          return written;
      });
FAULT("pipe.capacity-reusable", "a place is lost in the tenth round", os::write,
      [refusals = 0, skipped = false](auto real, int descriptor, const void* bytes,
                                      std::size_t size) mutable -> ssize_t {
          if (refusals >= 10 && size > 0 && !std::exchange(skipped, true))
          {
              return static_cast<ssize_t>(size); // taken, but nowhere
          }
          const ssize_t written = real(descriptor, bytes, size);
          refusals += written == -1 ? 1 : 0;
          return written;
      });
FAULT("pipe.capacity-reusable", "what was in the buffer before shows through", os::read,
      [first = '\0'](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (got > 0)
          {
              std::swap(first, *static_cast<char*>(bytes));
          }
          return got;
      });

TEST_CASE(
    "pipe.linux-full-page-needed"
    * says("a full pipe becomes writable when a whole page of it has been read, not before")
    * observed_by("a page less one byte is read: a write of one byte still fails with EAGAIN, poll sees no room, "
                  "a writer stays asleep; the last byte releases it")
    * on("Linux", "holds for pages that were filled by writes of a page")
    * on("Darwin", "one byte of room is enough for a write of one byte, but poll and select want PIPE_BUF, by "
                   "reading sys_pipe.c")
    * platform("Linux", "pipe(7)", "Linux fs/pipe.c"))
{
    Pipe pipe;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t capacity = channel::fill_until_refused(pipe, page);
    const auto still_full = [&] {
        pollfd waiting{.fd = pipe.write_end, .events = POLLOUT, .revents = 0};
        CHECK(fails_with(EAGAIN, os::write(pipe.write_end, "n", 1)));
        CHECK(os::poll(&waiting, 1, 0) == 0);
    };
    still_full();
    CHECK(read_fully(pipe.read_end, 1) == "f");
    still_full();
    CHECK(read_fully(pipe.read_end, page - 2) == std::string(page - 2, 'f'));
    still_full();

    set_nonblocking(pipe.write_end, false);
    Peer writer = spawn("writer", [&] { CHECK(os::write(pipe.write_end, "w", 1) == 1); });
    REQUIRE(blocked_in(writer, os::write, pipe.write_end));
    const Stamp cause = stamp();
    CHECK(read_fully(pipe.read_end, 1) == "f");
    REQUIRE(finished(writer));
    CHECK(returned_after(cause, writer, os::write));
    CHECK(take_all(pipe.read_end) == std::string(capacity - page, 'f') + "w");
}

FAULT("pipe.linux-full-page-needed", "one byte of room is enough", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 && size == 1 ? 1 : written; // the pipe is filled in larger writes
      });
FAULT("pipe.linux-full-page-needed", "poll sees room where a write would block", os::poll,
      [](auto real, struct pollfd* waiting, nfds_t count, int timeout) -> int {
          real(waiting, count, timeout);
          waiting->revents = POLLOUT;
          return 1;
      });
FAULT("pipe.linux-full-page-needed", "a blocking write uses the room of a page that is being read", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return may_wait(descriptor) ? static_cast<ssize_t>(size) : real(descriptor, bytes, size);
      });
