// Readiness told by signals (O_ASYNC): who can have them, who gets them, and what they say.
#include "fixtures/signals.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/readiness_signal.hpp"

#include <array>
#include <climits>

using namespace ipc_conform;

namespace
{

bool announces(int descriptor)
{
    const int flags = arranged(os::fcntl(descriptor, F_GETFL));
    return (flags & O_ASYNC) != 0;
}

// Whether the arrival of a byte is announced to this process, which blocks SIGIO.
bool tells_of_byte(const Channel& channel)
{
    set_up(os::write(channel.write_end, "x", 1) == 1);
    return take_pending(SIGIO).number == SIGIO;
}

// A process number that belongs to nobody: that of a child that has been waited for.
pid_t number_of_nobody()
{
    Peer child = spawn("child", [] {});
    set_up(static_cast<bool>(finished(child)));
    return child.pid();
}

} // namespace

TEST_CASE(
    "readiness.async-flag"
    * says("O_ASYNC takes effect by F_SETFL only, is shared by duplicates, and is ignored for files that do not "
           "support it")
    * observed_by("the flag and a pending SIGIO, on a pipe and its duplicate, on a regular file, and on a FIFO "
                  "that was opened with O_ASYNC; pipe2 refuses it")
    * on("Linux", "holds; open with O_ASYNC leaves the flag set in F_GETFL, but nothing is announced")
    * platform("Linux", "fcntl(2)", "open(2)", "gVisor fcntl"))
{
    const SignalBlocked blocked{SIGIO};
    Pipe pipe;
    const Descriptor duplicate{arranged(os::dup(pipe.read_end))};
    set_up(os::fcntl(pipe.read_end, F_SETOWN, os::getpid()) == 0);
    CHECK(!announces(pipe.read_end));
    CHECK(!tells_of_byte(pipe));
    REQUIRE(os::fcntl(duplicate, F_SETFL, O_ASYNC) == 0);
    CHECK(announces(pipe.read_end));
    CHECK(announces(duplicate));
    CHECK(!announces(pipe.write_end));
    CHECK(tells_of_byte(pipe));
    REQUIRE(os::fcntl(pipe.read_end, F_SETFL, 0) == 0);
    CHECK(!announces(duplicate));
    CHECK(!tells_of_byte(pipe));

    const TemporaryFile file;
    CHECK(os::fcntl(file.descriptor(), F_SETFL, O_ASYNC) == 0);
    CHECK(!announces(file.descriptor()));

    std::array<int, 2> ends{-1, -1};
    CHECK(fails_with(EINVAL, os::pipe2(ends.data(), O_ASYNC)));
    const Fifo fifo;
    Channel opened;
    opened.read_end = Descriptor{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_ASYNC))};
    opened.write_end = Descriptor{arranged(os::open(fifo.c_str(), O_WRONLY))};
    set_up(os::fcntl(opened.read_end, F_SETOWN, os::getpid()) == 0);
    observe("flag after open with O_ASYNC", announces(opened.read_end));
    CHECK(!tells_of_byte(opened));
}

FAULT("readiness.async-flag", "the flag cannot be cleared", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFL && (argument & O_ASYNC) == 0 ? 0 : real(descriptor, command, argument);
      });
FAULT("readiness.async-flag", "the flag belongs to the descriptor", os::fcntl,
      [setter = -1](auto real, int descriptor, int command, long argument) mutable -> int {
          setter = command == F_SETFL && (argument & O_ASYNC) != 0 ? descriptor : setter;
          const int result = real(descriptor, command, argument);
          return command == F_GETFL && descriptor != setter ? result & ~O_ASYNC : result;
      });
FAULT("readiness.async-flag", "a file without support keeps the flag", os::fcntl,
      [set = false](auto real, int descriptor, int command, long argument) mutable -> int {
          set = command == F_SETFL ? (argument & O_ASYNC) != 0 : set;
          const int result = real(descriptor, command, argument);
          return command == F_GETFL && set ? result | O_ASYNC : result;
      });
