// kqueue, the BSDs' queue of events: what its filters tell of pipes and sockets.
#include "cases/readiness/kernel_events.hpp"
#include "fixtures/files.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/unix_socket.hpp"

#include <utility>

using namespace ipc_conform;
using namespace ipc_conform::kernel_events;

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
