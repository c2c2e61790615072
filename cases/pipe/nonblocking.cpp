// Using a pipe without waiting in it: O_NONBLOCK, and the signal that tells when to look.
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"

using namespace ipc_conform;

TEST_CASE(
    "pipe.nonblock-small-eagain"
    * says("with O_NONBLOCK a write of up to PIPE_BUF bytes that do not all fit transfers none and fails with "
           "EAGAIN")
    * observed_by(
        "records of 3/4 PIPE_BUF until EAGAIN; the room left is filled, and no part of the refused one is read")
    * on("Linux", "a record of 3072 bytes is refused with room for 1024")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.read_end);
    set_nonblocking(pipe.write_end);
    const std::string record(atomic_size(pipe.write_end) / 4 * 3, 'r'); // fills nothing exactly
    std::size_t taken = 0;
    ssize_t written = 0;
    while ((written = os::write(pipe.write_end, record.data(), record.size()))
           == static_cast<ssize_t>(record.size()))
    {
        taken += record.size();
    }
    CHECK(fails_with(EAGAIN, written));

    const std::size_t room = fill(pipe.write_end, 1);
    observe("bytes asked for", record.size());
    observe("bytes that there was room for", room);
    CHECK(room < record.size());
    CHECK((read_fully(pipe.read_end, taken + room + 1) == std::string(taken, 'r') + std::string(room, 'f')));
}

FAULT("pipe.nonblock-small-eagain", "a small write is done in part", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 && size > 1 ? real(descriptor, bytes, 1) : written;
      });
FAULT("pipe.nonblock-small-eagain", "the refused write leaves its first byte behind", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          if (written == -1 && size > 1)
          {
              real(descriptor, bytes, 1);
              errno = EAGAIN;
          }
          return written;
      });
FAULT("pipe.nonblock-small-eagain", "the wrong errno", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          errno = written == -1 && size > 1 ? ENOSPC : errno;
          return written;
      });

TEST_CASE(
    "pipe.sigio" * says("with O_ASYNC and F_SETOWN on the read end its owner gets SIGIO whenever data arrives")
    * observed_by(
        "a handler's count: one more after each of three writes, none after a read, none once O_ASYNC is cleared")
    * on("Darwin", "O_ASYNC on a pipe exists there too, by reading sys_pipe.c; the case does not apply")
    * platform("Linux", "pipe(7)", "fcntl(2)"))
{
    Pipe pipe;
    const SignalCounted counted{SIGIO};
    set_up(os::fcntl(pipe.read_end, F_SETOWN, os::getpid()) == 0);
    REQUIRE(permitted(os::fcntl(pipe.read_end, F_SETFL, O_ASYNC)) == 0);
    char byte = 0;
    for (int arrivals = 1; arrivals <= 3; ++arrivals)
    {
        set_up(os::write(pipe.write_end, "x", 1) == 1);
        CHECK(counted.deliveries() == arrivals); // sent by the write, so delivered before it returned
        set_up(os::read(pipe.read_end, &byte, 1) == 1);
        CHECK(counted.deliveries() == arrivals);
    }
    REQUIRE(os::fcntl(pipe.read_end, F_SETFL, 0) == 0);
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(counted.deliveries() == 3);
}

FAULT("pipe.sigio", "SIGIO is not raised", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFL ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.sigio", "O_ASYNC cannot be cleared", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFL && argument == 0 ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.sigio", "room is announced like data", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          ::raise(SIGIO);
          return got;
      });
