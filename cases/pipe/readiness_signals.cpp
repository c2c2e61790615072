// Signals that tell of data in a pipe: which one, to whom, and how often.
#include "cases/pipe/transfer_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/readiness_signal.hpp"
#include "fixtures/signals.hpp"

#include <array>

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

namespace
{

// From here on whoever owns the read end is told of data.
void announce_data(const Pipe& pipe, pid_t owner)
{
    set_up(os::fcntl(pipe.read_end, F_SETOWN, owner) == 0);
    set_up(os::fcntl(pipe.read_end, F_SETFL, O_ASYNC) == 0);
}

} // namespace

TEST_CASE(
    "pipe.sigio-setsig"
    * says("F_SETSIG replaces SIGIO by a real-time signal that names the descriptor and the poll band; F_SETSIG "
           "0 restores SIGIO, and a bad number fails with EINVAL")
    * observed_by("the pending signal and what came with it after a write, by sigtimedwait and in a handler; the "
                  "setting read back")
    * on("Linux", "si_code is POLL_IN, si_band has POLLIN")
    * platform("Linux", "fcntl(2)", "LTP fcntl31", "gVisor fcntl"))
{
    constexpr int last_signal = kernel_signal_set_size * 8;
    const int chosen = SIGRTMIN + 1;
    const SignalBlocked plain{SIGIO};
    SignalReceiver receiver{chosen}; // blocks it
    require_queued_signals(chosen);
    Pipe pipe;
    announce_data(pipe, os::getpid());
    CHECK(os::fcntl(pipe.read_end, F_GETSIG) == 0);
    CHECK(os::fcntl(pipe.read_end, F_SETSIG, last_signal) == 0);
    CHECK(os::fcntl(pipe.read_end, F_GETSIG) == last_signal);
    REQUIRE(os::fcntl(pipe.read_end, F_SETSIG, chosen) == 0);
    for (const int bad : {-1, last_signal + 1, 1000})
    {
        CHECK(fails_with(EINVAL, os::fcntl(pipe.read_end, F_SETSIG, bad)));
    }
    CHECK(os::fcntl(pipe.read_end, F_GETSIG) == chosen);

    set_up(os::write(pipe.write_end, "x", 1) == 1);
    REQUIRE(is_pending(chosen));
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    for (const ReadinessSignal& told : {take_pending(chosen), readiness_signal(receiver.receive())})
    {
        CHECK(told.number == chosen);
        CHECK(told.code == POLL_IN);
        CHECK(told.descriptor == pipe.read_end);
        CHECK((told.band & POLLIN) != 0);
        CHECK((told.band & (POLLOUT | POLLHUP | POLLERR)) == 0);
    }
    CHECK(!is_pending(SIGIO));

    REQUIRE(os::fcntl(pipe.read_end, F_SETSIG, 0) == 0);
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(is_pending(SIGIO));
    CHECK(!is_pending(chosen));
}

FAULT("pipe.sigio-setsig", "F_SETSIG is accepted and ignored", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETSIG ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.sigio-setsig", "the signal names another descriptor", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          if (command == F_SETFL && (argument & O_ASYNC) != 0)
          {
              const int other = ::dup(descriptor); // it registers again, by this number
              ::fcntl(other, F_SETFL, argument & ~long{O_ASYNC});
              ::fcntl(other, F_SETFL, argument);
          }
          return result;
      });
FAULT("pipe.sigio-setsig", "a bad number of a signal is taken", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          return command == F_SETSIG && result == -1 ? 0 : result;
      });
FAULT("pipe.sigio-setsig", "the last signal cannot be chosen", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command,
                      command == F_SETSIG && argument == kernel_signal_set_size * 8 ? 1000 : argument);
      });
FAULT("pipe.sigio-setsig", "one number after the last signal is taken", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETSIG && argument == kernel_signal_set_size * 8 + 1
                     ? 0
                     : real(descriptor, command, argument);
      });
FAULT("pipe.sigio-setsig", "F_SETSIG 0 does not restore SIGIO", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETSIG && argument == 0 ? 0 : real(descriptor, command, argument);
      });

