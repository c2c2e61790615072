// Asleep in poll and its like: what ends the wait, for one and for several.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/wait_calls.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>
#include <atomic>
#include <string>
#include <sys/file.h>
#include <utility>
#include <vector>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

// The wait is one, the calls are many: each must be found by the waker.
void data_wakes_each_call()
{
    Pipe pipe;
    for (const WaitCall& call : wait_calls())
    {
        Peer waiter =
            spawn(std::string{call.call->name()}, [&] { CHECK(call.wait(pipe.read_end, nullptr, nullptr) == 1); });
        REQUIRE(blocked_in(waiter, *call.call));
        const Stamp cause = stamp();
        CHECK(os::write(pipe.write_end, "x", 1) == 1);
        REQUIRE(finished(waiter));
        CHECK(returned_after(cause, waiter, *call.call));
        set_up(read_fully(pipe.read_end, 1) == "x");
    }
}

} // namespace

TEST_CASE(
    "readiness.poll-blocks-until"
    * says("a poll that blocks returns when what it was asked for becomes true, and says of whom")
    * observed_by(
        "a peer asleep on an empty and a full pipe; one gets data, later the other room; then select and its like")
    * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe empty;
    Pipe full;
    set_nonblocking(full.write_end);
    const std::size_t capacity = fill(full.write_end, atomic_size(full.write_end));
    const Event told;
    Peer waiter = spawn("waiter", [&] {
        pollfd entries[]{asking(full.write_end, POLLOUT), asking(empty.read_end, POLLIN)};
        CHECK(os::poll(entries, 2, -1) == 1);
        CHECK(entries[0].revents == 0);
        CHECK(entries[1].revents == POLLIN);
        told.set();
        CHECK(awaited(full.write_end, POLLOUT) == events(POLLOUT));
    });

    REQUIRE(blocked_in(waiter, os::poll));
    const Stamp data = stamp();
    CHECK(os::write(empty.write_end, "x", 1) == 1);
    told.wait();
    CHECK(returned_after(data, waiter, os::poll));

    REQUIRE(blocked_in(waiter, os::poll));
    const Stamp room = stamp();
    CHECK(read_fully(full.read_end, capacity).size() == capacity);
    CHECK(finished(waiter));
    CHECK(returned_after(room, waiter, os::poll));
    data_wakes_each_call();
}

FAULT("readiness.poll-blocks-until", "poll does not wait", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int) -> int { return real(entries, count, 0); });
FAULT("readiness.poll-blocks-until", "the write does not wake who is asleep in poll", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return size == 1 ? 1 : real(descriptor, bytes, size);
      });
FAULT("readiness.poll-blocks-until", "the wrong entry gets the event", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          count == 2 ? std::swap(entries[0].revents, entries[1].revents) : void();
          return ready;
      });
FAULT("readiness.poll-blocks-until", "select is woken and finds nothing", os::select,
      select_changed([](int descriptor, fd_set* readable, fd_set* /*writable*/) {
          return take(descriptor, readable);
      }));
FAULT("readiness.poll-blocks-until", "poll waits until all entries are ready", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          for (nfds_t index = 0; index < count && timeout == -1; ++index)
          {
              real(entries + index, 1, timeout);
          }
          return real(entries, count, timeout);
      });

TEST_CASE(
    "readiness.pipe-hup-wakes"
    * says("a poll asleep on an empty pipe is woken when the last writer goes, not when the first of two does")
    * observed_by("two writers end one after the other; the peer is seen asleep again in between")
    * on("Linux", "POLLHUP alone") * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe pipe;
    const Event first_leaves;
    const Event last_leaves;
    Peer first = spawn("first writer", [&] { first_leaves.wait(); });
    Peer last = spawn("last writer", [&] { last_leaves.wait(); });
    pipe.write_end.close();
    Peer waiter = spawn("waiter", [&] {
        CHECK(any_of(awaited(pipe.read_end, POLLIN), {POLLHUP, POLLIN | POLLHUP}));
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    });

    REQUIRE(blocked_in(waiter, os::poll));
    first_leaves.set();
    REQUIRE(finished(first));
    CHECK(blocked_in(waiter, os::poll));
    const Stamp cause = stamp();
    last_leaves.set();
    REQUIRE(finished(last));
    CHECK(finished(waiter));
    CHECK(returned_after(cause, waiter, os::poll));
}

FAULT("readiness.pipe-hup-wakes", "the end of the last writer wakes nobody", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          return timeout != 0 && (entries->revents & POLLHUP) != 0 ? real(nullptr, 0, timeout) : ready;
      });
