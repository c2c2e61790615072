// How often a kqueue tells of an event, and until when.
#include "cases/readiness/kernel_events.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/pipe.hpp"

#include <utility>

using namespace ipc_conform;
using namespace ipc_conform::kernel_events;

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
