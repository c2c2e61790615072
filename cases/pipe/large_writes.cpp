// Non-blocking writes of more than PIPE_BUF bytes: what there is room for.
#include "cases/pipe/full_channel.hpp"
#include "cases/pipe/transfer_faults.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

namespace
{

Finding room_to_write(int write_end)
{
    pollfd waiting{.fd = write_end, .events = POLLOUT, .revents = 0};
    const int ready = os::poll(&waiting, 1, 0);
    return ready == 1 && (waiting.revents & POLLOUT) != 0 ? Finding::yes("there is room")
                                                          : Finding::no("the system sees no room");
}

// For faults: whether a write is one of those that this file is about.
bool large(int descriptor, std::size_t size)
{
    return size > atomic_size(descriptor) && !may_wait(descriptor);
}

} // namespace

TEST_CASE(
    "pipe.nonblock-large-partial"
    * says("with O_NONBLOCK a write of more than PIPE_BUF bytes transfers at least one byte when it can, and "
           "returns the count")
    * observed_by("of a full pipe PIPE_BUF bytes and more are read until poll sees room; writes just above "
                  "PIPE_BUF and beyond the capacity, then all is read back")
    * on("Linux", "4096 of 4097 bytes after one page has been read")
    * on("Darwin", "the same rule, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    for (const bool beyond_capacity : {false, true})
    {
        Pipe pipe;
        const std::size_t atomic = atomic_size(pipe.write_end);
        const std::size_t capacity = channel::fill_completely(pipe);
        set_nonblocking(pipe.write_end);
        std::size_t freed = 0;
        while (freed < capacity && (freed == 0 || !room_to_write(pipe.write_end)))
        {
            freed += read_fully(pipe.read_end, atomic).size(); // the system may give back whole pages only
        }
        const std::string bytes = random_bytes(beyond_capacity ? 2 * capacity : atomic + 1, 3);
        const ssize_t written = os::write(pipe.write_end, bytes.data(), bytes.size());
        observe(beyond_capacity ? "written of twice the capacity" : "written of PIPE_BUF + 1", written);
        REQUIRE(written > 0);
        CHECK(written <= static_cast<ssize_t>(bytes.size()));

        const std::string all = take_all(pipe.read_end);
        REQUIRE(all.size() == capacity - freed + static_cast<std::size_t>(written));
        CHECK(same_bytes(all.substr(capacity - freed), bytes.substr(0, static_cast<std::size_t>(written))));
    }
}

FAULT("pipe.nonblock-large-partial", "a large write that does not fit as a whole is refused", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (large(descriptor, size))
          {
              errno = EAGAIN;
              return -1;
          }
          return real(descriptor, bytes, size);
      });
FAULT("pipe.nonblock-large-partial", "the whole write is reported as done", os::write, part_reported_as_all);
FAULT("pipe.nonblock-large-partial", "the count is one byte too great", os::write, part_miscounted<1>);
FAULT("pipe.nonblock-large-partial", "the end of the data is transferred instead of its beginning", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const std::size_t skipped = large(descriptor, size) ? 1 : 0;
          return real(descriptor, static_cast<const char*>(bytes) + skipped, size - skipped);
      });

TEST_CASE(
    "pipe.nonblock-large-eagain-when-full"
    * says("with O_NONBLOCK a write of more than PIPE_BUF bytes to a pipe that can take nothing fails with EAGAIN")
    * observed_by("writes just above PIPE_BUF and beyond the capacity, plain and vectored, to a pipe that takes "
                  "not even one byte; it holds what it held")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    const std::size_t capacity = channel::fill_completely(pipe);
    set_nonblocking(pipe.write_end);
    for (const std::size_t size : {atomic_size(pipe.write_end) + 1, 2 * capacity})
    {
        std::string bytes(size, 'l');
        CHECK(fails_with(EAGAIN, os::write(pipe.write_end, bytes.data(), size)));
        const auto parts = channel::in_parts(bytes);
        CHECK(fails_with(EAGAIN, os::writev(pipe.write_end, parts.data(), static_cast<int>(parts.size()))));
        CHECK(bytes_queued(pipe.read_end) == capacity);
    }
    CHECK(same_bytes(take_all(pipe.read_end), std::string(capacity, 'f')));
}