FAULT("readiness.pipe-hup-wakes", "a poll asleep is woken with nothing to say", os::poll, poll_without(POLLHUP));
FAULT("readiness.pipe-hup-wakes", "the hang-up is taken for data", os::poll, poll_swapping(POLLHUP, POLLIN));

TEST_CASE("readiness.shared-wakeup"
          * says("of several processes asleep in poll on one read end each sees the data, and one of them gets it")
          * observed_by("one byte wakes all of them; only then does each try to read it")
          * shall("POSIX.1-2024 poll()", "POSIX.1-2024 read()"))
{
    constexpr std::size_t processes = 4;
    Pipe pipe;
    set_nonblocking(pipe.read_end);
    const std::array<Event, processes> back;
    const Event all_are_back;
    const Shared<std::atomic<int>> bytes_read{0};
    std::vector<Peer> waiters;
    for (std::size_t number = 0; number < processes; ++number)
    {
        waiters.push_back(spawn("waiter " + std::to_string(number), [&, number] {
            CHECK(awaited(pipe.read_end, POLLIN) == events(POLLIN));
            back.at(number).set();
            all_are_back.wait();
            char byte = 0;
            const ssize_t got = os::read(pipe.read_end, &byte, 1);
            const bool would_block = got == -1 && errno == EAGAIN;
            *bytes_read += got == 1 ? 1 : 0;
            CHECK((got == 1 || would_block));
        }));
    }
    for (Peer& waiter : waiters)
    {
        REQUIRE(blocked_in(waiter, os::poll));
    }
    const Stamp cause = stamp();
    CHECK(os::write(pipe.write_end, "x", 1) == 1);
    for (std::size_t number = 0; number < processes; ++number)
    {
        back.at(number).wait();
        CHECK(returned_after(cause, waiters.at(number), os::poll));
    }
    all_are_back.set();
    for (Peer& waiter : waiters)
    {
        CHECK(finished(waiter));
    }
    CHECK(bytes_read->load() == 1);
}

FAULT("readiness.shared-wakeup", "one process only is woken", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          const int winner = ::open(".", O_RDONLY | O_CLOEXEC); // the one who gets this lock keeps it
          return ::flock(winner, LOCK_EX | LOCK_NB) == -1 ? real(nullptr, 0, -1) : ready;
      });
FAULT("readiness.shared-wakeup", "each process gets the byte", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EAGAIN ? 1 : got;
      });
FAULT("readiness.shared-wakeup", "the byte is gone once it has been told of", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          char byte = 0;
          const bool taken = ::read(entries->fd, &byte, 1) == 1;
          return taken ? 1 : ready;
      });

TEST_CASE(
    "readiness.poll-eintr"
    * says("a wait for readiness that a handler interrupts fails with EINTR, even where SA_RESTART is set")
    * observed_by("each call in turn: a peer is seen asleep in it and signalled, without SA_RESTART and with it")
    * on("Linux", "poll, select, epoll_wait and their variants are never restarted")
    * on("Darwin", "ERESTART is turned into EINTR for poll, by reading sys_generic.c; not run there")
    * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()", "signal(7)"))
{
    // With SA_RESTART POSIX leaves it to the system whether select restarts; no system known to us does.
    Pipe pipe;
    for (const WaitCall& call : wait_calls())
    {
        const Event once_more;
        Peer waiter = spawn(std::string{call.call->name()}, [&] {
            for (const int flags : {0, static_cast<int>(SA_RESTART)}) // unsigned in some headers
            {
                const SignalCounted counted{SIGUSR1, flags};
                if (flags != 0)
                {
                    once_more.set();
                }
                CHECK(fails_with(EINTR, call.wait(pipe.read_end, nullptr, nullptr)));
                CHECK(counted.deliveries() == 1);
            }
        });
        REQUIRE(blocked_in(waiter, *call.call));
        set_up(os::kill(waiter.pid(), SIGUSR1) == 0);
        once_more.wait();
        REQUIRE(blocked_in(waiter, *call.call));
        set_up(os::kill(waiter.pid(), SIGUSR1) == 0);
        REQUIRE(finished(waiter));
    }
    pipe.write_end.close();
    char byte = 0;
    CHECK(os::read(pipe.read_end, &byte, 1) == 0); // what was interrupted has kept nothing open
}

FAULT("readiness.poll-eintr", "poll is restarted after the handler", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          int ready = 0;
          while ((ready = real(entries, count, timeout)) == -1 && errno == EINTR)
          {
          }
          return ready;
      });
FAULT("readiness.poll-eintr", "select takes the signal for the end of its timeout", os::select,
      wrong_answer::hiding<EINTR, 0>);
FAULT("readiness.poll-eintr", "the kernel's own number for a restart gets out of pselect", os::pselect,
      wrong_answer::misreporting<EINTR, 514>);