FAULT("readiness.async-flag", "open takes O_ASYNC as F_SETFL does", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags & ~O_ASYNC, mode);
          ::fcntl(descriptor, F_SETFL, flags & (O_ASYNC | O_NONBLOCK));
          return descriptor;
      });

TEST_CASE(
    "readiness.async-owner"
    * says("the owner of readiness signals is nobody at first, reads back, and can be cleared; a missing process "
           "or group fails with ESRCH, INT_MIN with EINVAL, and the owner stays")
    * observed_by("F_GETOWN after each F_SETOWN, on both ends of a pipe, a duplicate and a local socket")
    * on("Darwin", "a negative number names a group, by reading kern_descrip.c; the errors not known")
    * platform("Linux", "fcntl(2)", "gVisor fcntl"))
{
    Pipe pipe;
    std::array<int, 2> sockets{-1, -1};
    set_up(os::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0);
    const Descriptor socket{sockets[0]};
    const Descriptor other_socket{sockets[1]};
    const Descriptor duplicate{arranged(os::dup(pipe.read_end))};
    const int self = os::getpid();
    const int group = ::getpgrp();
    const int nobody = number_of_nobody();
    for (const int descriptor : {int{pipe.read_end}, int{socket}})
    {
        CHECK(os::fcntl(descriptor, F_GETOWN) == 0);
        for (const int owner : {self, -group, self})
        {
            CHECK(os::fcntl(descriptor, F_SETOWN, owner) == 0);
            CHECK(os::fcntl(descriptor, F_GETOWN) == owner);
        }
        for (const int missing : {nobody, -nobody, INT_MAX})
        {
            CHECK(fails_with(ESRCH, os::fcntl(descriptor, F_SETOWN, missing)));
            CHECK(os::fcntl(descriptor, F_GETOWN) == self);
        }
        CHECK(fails_with(EINVAL, os::fcntl(descriptor, F_SETOWN, INT_MIN)));
        CHECK(os::fcntl(descriptor, F_GETOWN) == self);
    }
    CHECK(os::fcntl(duplicate, F_GETOWN) == self);
    CHECK(os::fcntl(pipe.write_end, F_GETOWN) == 0);
    for (const int descriptor : {int{duplicate}, int{socket}})
    {
        CHECK(os::fcntl(descriptor, F_SETOWN, 0) == 0);
        CHECK(os::fcntl(descriptor, F_GETOWN) == 0);
    }
    CHECK(os::fcntl(pipe.read_end, F_GETOWN) == 0);
}

FAULT("readiness.async-owner", "INT_MIN overflows when it is negated", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          errno = command == F_SETOWN && argument == INT_MIN ? ESRCH : errno;
          return result;
      });
FAULT("readiness.async-owner", "a process that does not exist is taken as owner", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          return command == F_SETOWN && result == -1 && errno == ESRCH ? 0 : result;
      });
FAULT("readiness.async-owner", "a refused owner clears the former one", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          if (command == F_SETOWN && result == -1)
          {
              const int error = errno;
              ::fcntl(descriptor, F_SETOWN, 0);
              errno = error;
          }
          return result;
      });
FAULT("readiness.async-owner", "the owner cannot be cleared", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETOWN && argument == 0 ? 0 : real(descriptor, command, argument);
      });
FAULT("readiness.async-owner", "who makes a pipe owns its signals", os::pipe, [](auto real, int* ends) -> int {
    const int result = real(ends);
    ::fcntl(ends[0], F_SETOWN, ::getpid());
    return result;
});

