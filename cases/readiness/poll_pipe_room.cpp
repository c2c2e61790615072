// What poll says to those who write to a pipe: that there is room, or that nobody reads any more.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

// Linux says POLLERR, the BSDs say POLLHUP; POSIX has neither for a pipe without readers.
Finding reports_broken(const Events& seen)
{
    const bool broken = seen.count == 1 && (seen.mask & (POLLERR | POLLHUP)) != 0 && (seen.mask & POLLNVAL) == 0;
    return broken ? Finding::yes(in_words(seen)) : Finding::no(in_words(seen) + ", expected POLLERR or POLLHUP");
}

} // namespace

TEST_CASE("readiness.pipe-no-reader"
          * says("without a reader the write end reports an error or a hang-up, and wakes who waits for room")
          * observed_by("the events of an empty and of a full pipe; a peer asleep in poll on the full one")
          * on("Linux", "POLLOUT|POLLERR; POLLERR alone when the pipe is full")
          * on("Darwin", "POLLHUP alone, by reading sys_generic.c; not run there")
          * defined("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe empty;
    CHECK(polled(empty.write_end, POLLOUT) == events(POLLOUT));
    empty.read_end.close();
    const Events seen = polled(empty.write_end, POLLOUT);
    observe("empty pipe", in_words(seen));
    CHECK(reports_broken(seen));
    if ((seen.mask & POLLERR) != 0)
    {
        CHECK(polled(empty.write_end, 0) == events(POLLERR)); // which needs no asking
    }

    Pipe full;
    set_nonblocking(full.write_end);
    fill(full.write_end, atomic_size(full.write_end));
    Peer writer = spawn("writer", [&] {
        full.read_end.close();
        CHECK(reports_broken(awaited(full.write_end, POLLOUT)));
    });
    REQUIRE(blocked_in(writer, os::poll));
    full.read_end.close();
    CHECK(finished(writer));
    const Events seen_full = polled(full.write_end, POLLOUT);
    observe("full pipe", in_words(seen_full));
    CHECK(reports_broken(seen_full));
    const SignalIgnored ignored{SIGPIPE};
    CHECK(fails_with(EPIPE, os::write(full.write_end, "x", 1))); // and it is as poll said
}

FAULT("readiness.pipe-no-reader", "a pipe without a reader is writable and nothing more", os::poll,
      poll_without(POLLERR | POLLHUP));
FAULT("readiness.pipe-no-reader", "the error is reported to those only who ask for it", os::poll,
      poll_changed([](pollfd& entry) { entry.revents = entry.events == 0 ? short{0} : entry.revents; }));
FAULT("readiness.pipe-no-reader", "who waits for room is not woken when the last reader goes", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          return timeout != 0 && (entries->revents & (POLLERR | POLLHUP)) != 0 ? real(nullptr, 0, timeout) : ready;
      });
FAULT("readiness.pipe-no-reader", "a full pipe reports nothing, for there is no room", os::poll,
      poll_changed([](pollfd& entry) {
          entry.revents = (entry.revents & POLLOUT) != 0 ? entry.revents : short{0};
      }));

namespace
{

enum class Fill
{
    nothing,
    some,
    all
};

void put_in(Fill amount, const Pipe& pipe)
{
    if (amount == Fill::some)
    {
        write_fully(pipe.write_end, "x");
    }
    if (amount == Fill::all)
    {
        fill(pipe.write_end, atomic_size(pipe.write_end));
    }
}

Finding never_both(const Events& seen)
{
    const bool both = (seen.mask & POLLOUT) != 0 && (seen.mask & POLLHUP) != 0;
    return both || seen.count == -1 ? Finding::no(in_words(seen)) : Finding::yes(in_words(seen));
}

} // namespace

