// What counts as closing an end, and what a close does not take away.
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/threads.hpp"
#include "fixtures/witness/witness.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <array>

using namespace ipc_conform;

TEST_CASE(
    "pipe.eof-data-first"
    * says(
        "what is queued when the last writer closes is still delivered, all of it, and then comes the end of file")
    * observed_by(
        "a pipe is filled to the last byte, the writer closes, and the bytes are compared with what was taken")
    * on("Darwin", "the same, by reading sys_pipe.c")
    * shall("POSIX.1-2024 read()", "POSIX.1-2024 close()", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    const std::string sent = random_bytes(1 << 20, 1); // more than a pipe holds
    std::size_t taken = 0;
    const auto write_chunks = [&](std::size_t size) {
        ssize_t written = 0;
        while ((written = os::write(pipe.write_end, sent.data() + taken, std::min(size, sent.size() - taken))) > 0)
        {
            taken += static_cast<std::size_t>(written);
        }
    };
    write_chunks(4000); // where a system keeps pages, each is left with a gap
    write_chunks(1);    // and the last is filled
    observe("bytes queued", taken);
    pipe.write_end.close();

    const std::string received = read_fully(pipe.read_end, taken);
    CHECK(same_bytes(received, sent.substr(0, taken)));
    char byte = 'k';
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    CHECK(byte == 'k');
}

FAULT("pipe.eof-data-first", "the buffer is dropped when the last writer closes", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          pollfd end{.fd = descriptor, .events = POLLIN, .revents = 0};
          ::poll(&end, 1, 0);
          return (end.revents & POLLHUP) != 0 ? 0 : real(descriptor, bytes, size);
      });
FAULT("pipe.eof-data-first", "the last byte is lost at the close", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          pollfd end{.fd = descriptor, .events = POLLIN, .revents = 0};
          const bool drained = ::poll(&end, 1, 0) == 1 && end.revents == POLLHUP;
          return got > 0 && drained ? got - 1 : got;
      });
FAULT("pipe.eof-data-first", "after the close an error comes instead of the end of file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = EPIPE;
          return got == 0 ? -1 : got;
      });
FAULT("pipe.eof-data-first", "queued bytes lose their order once there is no writer", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          std::reverse(static_cast<char*>(bytes), static_cast<char*>(bytes) + std::max<ssize_t>(got, 0));
          return got;
      });

TEST_CASE("pipe.cloexec-gives-eof"
          * says("a write end with FD_CLOEXEC that exec closes counts as closed: the reader gets the end of file")
          * observed_by(
              "a child with the last write end executes a program that stays; a reader asleep in read is woken")
          * shall("POSIX.1-2024 exec", "POSIX.1-2024 read()", "execve(2)"))
{
    Pipe pipe;
    set_up(os::fcntl(pipe.write_end, F_SETFD, FD_CLOEXEC) == 0);
    const Event heard;
    const Event go;
    const Event arrived;
    const Event leave;
    Peer writer = spawn("writer", [&] {
        CHECK(os::write(pipe.write_end, "x", 1) == 1);
        go.wait();
        execute_afresh(
            [](Event in_new_image, Event until) {
                in_new_image.set();
                until.wait();
            },
            arrived, leave);
    });
    pipe.write_end.close();
    Peer reader = spawn("reader", [&] {
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 1);
        CHECK(byte == 'x');
        heard.set();
        CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    });
    heard.wait();
    REQUIRE(blocked_in(reader, os::read, pipe.read_end));
    const Stamp cause = stamp();
    go.set();
    arrived.wait();
    CHECK(finished(reader));
    CHECK(returned_after(cause, reader, os::read));
    char byte = 0;
    set_nonblocking(pipe.read_end);
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    CHECK(!writer.ended()); // so it was exec that closed
    leave.set();
    CHECK(finished(writer));
}

FAULT("pipe.cloexec-gives-eof", "exec keeps the end open", os::execv,
      [](auto real, const char* path, char* const* arguments) -> int {
          for (const int descriptor : open_descriptors())
          {
              ::fcntl(descriptor, F_SETFD, 0);
          }
          return real(path, arguments);
      });
FAULT("pipe.cloexec-gives-eof", "exec takes the number away, but the end stays open", os::execv,
      [](auto real, const char* path, char* const* arguments) -> int {
          for (const int descriptor : open_descriptors())
          {
              if ((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0)
              {
                  ::dup(descriptor);
              }
          }
          return real(path, arguments);
      });
FAULT("pipe.cloexec-gives-eof", "the reader is told of an error where the file should end", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EPIPE : errno;
          return got == 0 ? -1 : got;
      });

namespace
{

// The ways to a second descriptor of an end.
int by_dup(int end)
{
    return os::dup(end);
}
int by_dup2(int end)
{
    return os::dup2(end, arranged(os::dup(STDIN_FILENO)));
}
int by_fcntl(int end)
{
    return os::fcntl(end, F_DUPFD, 0);
}

bool reader_closed = false; // for a fault

} // namespace