TEST_CASE(
    "pipe.sigio-owner"
    * says("the readiness signal goes only to the process or group named as owner; a former owner gets nothing, "
           "and F_GETOWN reports a group as a negative number")
    * observed_by("the read end passes from this process to a child and to the child's group of two; after each "
                  "write all three look for a pending SIGIO")
    * platform("Linux", "fcntl(2)", "POSIX.1-2024 fcntl()", "LTP fcntl31"))
{
    const SignalBlocked blocked{SIGIO}; // in the children too
    const Event grouped;
    const Event joined;
    const std::array<Event, 2> written;
    const std::array<std::array<Event, 2>, 2> looked;
    Pipe pipe;
    const auto look = [&](std::size_t child, bool of_first, bool of_second) {
        for (std::size_t turn = 0; turn < 2; ++turn)
        {
            written.at(turn).wait();
            CHECK((take_pending(SIGIO).number == SIGIO) == (turn == 0 ? of_first : of_second));
            looked.at(turn).at(child).set();
        }
    };
    Peer leader = spawn("leader", [&] {
        set_up_call("setpgid", ::setpgid(0, 0) == 0 ? 0 : errno);
        grouped.set();
        look(0, true, true);
    });
    Peer member = spawn("member", [&] {
        grouped.wait();
        set_up_call("setpgid", ::setpgid(0, leader.pid()) == 0 ? 0 : errno);
        joined.set();
        look(1, false, true);
    });
    joined.wait();

    announce_data(pipe, os::getpid());
    CHECK(os::fcntl(pipe.read_end, F_GETOWN) == os::getpid());
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(take_pending(SIGIO).number == SIGIO);
    const std::array<int, 2> owners{leader.pid(), -leader.pid()};
    for (std::size_t turn = 0; turn < 2; ++turn)
    {
        REQUIRE(os::fcntl(pipe.read_end, F_SETOWN, owners.at(turn)) == 0);
        CHECK(os::fcntl(pipe.read_end, F_GETOWN) == owners.at(turn));
        set_up(os::write(pipe.write_end, "x", 1) == 1);
        CHECK(!is_pending(SIGIO));
        written.at(turn).set();
        looked.at(turn)[0].wait();
        looked.at(turn)[1].wait();
    }
    CHECK(finished(leader));
    CHECK(finished(member));
}

FAULT("pipe.sigio-owner", "the former owner gets the signal too", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          ::raise(SIGIO);
          return written;
      });
FAULT("pipe.sigio-owner", "the owner cannot be changed once there is one", os::fcntl,
      [owner = 0L](auto real, int descriptor, int command, long argument) mutable -> int {
          owner = command == F_SETOWN && owner == 0 ? argument : owner;
          return real(descriptor, command, command == F_SETOWN ? owner : argument);
      });
FAULT("pipe.sigio-owner", "of a group only the leader is told", os::fcntl,
      [group = false](auto real, int descriptor, int command, long argument) mutable -> int {
          group = command == F_SETOWN ? argument < 0 : group;
          const int result = real(descriptor, command, command == F_SETOWN && argument < 0 ? -argument : argument);
          return command == F_GETOWN && group ? -result : result;
      });
FAULT("pipe.sigio-owner", "a group is reported as if it were a process", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          return command == F_GETOWN && result < 0 ? -result : result;
      });

TEST_CASE("pipe.sigio-every-write"
          * says("with O_ASYNC and F_SETOWN every write raises SIGIO, also when the pipe was already readable")
          * observed_by("a handler counts after each of three writes of which nothing is read, and after a fourth "
                        "once a part has been read")
          * on("Linux", "holds; from 5.5 to 5.14 only the first write raised it")
          * platform("Linux", "fcntl(2)", "Linux commit fe67f4dd8daa"))
{
    const SignalCounted counted{SIGIO};
    Pipe pipe;
    announce_data(pipe, os::getpid());
    for (int writes = 1; writes <= 3; ++writes)
    {
        set_up(os::write(pipe.write_end, "xyz", 3) == 3);
        CHECK(counted.deliveries() == writes); // sent by the write, so delivered before it returned
    }
    set_up(read_fully(pipe.read_end, 4) == "xyzx");
    set_up(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(counted.deliveries() == 4);
}

FAULT("pipe.sigio-every-write", "only data in an empty pipe is announced, as Linux 5.5 to 5.14 did", os::write,
      [first = true](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          if (std::exchange(first, false))
          {
              return real(descriptor, bytes, size);
          }
          const SignalIgnored not_sent{SIGIO};
          return real(descriptor, bytes, size);
      });
FAULT("pipe.sigio-every-write", "a write raises the signal twice", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          ::raise(SIGIO);
          return written;
      });
FAULT("pipe.sigio-every-write", "reading a part announces what is left", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          ::raise(SIGIO);
          return got;
      });
