// kqueue, the BSDs' queue of events: what its filters tell of pipes, FIFOs and sockets, how often, and until when.
#include "fixtures/fifo.hpp"
#include "fixtures/kernel_queue.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unix_socket.hpp"

#include <array>
#include <utility>

using namespace ipc_conform;

namespace
{

// An event in words: "read 5", "write 512", "read 0, EV_EOF", "read 0, EV_EOF, ECONNRESET".
std::string words_of(const KernelEvent& event)
{
    const bool ended = (event.flags & EV_EOF) != 0;
    return fmt::format("{} {}{}{}", event.filter == EVFILT_READ ? "read" : "write",
                       static_cast<std::int64_t>(event.data), ended ? ", EV_EOF" : "",
                       ended && event.fflags != 0 ? ", " + name_of_error(static_cast<int>(event.fflags)) : "");
}

// What the queue tells within that time: "nothing", or its events, of which no case here has more than one at a
// time.
std::string told_within(const KernelQueue& queue, const timespec& time)
{
    std::array<KernelEvent, 2> events{};
    const int count =
        os::kevent(queue.number(), nullptr, 0, events.data(), static_cast<int>(events.size()), &time);
    REQUIRE(count >= 0);
    return count == 0   ? "nothing"
           : count == 1 ? words_of(events[0])
                        : words_of(events[0]) + " and " + words_of(events[1]);
}

std::string told(const KernelQueue& queue)
{
    return told_within(queue, {.tv_sec = 0, .tv_nsec = 0});
}

// The same for an event that has to come from the network: waits for it, within the case's patience.
std::string told_in_time(const KernelQueue& queue)
{
    const std::uint64_t now = journal::now();
    const std::uint64_t left = patience_end() > now ? patience_end() - now : 0; // nanoseconds
    return told_within(queue, {.tv_sec = static_cast<time_t>(left / 1'000'000'000),
                               .tv_nsec = static_cast<long>(left % 1'000'000'000)});
}

// For faults: every change is altered before the kernel sees it.
template <class Alteration>
constexpr auto changes_altered(Alteration alteration)
{
    return [alteration](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                        int event_count, const timespec* timeout) -> int {
        if (change_count != 1)
        {
            return real(queue, changes, change_count, events, event_count, timeout);
        }
        KernelEvent change = *changes;
        alteration(change);
        return real(queue, &change, 1, events, event_count, timeout);
    };
}

// For faults: every event is altered before the process sees it.
template <class Alteration>
constexpr auto events_altered(Alteration alteration)
{
    return [alteration](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                        int event_count, const timespec* timeout) -> int {
        const int count = real(queue, changes, change_count, events, event_count, timeout);
        for (int index = 0; index < count; ++index)
        {
            alteration(events[index]);
        }
        return count;
    };
}

// For faults: where there is no event, the one that was asked for last is told nevertheless, without data.
constexpr auto never_silent = [latest = KernelEvent{}](auto real, int queue, const KernelEvent* changes,
                                                       int change_count, KernelEvent* events, int event_count,
                                                       const timespec* timeout) mutable -> int {
    latest = change_count == 1 ? *changes : latest;
    const int count = real(queue, changes, change_count, events, event_count, timeout);
    if (count != 0 || event_count == 0)
    {
        return count;
    }
    *events = latest;
    events->data = 0;
    return 1;
};

constexpr auto without = [](auto flag) {
    return [flag](KernelEvent& event) { event.flags = static_cast<decltype(event.flags)>(event.flags & ~flag); };
};

} // namespace

TEST_CASE(
    "readiness.kqueue-read-count"
    * says(
        "EVFILT_READ tells of a pipe or socket that has bytes, with data their number, and of a listener that has "
        "connections, with data the length of their queue")
    * observed_by("kevent without waiting, before and after each write, read, connect and accept")
    * on("Darwin", "holds, by reading sys_pipe.c and uipc_socket.c; not run there")
    * platform("Darwin", "kqueue(2)"))
{
    Pipe pipe;
    const UnixConnection stream;
    for (const auto& [sender, receiver] :
         {std::pair{int{pipe.write_end}, int{pipe.read_end}}, std::pair{int{stream.client}, int{stream.server}}})
    {
        const KernelQueue queue;
        queue.watch(receiver, EVFILT_READ);
        CHECK(told(queue) == "nothing");
        write_fully(sender, "abcde");
        CHECK(told(queue) == "read 5");
        CHECK(told(queue) == "read 5"); // it tells the state, not the change
        CHECK(read_fully(receiver, 2) == "ab");
        CHECK(told(queue) == "read 3");
        CHECK(read_fully(receiver, 3) == "cde");
        CHECK(told(queue) == "nothing");
    }

    const OwnedPath name;
    const Descriptor listener = listen_at(name.path());
    const KernelQueue queue;
    queue.watch(listener, EVFILT_READ);
    CHECK(told(queue) == "nothing");
    const Descriptor first = connect_to(name.path());
    CHECK(told(queue) == "read 1");
    const Descriptor second = connect_to(name.path());
    CHECK(told(queue) == "read 2");
    const Descriptor accepted = accept_from(listener);
    CHECK(told(queue) == "read 1");
}

FAULT("readiness.kqueue-read-count", "data only says that there is something", os::kevent,
      events_altered([](KernelEvent& event) { event.data = 1; }));
FAULT("readiness.kqueue-read-count", "an empty pipe has an event too", os::kevent, never_silent);
FAULT("readiness.kqueue-read-count", "data is one too large", os::kevent,
      events_altered([](KernelEvent& event) { ++event.data; }));
FAULT("readiness.kqueue-read-count", "the event comes once, although bytes are left", os::kevent,
      changes_altered([](KernelEvent& change) { change.flags |= EV_CLEAR; }));

TEST_CASE(
    "readiness.kqueue-eof"
    * says(
        "EV_EOF is set once the other side is gone, on what is still to be read as well, and fflags then holds a "
        "socket's error")
    * observed_by(
        "kevent before and after the other end of a pipe, a local and a TCP socket is closed, the latter "
        "with a reset")
    * on("Darwin", "holds, by reading sys_pipe.c and uipc_socket.c; not run there")
    * platform("Darwin", "kqueue(2)"))
{
    Pipe read_from;
    const KernelQueue reading;
    reading.watch(read_from.read_end, EVFILT_READ);
    write_fully(read_from.write_end, "abc");
    CHECK(told(reading) == "read 3");
    read_from.write_end.close();
    CHECK(told(reading) == "read 3, EV_EOF");
    CHECK(read_fully(read_from.read_end, 3) == "abc");
    CHECK(told(reading) == "read 0, EV_EOF");
    CHECK(told(reading) == "read 0, EV_EOF");

    Pipe write_to;
    const KernelQueue writing;
    writing.watch(write_to.write_end, EVFILT_WRITE);
    CHECK(told(writing).find("EV_EOF") == std::string::npos);
    write_to.read_end.close();
    CHECK(told(writing) == "write 0, EV_EOF");

    UnixConnection local;
    const KernelQueue receiving;
    receiving.watch(local.client, EVFILT_READ);
    CHECK(told(receiving) == "nothing");
    local.server.close();
    CHECK(told(receiving) == "read 0, EV_EOF");

    TcpConnection remote;
    const KernelQueue waiting;
    waiting.watch(remote.client, EVFILT_READ);
    CHECK(told(waiting) == "nothing");
    const linger reset{.l_onoff = 1, .l_linger = 0};
    set_up(os::setsockopt(remote.server, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) == 0);
    remote.server.close();
    CHECK(told_in_time(waiting) == "read 0, EV_EOF, ECONNRESET");
}

FAULT("readiness.kqueue-eof", "EV_EOF is missing", os::kevent, events_altered(without(EV_EOF)));
FAULT("readiness.kqueue-eof", "the socket's error is not told", os::kevent,
      events_altered([](KernelEvent& event) { event.fflags = 0; }));
FAULT("readiness.kqueue-eof", "EV_EOF comes only when nothing is left to read", os::kevent,
      events_altered([](KernelEvent& event) {
          if (event.data != 0)
          {
              without(EV_EOF)(event);
          }
      }));
FAULT("readiness.kqueue-eof", "EV_EOF comes once, and then the queue falls silent", os::kevent,
      changes_altered([](KernelEvent& change) { change.flags |= EV_CLEAR; }));

TEST_CASE(
    "readiness.kqueue-write-threshold"
    * says(
        "EVFILT_WRITE tells of a pipe with room for PIPE_BUF bytes or more, with data that room; NOTE_LOWAT sets "
        "another threshold")
    * observed_by("a pipe is filled to the last byte, and drained to one byte below the threshold and then to it")
    * on("Darwin", "holds, PIPE_BUF is 512, by reading sys_pipe.c; not run there")
    * platform("Darwin", "kqueue(2)"))
{
    Pipe pipe;
    const std::size_t atomic = atomic_size(pipe.write_end);
    observe("PIPE_BUF", atomic);
    const KernelQueue queue;
    queue.watch(pipe.write_end, EVFILT_WRITE);
    CHECK(told(queue).starts_with("write "));
    set_nonblocking(pipe.write_end);
    fill(pipe.write_end, atomic);
    fill(pipe.write_end, 1);
    CHECK(told(queue) == "nothing");
    CHECK(read_fully(pipe.read_end, atomic - 1).size() == atomic - 1);
    CHECK(told(queue) == "nothing");
    CHECK(read_fully(pipe.read_end, 1).size() == 1);
    CHECK(told(queue) == fmt::format("write {}", atomic));

    queue.watch(pipe.write_end, EVFILT_WRITE, 0, NOTE_LOWAT, static_cast<std::intptr_t>(2 * atomic));
    CHECK(told(queue) == "nothing");
    CHECK(read_fully(pipe.read_end, atomic - 1).size() == atomic - 1);
    CHECK(told(queue) == "nothing");
    CHECK(read_fully(pipe.read_end, 1).size() == 1);
    CHECK(told(queue) == fmt::format("write {}", 2 * atomic));
}

FAULT("readiness.kqueue-write-threshold", "a full pipe has an event too", os::kevent, never_silent);
FAULT("readiness.kqueue-write-threshold", "NOTE_LOWAT is ignored", os::kevent,
      changes_altered([](KernelEvent& change) { change.fflags = 0; }));
FAULT("readiness.kqueue-write-threshold", "NOTE_LOWAT is one byte off", os::kevent,
      changes_altered([](KernelEvent& change) { change.data -= change.fflags == NOTE_LOWAT ? 1 : 0; }));
FAULT("readiness.kqueue-write-threshold", "data is one byte short of the room", os::kevent,
      events_altered([](KernelEvent& event) { --event.data; }));

TEST_CASE(
    "readiness.kqueue-clear-oneshot"
    * says("with EV_CLEAR an event tells each change once; with EV_ONESHOT it is removed when it has been told")
    * observed_by(
        "kevent again and again while bytes are left in a pipe, with a further byte in between; deleting the "
        "event that is removed fails with ENOENT")
    * on("Darwin", "as documented; not run there") * platform("Darwin", "kqueue(2)"))
{
    Pipe pipe;
    const KernelQueue clearing;
    clearing.watch(pipe.read_end, EVFILT_READ, EV_CLEAR);
    const KernelQueue once;
    once.watch(pipe.read_end, EVFILT_READ, EV_ONESHOT);

    write_fully(pipe.write_end, "a");
    CHECK(told(clearing) == "read 1");
    CHECK(told(clearing) == "nothing");
    CHECK(told(once) == "read 1");
    CHECK(told(once) == "nothing");
    write_fully(pipe.write_end, "b");
    CHECK(told(clearing) == "read 2");
    CHECK(told(clearing) == "nothing");
    CHECK(told(once) == "nothing");

    const KernelEvent removal = KernelQueue::change_of(pipe.read_end, EVFILT_READ, EV_DELETE);
    CHECK(fails_with(ENOENT, os::kevent(once.number(), &removal, 1, nullptr, 0, nullptr)));
    CHECK(os::kevent(clearing.number(), &removal, 1, nullptr, 0, nullptr) == 0);
    write_fully(pipe.write_end, "c");
    CHECK(told(clearing) == "nothing");
}

FAULT("readiness.kqueue-clear-oneshot", "EV_CLEAR is ignored", os::kevent, changes_altered(without(EV_CLEAR)));
FAULT("readiness.kqueue-clear-oneshot", "EV_ONESHOT is ignored", os::kevent, changes_altered(without(EV_ONESHOT)));
FAULT("readiness.kqueue-clear-oneshot", "EV_CLEAR tells the first change only", os::kevent,
      changes_altered([](KernelEvent& change) {
          change.flags |= (change.flags & EV_CLEAR) != 0 ? EV_ONESHOT : 0; // of 16 bits as EV_ONESHOT is
      }));
FAULT("readiness.kqueue-clear-oneshot", "EV_ONESHOT keeps the event and tells the next change", os::kevent,
      changes_altered([](KernelEvent& change) {
          if ((change.flags & EV_ONESHOT) != 0)
          {
              without(EV_ONESHOT)(change);
              change.flags |= EV_CLEAR;
          }
      }));

TEST_CASE(
    "readiness.kqueue-close-removes"
    * says(
        "closing a descriptor removes its events, whatever else refers to the same pipe, and a child of fork has "
        "no kqueue of its parent's")
    * observed_by(
        "the descriptor is closed while a copy of it stays open, and its number is used again; a child's "
        "kevent fails with EBADF, and the parent's goes on")
    * on("Darwin", "as documented; not run there") * platform("Darwin", "kqueue(2)"))
{
    Pipe pipe;
    const KernelQueue queue;
    queue.watch(pipe.read_end, EVFILT_READ);
    write_fully(pipe.write_end, "x");
    CHECK(told(queue) == "read 1");
    Peer child = spawn("child", [&] {
        const timespec at_once{.tv_sec = 0, .tv_nsec = 0};
        KernelEvent event{};
        CHECK(fails_with(EBADF, os::kevent(queue.number(), nullptr, 0, &event, 1, &at_once)));
    });
    CHECK(finished(child));
    CHECK(told(queue) == "read 1");

    const Descriptor copy{arranged(os::dup(pipe.read_end))};
    const int number = pipe.read_end;
    pipe.read_end.close();
    CHECK(told(queue) == "nothing");
    const Descriptor successor{arranged(os::dup2(copy, number))};
    CHECK(told(queue) == "nothing");
    const KernelEvent removal = KernelQueue::change_of(number, EVFILT_READ, EV_DELETE);
    CHECK(fails_with(ENOENT, os::kevent(queue.number(), &removal, 1, nullptr, 0, nullptr)));
    queue.watch(successor, EVFILT_READ);
    CHECK(told(queue) == "read 1");
}

FAULT("readiness.kqueue-close-removes", "an event outlives the descriptor that it was asked for", os::close,
      [](auto /*real*/, int) -> int { return 0; });
FAULT("readiness.kqueue-close-removes", "a child has a copy of its parent's queue", os::kevent,
      [parent = ::getpid()](auto real, int queue, const KernelEvent* changes, int change_count,
                            KernelEvent* events, int event_count, const timespec* timeout) -> int {
          return ::getpid() == parent ? real(queue, changes, change_count, events, event_count, timeout) : 0;
      });
FAULT("readiness.kqueue-close-removes", "a queue that knew a descriptor does not take its number again",
      os::kevent,
      [known = false](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                      int event_count, const timespec* timeout) mutable -> int {
          const bool adding = change_count == 1 && (changes->flags & EV_ADD) != 0;
          if (adding && std::exchange(known, true))
          {
              return 0;
          }
          return real(queue, changes, change_count, events, event_count, timeout);
      });

TEST_CASE(
    "readiness.kqueue-fifo-eof-clears"
    * says("EV_EOF on a FIFO ends when a new writer opens it, and with EV_CLEAR the end of file is told once")
    * observed_by("kevent after each step: a writer opens, writes, closes, and another one opens and writes")
    * on("Darwin",
         "EV_EOF is never set: the filter looks at the number of bytes only, by reading vfs_vnops.c; not run "
         "there")
    * platform("Darwin", "kqueue(2)", "FreeBSD D24528"))
{
    const Fifo fifo;
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    const KernelQueue queue;
    queue.watch(read_end, EVFILT_READ);
    const KernelQueue clearing;
    clearing.watch(read_end, EVFILT_READ, EV_CLEAR);
    CHECK(told(queue) == "nothing");
    write_fully(write_end, "x");
    CHECK(told(queue) == "read 1");
    CHECK(told(clearing) == "read 1");
    CHECK(read_fully(read_end, 1) == "x");
    CHECK(told(queue) == "nothing");

    write_end.close();
    CHECK(told(queue) == "read 0, EV_EOF");
    CHECK(told(queue) == "read 0, EV_EOF");
    CHECK(told(clearing) == "read 0, EV_EOF");
    CHECK(told(clearing) == "nothing");
    write_end = Descriptor{arranged(os::open(fifo.c_str(), O_WRONLY))};
    CHECK(told(queue) == "nothing");
    write_fully(write_end, "yz");
    CHECK(told(queue) == "read 2");
    CHECK(told(clearing) == "read 2");
}

FAULT("readiness.kqueue-fifo-eof-clears", "once set, EV_EOF stays", os::kevent,
      [ended = false](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                      int event_count, const timespec* timeout) mutable -> int {
          const int count = real(queue, changes, change_count, events, event_count, timeout);
          for (int index = 0; index < count; ++index)
          {
              ended = ended || (events[index].flags & EV_EOF) != 0;
              events[index].flags |= ended ? EV_EOF : 0;
          }
          return count;
      });
FAULT("readiness.kqueue-fifo-eof-clears", "with EV_CLEAR the end of file is told again and again", os::kevent,
      changes_altered(without(EV_CLEAR)));
FAULT("readiness.kqueue-fifo-eof-clears", "the end of file is told only with what is left to read", os::kevent,
      [](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events, int event_count,
         const timespec* timeout) -> int {
          const int count = real(queue, changes, change_count, events, event_count, timeout);
          return count == 1 && events->data == 0 ? 0 : count;
      });
