// What the users of a pipe have in common by it and beside it, and what they have not.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/threads.hpp"
#include "fixtures/user_mode.hpp"
#include "fixtures/witness/witness.hpp"

#include <map>
#include <optional>

using namespace ipc_conform;

namespace
{

bool nonblocking(int descriptor)
{
    const int flags = os::fcntl(descriptor, F_GETFL);
    return flags != -1 && (flags & O_NONBLOCK) != 0;
}

} // namespace

TEST_CASE(
    "pipe.dup-shares-description"
    * says("a dup of an end shares its status flags: O_NONBLOCK set or cleared through one holds for the other")
    * observed_by("F_GETFL of the other descriptor, a read that fails with EAGAIN, and, once cleared, a reader "
                  "seen asleep in read")
    * shall("POSIX.1-2024 dup()", "POSIX.1-2024 fcntl()", "dup(2)"))
{
    Pipe pipe;
    const Descriptor duplicate{os::dup(pipe.read_end)};
    REQUIRE(duplicate >= 0);
    char byte = 0;
    set_nonblocking(duplicate);
    REQUIRE(nonblocking(pipe.read_end));
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1)));

    set_nonblocking(pipe.read_end, false);
    REQUIRE(!nonblocking(duplicate));
    Peer reader = spawn("reader", [&] { CHECK(os::read(duplicate, &byte, 1) == 1); });
    REQUIRE(blocked_in(reader, os::read, duplicate));
    CHECK(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(finished(reader));
}

FAULT("pipe.dup-shares-description", "status flags belong to the descriptor", os::fcntl,
      [flags_of = std::map<int, long>{}](auto real, int descriptor, int command, long argument) mutable -> int {
          if (command == F_SETFL)
          {
              flags_of[descriptor] = argument;
              return 0;
          }
          const auto known = flags_of.find(descriptor);
          return command == F_GETFL && known != flags_of.end() ? static_cast<int>(known->second)
                                                               : real(descriptor, command, argument);
      });
FAULT("pipe.dup-shares-description", "O_NONBLOCK is cleared for the descriptor only", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFL && (argument & O_NONBLOCK) == 0 ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.dup-shares-description", "the shared flag is reported but not obeyed", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EAGAIN ? 0 : got;
      });

TEST_CASE("pipe.processes-do-affect-each-other"
          * says("a process affects another through what they share: an end's flags, the end of file, a signal")
          * observed_by("a child's O_NONBLOCK makes the parent's read fail with EAGAIN, its signal is counted, "
                        "its end gives end of file")
          * shall("POSIX.1-2024 fork()", "POSIX.1-2024 kill()", "POSIX.1-2024 read()"))
{
    Pipe pipe;
    const SignalCounted counted{SIGUSR1};
    const pid_t parent = os::getpid();
    const Event changed;
    const Event leave;
    Peer child = spawn("child", [&] {
        set_nonblocking(pipe.read_end);
        CHECK(os::kill(parent, SIGUSR1) == 0);
        changed.set();
        leave.wait();
    });
    pipe.write_end.close();
    changed.wait();

    char byte = 0;
    REQUIRE(nonblocking(pipe.read_end));
    CHECK(
        fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // the child can still write, so it is not the end
    CHECK(counted.deliveries() == 1);
    leave.set();
    REQUIRE(finished(child));
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
}

FAULT("pipe.processes-do-affect-each-other", "status flags are copied by fork", os::fcntl,
      [parent = ::getpid()](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFL && ::getpid() != parent ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.processes-do-affect-each-other", "signals do not leave their process", os::kill,
      [](auto /*real*/, pid_t, int) -> int { return 0; });
FAULT("pipe.processes-do-affect-each-other", "a reader is not told that the last writer has gone", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EAGAIN : errno;
          return got == 0 ? -1 : got;
      });

namespace
{

// Volatile: whether another process changes it is the question, not the compiler's to answer.
volatile int ordinary = 1;

} // namespace

TEST_CASE("pipe.isolation-private-memory"
          * says("what a process stores in memory after fork the other does not see; sent through a pipe, it does")
          * observed_by("a child stores to a variable and sends the value: the parent receives it, its own "
                        "variable keeps the old one")
          * shall("POSIX.1-2024 fork()", "fork(2)"))
{
    Pipe pipe;
    Peer child = spawn("child", [&] {
        ordinary = 2;
        const int value = ordinary;
        CHECK(os::write(pipe.write_end, &value, sizeof value) == sizeof value);
    });
    int received = 0;
    CHECK(os::read(pipe.read_end, &received, sizeof received) == sizeof received);
    CHECK(received == 2);
    CHECK(ordinary == 1);
    CHECK(finished(child));
    CHECK(ordinary == 1);
}

FAULT("pipe.isolation-private-memory", "memory stays shared after fork", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          ordinary = *static_cast<const int*>(bytes);
          return got;
      });
