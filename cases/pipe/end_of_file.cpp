// Who must be gone before a reader sees the end, and before a writer sees that nobody reads.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE("pipe.eof-last-writer"
          * says("once every write descriptor is closed and the pipe is drained, read returns 0, again and again")
          * observed_by("three bytes are written and the only write end closed: the reads return 3, 0 and 0")
          * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "abc");
    pipe.write_end.close();

    char bytes[8] = {};
    CHECK(os::read(pipe.read_end, bytes, sizeof bytes) == 3);
    CHECK(std::string_view{bytes} == "abc");
    CHECK(os::read(pipe.read_end, bytes, sizeof bytes) == 0);
    CHECK(os::read(pipe.read_end, bytes, sizeof bytes) == 0);
}

FAULT("pipe.eof-last-writer", "the end of file comes before the buffered data", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });
FAULT("pipe.eof-last-writer", "a second read at the end fails", os::read,
      [ends = 0](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          ends += got == 0 ? 1 : 0;
          errno = EAGAIN;
          return ends > 1 ? -1 : got;
      });

TEST_CASE(
    "pipe.eof-needs-all-writers"
    * says("while any process holds a write descriptor, the reader included, an empty pipe has no end of file")
    * observed_by("non-blocking reads: EAGAIN while a duplicate or another process's copy is open, 0 once that "
                  "process has ended")
    * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.read_end);
    const Event leave;
    Peer holder = spawn("holder", [&] { leave.wait(); });
    Descriptor duplicate{arranged(os::dup(pipe.write_end))};

    char byte = 0;
    pipe.write_end.close();
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // this process's duplicate and the holder
    duplicate.close();
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // the holder
    leave.set();
    REQUIRE(finished(holder));
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
}

FAULT("pipe.eof-needs-all-writers", "the first close ends the file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EAGAIN ? 0 : got;
      });
FAULT("pipe.eof-needs-all-writers", "a writer that exited still counts", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EAGAIN : errno;
          return got == 0 ? -1 : got;
      });

TEST_CASE(
    "pipe.eof-on-writer-death"
    * says("a writer killed by SIGKILL counts as closed: a reader blocked in read is woken by the end of file")
    * observed_by("a reader is seen asleep in read; the only writer is killed, and the read returns 0 after it")
    * shall("POSIX.1-2024 _exit()", "POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    const Event heard;
    const Event never;
    Peer writer = spawn("writer", [&] {
        CHECK(os::write(pipe.write_end, "last words", 10) == 10);
        never.wait();
    });
    pipe.write_end.close(); // the writer holds the only one
    Peer reader = spawn("reader", [&] {
        CHECK(read_fully(pipe.read_end, 10) == "last words");
        heard.set();
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    });

    heard.wait();
    REQUIRE(blocked_in(reader, os::read, pipe.read_end));
    const Stamp cause = stamp();
    set_up(os::kill(writer.pid(), SIGKILL) == 0);
    REQUIRE(killed_by(writer, SIGKILL));
    CHECK(finished(reader));
    CHECK(returned_after(cause, reader, os::read));
}

FAULT("pipe.eof-on-writer-death", "a descriptor is not closed for good", os::close,
      [](auto /*real*/, int) -> int { return 0; });
FAULT("pipe.eof-on-writer-death", "the reader is told that its writer died", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EPIPE : errno;
          return got == 0 ? -1 : got;
      });
FAULT("pipe.eof-on-writer-death", "the reader is woken with a byte that nobody wrote", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == 0 ? static_cast<ssize_t>(size) : got;
      });

namespace
{

constexpr auto write_into_the_void = [](auto real, int descriptor, const void* bytes,
                                        std::size_t size) -> ssize_t {
    const SignalIgnored quiet{SIGPIPE};
    const ssize_t written = real(descriptor, bytes, size);
    return written == -1 && errno == EPIPE ? static_cast<ssize_t>(size) : written;
};

} // namespace

TEST_CASE("pipe.epipe-no-reader"
          * says("a write with no reader fails with EPIPE when SIGPIPE is ignored, handled or blocked")
          * observed_by("three peers, one for each disposition: the write's error, one delivery where handled, "
                        "pending where blocked")
          * on("Darwin", "the same, by reading sys_pipe.c and sys_generic.c")
          * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    pipe.read_end.close();
    Peer ignoring = spawn("ignoring", [&] {
        const SignalIgnored ignored{SIGPIPE};
        CHECK(fails_with(EPIPE, os::write(pipe.write_end, "x", 1)));
    });
    CHECK(finished(ignoring));
    Peer handling = spawn("handling", [&] {
        const SignalCounted counted{SIGPIPE};
        CHECK(fails_with(EPIPE, os::write(pipe.write_end, "x", 1)));
        CHECK(counted.deliveries() == 1);
    });
    CHECK(finished(handling));
    Peer blocking = spawn("blocking", [&] {
        const SignalBlocked blocked{SIGPIPE};
        CHECK(fails_with(EPIPE, os::write(pipe.write_end, "x", 1)));
        CHECK(blocked.pending());
    });
    CHECK(finished(blocking));
}

FAULT("pipe.epipe-no-reader", "the write succeeds into the void", os::write, write_into_the_void);
FAULT("pipe.epipe-no-reader", "SIGPIPE is sent twice", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          const int error = errno;
          ::raise(SIGPIPE);
          errno = error;
          return written;
      });
FAULT("pipe.epipe-no-reader", "no signal comes with EPIPE", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalIgnored quiet{SIGPIPE};
          return real(descriptor, bytes, size);
      });

TEST_CASE("pipe.sigpipe-default-kills"
          * says("with SIGPIPE at its default a write with no reader terminates the writer")
          * observed_by("the writer's wait status: terminated by SIGPIPE")
          * on("Darwin", "the same, by reading sys_generic.c")
          * shall("POSIX.1-2024 write()", "POSIX.1-2024 <signal.h>", "pipe(7)"))
{
    Pipe pipe;
    pipe.read_end.close();
    Peer writer = spawn("writer", [&] {
        const ssize_t written = os::write(pipe.write_end, "x", 1);
        observe("write returned", written);
    });
    CHECK(killed_by(writer, SIGPIPE));
}

FAULT("pipe.sigpipe-default-kills", "no signal is raised", os::write, write_into_the_void);
FAULT("pipe.sigpipe-default-kills", "the wrong signal is raised", os::write,
      [](auto /*real*/, int, const void*, std::size_t) -> ssize_t { return ::raise(SIGTERM); });