TEST_CASE(
    "readiness.pollout-hup-exclusive" * says("POLLOUT and POLLHUP are never both reported of one end of a pipe")
    * observed_by("both ends are asked in every state: empty, with data, full, without reader, without writer")
    * on("Linux", "a write end without readers is POLLERR, never POLLHUP")
    * on("Darwin", "the same, by reading sys_generic.c") * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    for (const Fill amount : {Fill::nothing, Fill::some, Fill::all})
    {
        for (const bool reader_goes : {true, false})
        {
            Pipe pipe;
            set_nonblocking(pipe.write_end);
            put_in(amount, pipe);
            CHECK(never_both(polled(pipe.read_end, POLLIN | POLLOUT)));
            CHECK(never_both(polled(pipe.write_end, POLLIN | POLLOUT)));
            (reader_goes ? pipe.read_end : pipe.write_end).close();
            const int rest = reader_goes ? pipe.write_end : pipe.read_end;
            const Events seen = polled(rest, POLLIN | POLLOUT);
            CHECK(never_both(seen));
            CHECK(seen != no_events); // one of them is due
        }
    }
}

FAULT("readiness.pollout-hup-exclusive", "a write end without readers hangs up and stays writable", os::poll,
      poll_changed([](pollfd& entry) { add(entry, (entry.revents & POLLERR) != 0 ? POLLHUP | POLLOUT : 0); }));
FAULT("readiness.pollout-hup-exclusive", "a read end that hung up is writable, for nothing would block", os::poll,
      poll_changed([](pollfd& entry) {
          add(entry, (entry.revents & POLLHUP) != 0 ? entry.events & POLLOUT : 0);
      }));
FAULT("readiness.pollout-hup-exclusive", "an open pipe with room is taken for hung up", os::poll,
      poll_changed([](pollfd& entry) { add(entry, (entry.revents & POLLOUT) != 0 ? POLLHUP : 0); }));

TEST_CASE(
    "readiness.pipe-pollout-threshold"
    * says("POLLOUT means that a write takes something; how much room it needs is the system's choice")
    * observed_by("a full pipe is drained step by step until POLLOUT, then written to for as long as that lasts")
    * on("Linux", "set once a whole page is free, 4096 bytes on x86-64")
    * on("Darwin", "set once PIPE_BUF (512) bytes are free, by reading sys_pipe.c; not run there")
    * defined("POSIX.1-2024 poll()", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    const std::size_t step = std::max<std::size_t>(atomic_size(pipe.write_end) / 16, 1);
    std::size_t capacity = fill(pipe.write_end, atomic_size(pipe.write_end));
    capacity += fill(pipe.write_end, 1); // where the last bit of room is smaller
    CHECK(polled(pipe.write_end, POLLOUT) == no_events);

    std::size_t drained = 0;
    while (drained < capacity && polled(pipe.write_end, POLLOUT) == no_events)
    {
        const std::size_t wanted = drained == 0 ? 1 : step - drained % step; // at first what can hardly be enough
        const std::size_t part = read_fully(pipe.read_end, std::min(wanted, capacity - drained)).size();
        REQUIRE(part > 0);
        drained += part;
    }
    observe("bytes drained when POLLOUT came back", drained);
    CHECK(polled(pipe.write_end, POLLOUT) == events(POLLOUT));
    CHECK(os::write(pipe.write_end, "x", 1) == 1);

    std::size_t taken = 1;
    while (polled(pipe.write_end, POLLOUT) == events(POLLOUT) && taken <= drained) // until it is full again
    {
        REQUIRE(os::write(pipe.write_end, "x", 1) == 1);
        ++taken;
    }
    CHECK(taken <= drained);
    fill(pipe.write_end, step);
    fill(pipe.write_end, 1);
    CHECK(polled(pipe.write_end, POLLOUT) == no_events);
}

FAULT("readiness.pipe-pollout-threshold", "a full pipe is always writable", os::poll, poll_with(POLLOUT));
namespace
{

int most_queued = 0;

int queued_in(int descriptor)
{
    int queued = 0;
    ::ioctl(descriptor, FIONREAD, &queued);
    most_queued = std::max(most_queued, queued);
    return queued;
}

} // namespace

FAULT("readiness.pipe-pollout-threshold", "POLLOUT comes with the first byte of room, which no write can have",
      os::poll, poll_changed([](pollfd& entry) { add(entry, queued_in(entry.fd) < most_queued ? POLLOUT : 0); }),
      os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (queued_in(descriptor) == most_queued - 1)
          {
              errno = EAGAIN;
              return -1;
          }
          return real(descriptor, bytes, size);
      });
FAULT("readiness.pipe-pollout-threshold", "a pipe that was full once is never writable again", os::poll,
      poll_without(POLLOUT));