FAULT("pipe.nonblock-large-eagain-when-full", "a write to a full pipe returns 0", os::write,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.nonblock-large-eagain-when-full", "a large write to a full pipe is dropped and reported as done",
      os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return large(descriptor, size) ? failure_becomes_success<EAGAIN>(real, descriptor, bytes, size)
                                         : real(descriptor, bytes, size);
      });
FAULT("pipe.nonblock-large-eagain-when-full", "a full pipe is reported as an exhausted device", os::write,
      wrong_answer::misreporting<EAGAIN, ENOSPC>);
FAULT("pipe.nonblock-large-eagain-when-full", "a vectored write fails with the wrong errno", os::writev,
      wrong_answer::misreporting<EAGAIN, ENOSPC>);
FAULT("pipe.nonblock-large-eagain-when-full", "a large write makes room for itself by dropping what is oldest",
      os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (!large(descriptor, size))
          {
              return real(descriptor, bytes, size);
          }
          std::string oldest(atomic_size(descriptor), '\0');
          const int read_end = descriptor - 1; // pipe() gave two neighbours
          static_cast<void>(::read(read_end, oldest.data(), oldest.size()));
          errno = EAGAIN;
          return -1;
      });

TEST_CASE(
    "pipe.nonblock-large-drained-takes-pipebuf"
    * says("into a pipe that has been emptied an O_NONBLOCK write of more than PIPE_BUF bytes transfers at least "
           "PIPE_BUF bytes")
    * observed_by("a pipe is filled and read until it is empty; writes just above PIPE_BUF and beyond the "
                  "capacity return the count that is then read back")
    * on("Linux", "all it has room for: 4097 of 4097, 65536 of 131072")
    * on("Darwin", "the same rule, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    const std::size_t capacity = channel::fill_completely(pipe);
    CHECK(take_all(pipe.read_end).size() == capacity);
    set_nonblocking(pipe.write_end);
    const std::size_t atomic = atomic_size(pipe.write_end);
    for (const std::size_t size : {atomic + 1, 2 * capacity})
    {
        const std::string bytes = random_bytes(size, size);
        const ssize_t written = os::write(pipe.write_end, bytes.data(), size);
        observe(size > capacity ? "written of twice the capacity" : "written of PIPE_BUF + 1", written);
        REQUIRE(written >= static_cast<ssize_t>(atomic));
        CHECK(written <= static_cast<ssize_t>(size));
        CHECK(same_bytes(take_all(pipe.read_end), bytes.substr(0, static_cast<std::size_t>(written))));
    }
}

FAULT("pipe.nonblock-large-drained-takes-pipebuf", "the write trickles: less than PIPE_BUF at a time", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, large(descriptor, size) ? atomic_size(descriptor) - 1 : size);
      });
FAULT("pipe.nonblock-large-drained-takes-pipebuf", "a write beyond the capacity is refused for ever", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (large(descriptor, size) && size > 2 * atomic_size(descriptor))
          {
              errno = EAGAIN;
              return -1;
          }
          return real(descriptor, bytes, size);
      });
FAULT("pipe.nonblock-large-drained-takes-pipebuf", "a drained pipe still counts as full", os::write,
      [full = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t written = full && large(descriptor, size) ? -1 : real(descriptor, bytes, size);
          full = full || written == -1;
          errno = written == -1 ? EAGAIN : errno;
          return written;
      });
FAULT("pipe.nonblock-large-drained-takes-pipebuf", "the whole write is reported as done", os::write,
      part_reported_as_all);