FAULT("pipe.isolation-private-memory", "the pipe gives what the reader's own memory holds", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          *static_cast<int*>(bytes) = ordinary;
          return got;
      });

TEST_CASE(
    "pipe.threads-share-everything"
    * says("a thread's stores, and the descriptors it opens and closes, are those of the other threads as well")
    * observed_by("one thread stores and makes a pipe, another reads from it and closes an end: the first sees "
                  "the value and EBADF")
    * shall("POSIX.1-2024 XSH 2.9 Threads", "POSIX.1-2024 pthread_create()", "pthreads(7)"))
{
    std::optional<Pipe> pipe;
    volatile int stored = 1;
    Thread maker{[&] {
        pipe.emplace();
        stored = 2;
    }};
    maker.join();
    CHECK(stored == 2);
    REQUIRE(os::write(pipe->write_end, "x", 1) == 1);

    char byte = 0;
    Thread reader{[&] {
        CHECK(os::read(pipe->read_end, &byte, 1) == 1);
        CHECK(os::close(pipe->write_end) == 0);
    }};
    reader.join();
    CHECK(byte == 'x');
    CHECK(fails_with(EBADF, os::write(pipe->write_end.release(), "y", 1)));
}

namespace
{

pthread_t maker_of_pipe;

constexpr auto remember_maker = [](auto real, int* ends) -> int {
    maker_of_pipe = ::pthread_self();
    return real(ends);
};

} // namespace

FAULT("pipe.threads-share-everything", "each thread has a table of descriptors of its own", os::pipe,
      remember_maker, os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::pthread_equal(::pthread_self(), maker_of_pipe) != 0 ? real(descriptor, bytes, size) : -1;
      });
FAULT("pipe.threads-share-everything", "a descriptor closed by one thread stays open for the others", os::close,
      [](auto /*real*/, int) -> int { return 0; });

TEST_CASE(
    "pipe.transfer-needs-syscall"
    * says("data enters and leaves a pipe by system calls only; memory in common needs none")
    * observed_by(
        "under a seccomp filter a peer's store is seen, its write or read kills it by SIGSYS and moves no byte")
    * defined("pipe(7)", "seccomp(2)"))
{
    require_renounceable_system_calls();
    Pipe pipe;
    Pipe filled;
    write_fully(filled.write_end, "x");
    const Shared<volatile int> in_common{1};
    Peer storing = spawn("storing", [&] {
        renounce_system_calls();
        *in_common = 2;
    });
    CHECK(finished(storing));
    CHECK(*in_common == 2);

    Peer writing = spawn("writing", [&] {
        renounce_system_calls();
        os::write(pipe.write_end, "x", 1);
    });
    CHECK(killed_by(writing, SIGSYS));
    Peer reading = spawn("reading", [&] {
        renounce_system_calls();
        char byte = 0;
        os::read(filled.read_end, &byte, 1);
    });
    CHECK(killed_by(reading, SIGSYS));
    set_nonblocking(pipe.read_end);
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1)));
    CHECK(os::read(filled.read_end, &byte, 1) == 1);
}

FAULT("pipe.transfer-needs-syscall", "a write is done without the kernel", os::write,
      [calls = 0](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          return calls++ == 0 ? real(descriptor, bytes, size) : static_cast<ssize_t>(size); // the first one fills
      });
FAULT("pipe.transfer-needs-syscall", "a read is done without the kernel", os::read,
      [](auto /*real*/, int, void*, std::size_t size) { return static_cast<ssize_t>(size); });