TEST_CASE(
    "pipe.dup-keeps-open"
    * says("closing one of two descriptors of an end does not close the end; closing the second does")
    * observed_by(
        "duplicates of each end by dup, dup2 and F_DUPFD: EAGAIN and then the end of file, a write and then EPIPE")
    * shall("POSIX.1-2024 dup()", "POSIX.1-2024 close()", "dup(2)"))
{
    const SignalIgnored no_signal{SIGPIPE};
    for (int (*second_of)(int) : {by_dup, by_dup2, by_fcntl})
    {
        char byte = 0;
        Pipe writers;
        set_nonblocking(writers.read_end);
        Descriptor second_writer{second_of(writers.write_end)};
        REQUIRE(second_writer >= 0);
        writers.write_end.close();
        CHECK(fails_with(EAGAIN, os::read(writers.read_end, &byte, 1)));
        CHECK(os::write(second_writer, "x", 1) == 1);
        CHECK(os::read(writers.read_end, &byte, 1) == 1);
        second_writer.close();
        CHECK(os::read(writers.read_end, &byte, 1) == 0);

        Pipe readers;
        Descriptor second_reader{second_of(readers.read_end)};
        REQUIRE(second_reader >= 0);
        second_reader.close(); // this time the younger one first
        CHECK(os::write(readers.write_end, "x", 1) == 1);
        CHECK(os::read(readers.read_end, &byte, 1) == 1);
        readers.read_end.close();
        CHECK(fails_with(EPIPE, os::write(readers.write_end, "x", 1)));
    }
}

FAULT("pipe.dup-keeps-open", "the first close of a writer ends the file", os::read,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT(
    "pipe.dup-keeps-open", "the first close of a reader breaks the pipe", os::close,
    [](auto real, int descriptor) -> int {
        reader_closed = reader_closed || (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY;
        return real(descriptor);
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
        errno = EPIPE;
        return reader_closed ? -1 : real(descriptor, bytes, size);
    });
FAULT("pipe.dup-keeps-open", "the close of a duplicate is not counted", os::close,
      [closes = 0](auto real, int descriptor) mutable -> int { return ++closes == 2 ? 0 : real(descriptor); });
FAULT("pipe.dup-keeps-open", "F_DUPFD gives a descriptor of something else", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_DUPFD ? ::open("/dev/null", O_RDWR) : real(descriptor, command, argument);
      });

namespace
{

struct ReadOutcome
{
    ssize_t result = -2; // not yet
    int error = 0;
    char byte = 'k';
};

} // namespace

TEST_CASE("pipe.close-under-blocked-read"
          * says("a thread asleep in read when another thread closes the number keeps the end, or is woken; no "
                 "byte is lost")
          * observed_by("a reader thread is seen asleep, its number is closed, a byte is written: who has it, and "
                        "is the end gone then")
          * on("Linux", "the sleeper keeps the end and gets the byte")
          * defined("POSIX.1-2024 close()", "close(2)"))
{
    Pipe pipe;
    const SignalIgnored no_signal{SIGPIPE};
    const Event close_now;
    const Event closed;
    const Shared<ReadOutcome> sleeper;
    const int number = pipe.read_end.release();
    Peer process = spawn("process", [&] {
        Thread sleeping{[&] {
            sleeper->result = os::read(number, &sleeper->byte, 1);
            sleeper->error = errno;
        }};
        close_now.wait();
        CHECK(os::close(number) == 0);
        CHECK(fails_with(EBADF, os::fcntl(number, F_GETFD)));
        closed.set();
        sleeping.join();
        CHECK(fails_with(EPIPE, os::write(pipe.write_end, "y", 1))); // the last reader has gone with the sleeper
    });
    set_up(os::close(number) == 0);
    REQUIRE(blocked_in(process, os::read, number));
    close_now.set();
    closed.wait();

    const ssize_t written = os::write(pipe.write_end, "x", 1);
    CHECK((written == 1 || fails_with(EPIPE, written)));
    REQUIRE(finished(process));
    CHECK(sleeper->byte == (written == 1 ? 'x' : 'k'));
    CHECK((written == 1 ? sleeper->result == 1 : sleeper->result <= 0));
    observe("the sleeper", written == 1           ? "keeps the end and gets the byte"
                           : sleeper->result == 0 ? "is woken with the end of file"
                                                  : "is woken with " + name_of_error(sleeper->error));
}

FAULT("pipe.close-under-blocked-read", "the sleeper's byte is lost", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char lost = 0;
          const ssize_t got = real(descriptor, &lost, size);
          static_cast<void>(bytes);
          errno = EBADF;
          return got == 1 ? -1 : got;
      });
FAULT("pipe.close-under-blocked-read", "the sleeper's end stays open for good", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::dup(descriptor);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.close-under-blocked-read", "the number cannot be closed while a thread sleeps in it", os::close,
      [parent = ::getpid()](auto real, int descriptor) -> int {
          errno = EBUSY;
          return ::getpid() == parent ? real(descriptor) : -1;
      });
FAULT("pipe.close-under-blocked-read", "the sleeper wakes up in what has been freed", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return ::fcntl(descriptor, F_GETFD) == -1 ? ::raise(SIGSEGV) : got;
      });
