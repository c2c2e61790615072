// Reads and writes of no bytes: they wait for nobody, wake nobody and change nothing.
#include "cases/pipe/refusal_bodies.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"
#include "fixtures/wrong_answers.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE(
    "pipe.read-zero"
    * says("a read of zero bytes returns 0 and takes nothing, or detects an error; it never waits")
    * observed_by("reads of 0 from an empty pipe, blocking and not, with bytes queued, and at the end of file")
    * on("Linux", "0 each time") * on("Darwin", "0, by reading sys_pipe.c")
    * may("POSIX.1-2024 read()", "read(2)"))
{
    Pipe pipe;
    char byte = 'k';
    Peer reader =
        spawn("reader", [&] { CHECK(os::read(pipe.read_end, &byte, 0) == 0); }); // a process: it may hang
    CHECK(finished(reader));

    write_fully(pipe.write_end, "abc");
    CHECK(os::read(pipe.read_end, &byte, 0) == 0);
    channel::still_holds(pipe, "abc");

    const ssize_t nonblocking = os::read(pipe.read_end, &byte, 0); // empty again: the only error to detect
    CHECK((nonblocking == 0 || fails_with(EAGAIN, nonblocking)));
    observe("non-blocking, on an empty pipe", nonblocking == 0 ? "0" : "EAGAIN");
    CHECK(byte == 'k');

    write_fully(pipe.write_end, "d");
    pipe.write_end.close();
    CHECK(os::read(pipe.read_end, &byte, 0) == 0);
    CHECK(os::read(pipe.read_end, &byte, 1) == 1); // that was not the end of file
    CHECK(os::read(pipe.read_end, &byte, 0) == 0);
}

FAULT("pipe.read-zero", "a read of zero bytes takes one", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char taken = 0;
          pollfd queued{.fd = descriptor, .events = POLLIN, .revents = 0};
          if (size == 0 && ::poll(&queued, 1, 0) == 1)
          {
              real(descriptor, &taken, 1);
          }
          return real(descriptor, bytes, size);
      });
FAULT("pipe.read-zero", "a read of zero bytes drains the pipe", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char drained[16];
          pollfd queued{.fd = descriptor, .events = POLLIN, .revents = 0};
          if (size == 0 && ::poll(&queued, 1, 0) == 1)
          {
              real(descriptor, drained, sizeof drained);
          }
          return size == 0 ? 0 : real(descriptor, bytes, size);
      });
FAULT("pipe.read-zero", "no bytes are asked for, so the arguments are invalid", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EINVAL;
          return size == 0 ? -1 : real(descriptor, bytes, size);
      });
FAULT("pipe.read-zero", "a read of zero bytes waits for data", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          pollfd queued{.fd = descriptor, .events = POLLIN, .revents = 0};
          ::poll(&queued, 1, -1);
          return real(descriptor, bytes, size);
      });

TEST_CASE("pipe.write-zero"
          * says("a write of zero bytes with a reader transfers nothing and does not make the read end readable")
          * observed_by(
              "writes of 0 to an empty pipe, under a reader asleep in read, behind queued bytes, to a full pipe")
          * on("Linux", "0") * on("Darwin", "0, by reading sys_pipe.c")
          * defined("POSIX.1-2024 write()", "write(2)"))
{
    Pipe pipe;
    const auto ready = [&] {
        pollfd end{.fd = pipe.read_end, .events = POLLIN, .revents = 0};
        return os::poll(&end, 1, 0);
    };
    const std::array<iovec, 2> empty{};
    CHECK(os::write(pipe.write_end, "", 0) == 0);
    CHECK(ready() == 0);
    CHECK(os::writev(pipe.write_end, empty.data(), 2) == 0);
    CHECK(ready() == 0);
    Peer reader = spawn("reader", [&] {
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 1);
        CHECK(byte == 'x');
    });
    REQUIRE(blocked_in(reader, os::read, pipe.read_end));
    CHECK(os::write(pipe.write_end, "", 0) == 0);
    CHECK(blocked_in(reader, os::read, pipe.read_end)); // it has not been told of an end of file
    CHECK(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(finished(reader));

    write_fully(pipe.write_end, "abc");
    CHECK(os::write(pipe.write_end, "", 0) == 0);
    channel::still_holds(pipe, "abc");

    set_nonblocking(pipe.write_end);
    fill(pipe.write_end, atomic_size(pipe.write_end));
    set_nonblocking(pipe.write_end, false);
    Peer writer =
        spawn("writer", [&] { CHECK(os::write(pipe.write_end, "", 0) == 0); }); // there is room for nothing
    CHECK(finished(writer));
}

FAULT("pipe.write-zero", "a write of zero bytes is seen as the end of file", os::read,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.write-zero", "an empty message is queued, as of a byte", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size == 0 ? 1 : size);
          return size == 0 && written == 1 ? 0 : written;
      });
FAULT("pipe.write-zero", "segments without bytes are queued each as one", os::writev,
      [](auto /*real*/, int descriptor, const iovec*, int count) -> ssize_t {
          return ::write(descriptor, "xx", static_cast<std::size_t>(count)) == count ? 0 : -1;
      });
FAULT("pipe.write-zero", "a write of zero bytes waits for room", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
          size == 0 ? ::poll(&room, 1, -1) : 0;
          return real(descriptor, bytes, size);
      });
FAULT("pipe.write-zero", "poll reports the read end as readable after it", os::poll,
      [](auto real, pollfd* ends, nfds_t count, int timeout) -> int {
          real(ends, count, timeout);
          ends->revents = POLLIN;
          return 1;
      });

// Two things that a kernel may look at first: who reads, or how much there is to write.
TEST_CASE(
    "pipe.write-zero-broken"
    * says(
        "a write of zero bytes with no reader returns 0 without a signal, or fails with EPIPE and raises SIGPIPE")
    * observed_by("the result, and the deliveries of SIGPIPE counted, twice") * on("Linux", "0, no signal")
    * on("Darwin", "EPIPE and SIGPIPE, by reading sys_pipe.c; not run there")
    * defined("POSIX.1-2024 write()", "write(2)"))
{
    Pipe pipe;
    pipe.read_end.close();
    const SignalCounted counted{SIGPIPE};
    const ssize_t first = os::write(pipe.write_end, "", 0);
    CHECK((first == 0 || fails_with(EPIPE, first)));
    CHECK(counted.deliveries() == (first == 0 ? 0 : 1));
    CHECK(os::write(pipe.write_end, "", 0) == first);
    CHECK(counted.deliveries() == (first == 0 ? 0 : 2));
    observe("variant", first == 0 ? "returns 0" : "fails with EPIPE");

    const int before = counted.deliveries();
    CHECK(fails_with(EPIPE, os::write(pipe.write_end, "x", 1))); // and the pipe is broken as before
    CHECK(counted.deliveries() == before + 1);
}

FAULT("pipe.write-zero-broken", "it returns 0, but the signal comes", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          size == 0 ? ::raise(SIGPIPE) : 0;
          return real(descriptor, bytes, size);
      });
FAULT("pipe.write-zero-broken", "it fails with EPIPE, but no signal comes", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EPIPE;
          return size == 0 ? -1 : real(descriptor, bytes, size);
      });
FAULT("pipe.write-zero-broken", "it fails as on a full pipe", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EAGAIN;
          return size == 0 ? -1 : real(descriptor, bytes, size);
      });
FAULT("pipe.write-zero-broken", "it mends the pipe: what follows goes into the void", os::write,
      wrong_answer::hiding<EPIPE, 1>);
