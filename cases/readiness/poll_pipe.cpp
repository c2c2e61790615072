// What poll and select say of the two ends of a pipe: empty, with data, with the other end gone.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

// POSIX leaves open whether a pipe carries data backwards as well; then each end is asked about both ways.
void require_one_way(const Pipe& pipe)
{
    if ((arranged(os::fcntl(pipe.read_end, F_GETFL)) & O_ACCMODE) == O_RDWR)
    {
        unsupported("pipes are full-duplex here, which POSIX allows");
    }
}

} // namespace

TEST_CASE("readiness.pipe-empty"
          * says("an empty pipe with a live writer is not readable; its write end is writable")
          * observed_by("both ends are asked by poll and by select, without waiting")
          * on("Darwin", "the same, by reading sys_pipe.c")
          * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()"))
{
    Pipe pipe;
    CHECK(polled(pipe.read_end, POLLIN) == no_events);
    CHECK(polled(pipe.write_end, POLLOUT) == events(POLLOUT));
    CHECK(selected(pipe.read_end, in_read_set) == in_no_set);
    CHECK(selected(pipe.write_end, in_write_set) == in_write_set);

    set_nonblocking(pipe.read_end);
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // and it is as poll said
    CHECK(os::write(pipe.write_end, "x", 1) == 1);
}

FAULT("readiness.pipe-empty", "an empty pipe is reported as readable", os::poll, poll_with(POLLIN));
FAULT("readiness.pipe-empty", "an empty pipe is not reported as writable", os::poll, poll_without(POLLOUT));
FAULT("readiness.pipe-empty", "select leaves the bits of what is not ready set", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          fd_set asked{};
          readable == nullptr ? void() : void(asked = *readable);
          const int ready = real(count, readable, writable, exceptional, timeout);
          readable == nullptr ? void() : void(*readable = asked);
          return ready;
      });

TEST_CASE(
    "readiness.pipe-data"
    * says("data makes the read end readable for poll and select until it is drained, however often they ask")
    * observed_by("both are asked twice before each byte is read, and again when none is left")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()"))
{
    constexpr Sets read_and_exceptional{.readable = true, .exceptional = true, .count = 2};
    Pipe pipe;
    write_fully(pipe.write_end, "abc");
    for (const char due : {'a', 'b', 'c'})
    {
        for (int time = 0; time < 2; ++time)
        {
            CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN));
            CHECK(selected(pipe.read_end, read_and_exceptional) == in_read_set);
        }
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 1);
        CHECK(byte == due);
    }
    CHECK(polled(pipe.read_end, POLLIN) == no_events);
    CHECK(selected(pipe.read_end, read_and_exceptional) == in_no_set);
    write_fully(pipe.write_end, "d");
    CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN));
}

FAULT("readiness.pipe-data", "readiness is told once, when the data arrives", os::poll,
      [told = false](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
          return std::exchange(told, true) ? poll_without(POLLIN)(real, entries, count, timeout)
                                           : real(entries, count, timeout);
      });
FAULT("readiness.pipe-data", "a pipe that was readable stays so when it is empty", os::poll,
      [was_ready = false](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
          was_ready = real(entries, count, timeout) == 1 || was_ready;
          return was_ready ? poll_with(POLLIN)(real, entries, count, timeout) : 0;
      });
FAULT("readiness.pipe-data", "select tells of data once only", os::select,
      [told = false](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
                     timeval* timeout) mutable -> int {
          const int ready = real(count, readable, writable, exceptional, timeout);
          return std::exchange(told, true) ? ready + take(count - 1, readable) : ready;
      });

TEST_CASE("readiness.pipe-wrong-end"
          * says("the read end is never writable and the write end never readable while both ends are open")
          * observed_by("each end is asked for the other's event while the pipe is empty, and while it holds data")
          * on("Darwin", "the same, by reading sys_pipe.c") * defined("POSIX.1-2024 poll()"))
{
    Pipe pipe;
    require_one_way(pipe);
    CHECK(polled(pipe.read_end, POLLOUT) == no_events);
    CHECK(polled(pipe.write_end, POLLIN) == no_events);

    write_fully(pipe.write_end, "x");
    CHECK(polled(pipe.read_end, POLLOUT) == no_events);
    CHECK(polled(pipe.write_end, POLLIN) == no_events);
    CHECK(polled(pipe.read_end, POLLIN | POLLOUT) == events(POLLIN));
    CHECK(polled(pipe.write_end, POLLIN | POLLOUT) == events(POLLOUT));
}

FAULT("readiness.pipe-wrong-end", "each end is asked about the pipe, whatever it was opened for", os::poll,
      poll_changed([](pollfd& entry) {
          const bool reads = (::fcntl(entry.fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
          add(entry, reads ? entry.events & POLLOUT : 0); // there is room
      }));
FAULT("readiness.pipe-wrong-end", "the write end is readable while the pipe holds data", os::poll,
      poll_changed([](pollfd& entry) {
          int queued = 0;
          ::ioctl(entry.fd, FIONREAD, &queued);
          add(entry, queued > 0 ? entry.events & POLLIN : 0);
      }));

TEST_CASE(
    "readiness.pipe-hup"
    * says("when the last writer has gone poll reports POLLHUP on the read end, with POLLIN while data remains")
    * observed_by("the events with a live writer, with data left, after half of it, and after the drain")
    * on("Linux", "POLLHUP alone after the drain")
    * on("Darwin", "POLLIN|POLLHUP after the drain too, by reading sys_generic.c; not run there")
    * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "ab");
    Descriptor second_writer{arranged(os::dup(pipe.write_end))};
    pipe.write_end.close();
    CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN)); // one of two
    second_writer.close();

    char byte = 0;
    CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN | POLLHUP));
    CHECK(os::read(pipe.read_end, &byte, 1) == 1);
    CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN | POLLHUP));
    CHECK(os::read(pipe.read_end, &byte, 1) == 1);

    const Events drained = polled(pipe.read_end, POLLIN);
    observe("after the drain", in_words(drained));
    CHECK(any_of(drained, {POLLHUP, POLLIN | POLLHUP}));
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    CHECK(polled(pipe.read_end, POLLIN) == drained); // reading the end of file does not use it up
}