TEST_CASE(
    "readiness.async-siginfo"
    * says("plain SIGIO does not say which descriptor is ready; SIGIO asked for by F_SETSIG does")
    * observed_by("what came with the signal of a write, before F_SETSIG SIGIO and after it, and after F_SETSIG "
                  "0 again")
    * on("Linux", "si_code SI_KERNEL and nothing else, then POLL_IN, si_fd and si_band")
    * platform("Linux", "fcntl(2)", "gVisor fcntl"))
{
    const SignalBlocked blocked{SIGIO};
    Pipe pipe;
    set_up(os::fcntl(pipe.read_end, F_SETOWN, os::getpid()) == 0);
    set_up(os::fcntl(pipe.read_end, F_SETFL, O_ASYNC) == 0);
    for (const int number : {0, SIGIO, 0})
    {
        REQUIRE(os::fcntl(pipe.read_end, F_SETSIG, number) == 0);
        CHECK(os::fcntl(pipe.read_end, F_GETSIG) == number);
        set_up(os::write(pipe.write_end, "x", 1) == 1);
        const ReadinessSignal told = take_pending(SIGIO);
        REQUIRE(told.number == SIGIO);
        if (number == 0)
        {
            CHECK(told.code == sent_by_kernel);
            CHECK(told.descriptor == 0);
            CHECK(told.band == 0);
        }
        else
        {
            CHECK(told.code == POLL_IN);
            CHECK(told.descriptor == pipe.read_end);
            CHECK((told.band & POLLIN) != 0);
        }
    }
}

FAULT("readiness.async-siginfo", "F_SETSIG SIGIO is the same as none", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command, command == F_SETSIG && argument == SIGIO ? 0 : argument);
      });
FAULT("readiness.async-siginfo", "plain SIGIO says more than it should", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command, command == F_SETSIG && argument == 0 ? SIGIO : argument);
      });
FAULT("readiness.async-siginfo", "what comes with the signal is garbage", os::sigtimedwait,
      [](auto real, const sigset_t* set, siginfo_t* information, const struct timespec* timeout) -> int {
          const int number = real(set, information, timeout);
          information->si_band = -1;
          return number;
      });

TEST_CASE(
    "readiness.async-dup"
    * says("after the descriptor that asked for signals is closed, while a duplicate keeps it open, they go on "
           "and name the closed number")
    * observed_by("what came with the signal of a write after the close of the number that set O_ASYNC, and "
                  "none after the duplicate has cleared the flag")
    * on("Linux", "the old number, although it may by then name another file")
    * platform("Linux", "fcntl(2)", "gVisor fcntl"))
{
    const SignalBlocked blocked{SIGIO};
    Pipe pipe;
    set_up(os::fcntl(pipe.read_end, F_SETOWN, os::getpid()) == 0);
    set_up(os::fcntl(pipe.read_end, F_SETSIG, SIGIO) == 0);
    set_up(os::fcntl(pipe.read_end, F_SETFL, O_ASYNC) == 0);
    const int registered = pipe.read_end;
    const Descriptor duplicate{arranged(os::dup(pipe.read_end))};
    pipe.read_end.close();

    set_up(os::write(pipe.write_end, "x", 1) == 1);
    const ReadinessSignal told = take_pending(SIGIO);
    CHECK(told.number == SIGIO);
    CHECK(told.code == POLL_IN);
    CHECK(told.descriptor == registered);
    CHECK((told.band & POLLIN) != 0);

    REQUIRE(os::fcntl(duplicate, F_SETFL, 0) == 0);
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(take_pending(SIGIO).number == -1);
}

FAULT("readiness.async-dup", "the signal names the duplicate", os::dup, [](auto real, int descriptor) -> int {
    const int duplicate = real(descriptor);
    ::fcntl(duplicate, F_SETFL, 0);
    ::fcntl(duplicate, F_SETFL, O_ASYNC); // it registers again, by this number
    return duplicate;
});
FAULT("readiness.async-dup", "the close ends the signals, as if it had been the last", os::close,
      [](auto real, int descriptor) -> int {
          ::fcntl(descriptor, F_SETFL, 0);
          return real(descriptor);
      });
FAULT("readiness.async-dup", "the duplicate cannot clear what another number set", os::fcntl,
      [setter = -1](auto real, int descriptor, int command, long argument) mutable -> int {
          setter = command == F_SETFL && setter == -1 ? descriptor : setter;
          return command == F_SETFL && descriptor != setter ? 0 : real(descriptor, command, argument);
      });