FAULT("readiness.pipe-hup", "nothing is reported when the writers are gone", os::poll, poll_without(POLLHUP));
FAULT("readiness.pipe-hup", "the hang-up hides the data that is left", os::poll,
      poll_changed([](pollfd& entry) { remove(entry, (entry.revents & POLLHUP) != 0 ? POLLIN : 0); }));
FAULT("readiness.pipe-hup", "the hang-up is reported only once the data is drained", os::poll,
      poll_changed([](pollfd& entry) { remove(entry, (entry.revents & POLLIN) != 0 ? POLLHUP : 0); }));
FAULT("readiness.pipe-hup", "a duplicate does not count as a writer", os::dup,
      [](auto /*real*/, int) -> int { return ::open("/dev/null", O_WRONLY | O_CLOEXEC); });

TEST_CASE("readiness.pipe-hup-unrequested"
          * says("poll reports POLLHUP although it is asked for no event, and then nothing else")
          * observed_by("the read end is polled with events 0: before the last writer goes, after it, and drained")
          * on("Darwin", "nothing is registered for events 0, so nothing is reported, by reading sys_generic.c")
          * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    CHECK(polled(pipe.read_end, 0) == no_events);
    CHECK(polled(pipe.read_end, POLLHUP | POLLERR | POLLNVAL) == no_events); // nor does asking bring it about
    pipe.write_end.close();
    CHECK(polled(pipe.read_end, 0) == events(POLLHUP));
    CHECK(polled(pipe.read_end, POLLPRI) == events(POLLHUP));
    CHECK(read_fully(pipe.read_end, 2) == "x");
    CHECK(polled(pipe.read_end, 0) == events(POLLHUP));
}

FAULT("readiness.pipe-hup-unrequested", "only what was asked for is reported", os::poll,
      poll_changed([](pollfd& entry) { entry.revents = static_cast<short>(entry.revents & entry.events); }));
FAULT("readiness.pipe-hup-unrequested", "a hang-up that is asked for is reported without having happened",
      os::poll, poll_with(POLLHUP));
FAULT("readiness.pipe-hup-unrequested", "data is reported unasked as well", os::poll,
      poll_changed([](pollfd& entry) {
          int queued = 0;
          ::ioctl(entry.fd, FIONREAD, &queued);
          add(entry, queued > 0 ? POLLIN : 0);
      }));
FAULT("readiness.pipe-hup-unrequested", "an entry that asks for nothing is skipped", os::poll,
      poll_changed([](pollfd& entry) { entry.revents = entry.events == 0 ? short{0} : entry.revents; }));

TEST_CASE("readiness.poll-norm-bits"
          * says("POLLRDNORM and POLLWRNORM mean what POLLIN and POLLOUT mean for data without priority")
          * observed_by("each is asked for alone and with its partner, of a pipe with data and of an empty one")
          * on("Linux", "0x41 and 0x104") * shall("POSIX.1-2024 <poll.h>", "poll(2)"))
{
    Pipe pipe;
    CHECK(polled(pipe.read_end, POLLIN | POLLRDNORM) == no_events);
    write_fully(pipe.write_end, "x");
    CHECK(polled(pipe.read_end, POLLIN | POLLRDNORM) == events(POLLIN | POLLRDNORM));
    CHECK(polled(pipe.read_end, POLLRDNORM) == events(POLLRDNORM));
    CHECK(polled(pipe.read_end, POLLIN) == events(POLLIN));
    CHECK(polled(pipe.read_end, POLLPRI | POLLRDBAND) == no_events); // nothing in a pipe has priority
    CHECK(polled(pipe.write_end, POLLOUT | POLLWRNORM) == events(POLLOUT | POLLWRNORM));
    CHECK(polled(pipe.write_end, POLLWRNORM) == events(POLLWRNORM));
    CHECK(polled(pipe.write_end, POLLOUT) == events(POLLOUT));

    set_nonblocking(pipe.write_end);
    fill(pipe.write_end, atomic_size(pipe.write_end));
    fill(pipe.write_end, 1);
    CHECK(polled(pipe.write_end, POLLOUT | POLLWRNORM) == no_events);
}

FAULT("readiness.poll-norm-bits", "POLLRDNORM is not known", os::poll, poll_without(POLLRDNORM));
FAULT("readiness.poll-norm-bits", "POLLWRNORM is not known", os::poll, poll_without(POLLWRNORM));
FAULT("readiness.poll-norm-bits", "the partner comes along unasked", os::poll,
      poll_changed([](pollfd& entry) { add(entry, (entry.revents & POLLIN) != 0 ? POLLRDNORM : 0); }));
FAULT("readiness.poll-norm-bits", "all data has priority too", os::poll, poll_changed([](pollfd& entry) {
          int queued = 0;
          ::ioctl(entry.fd, FIONREAD, &queued);
          add(entry, queued > 0 ? entry.events & (POLLPRI | POLLRDBAND) : 0);
      }));
