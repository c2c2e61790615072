// Who sleeps in epoll_wait, and what wakes them.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE("readiness.epoll-hup-err-always"
          * says("EPOLLHUP and EPOLLERR are reported although they were not asked for, and nothing else is then")
          * observed_by("both ends of pipes registered for no event; the other end is closed")
          * platform("Linux", "epoll_ctl(2)"))
{
    Pipe pipe;
    Pipe other;
    const EventPoll set;
    set.add(pipe.read_end, 0);
    set.add(other.write_end, 0);
    write_fully(pipe.write_end, "unread");
    CHECK(set.events() == nothing); // one is readable, the other writable: not asked for
    pipe.write_end.close();
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLHUP}});
    other.read_end.close();
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLHUP}, {other.write_end, EPOLLERR}});
    CHECK(read_fully(pipe.read_end, 6) == "unread");
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLHUP}, {other.write_end, EPOLLERR}});
}

FAULT("readiness.epoll-hup-err-always", "a hang-up that was not asked for is not reported", os::epoll_wait,
      epoll_faults::bits_lost<EPOLLHUP>);
FAULT("readiness.epoll-hup-err-always", "an error that was not asked for is not reported", os::epoll_wait,
      epoll_faults::bits_lost<EPOLLERR>);
FAULT("readiness.epoll-hup-err-always", "the events of before are reported as well", os::epoll_wait,
      epoll_faults::bits_added<EPOLLIN>);
FAULT("readiness.epoll-hup-err-always", "a hang-up is reported once", os::epoll_ctl,
      epoll_faults::registered_with<EPOLLET>);

TEST_CASE(
    "readiness.epoll-wakes"
    * says("a sleeping epoll_wait is woken by what another process does: a write, a read that makes room, a close")
    * observed_by("peers are seen asleep in epoll_wait without a timeout; then the call, and the wait returns "
                  "after it with that event alone")
    * platform("Linux", "epoll_wait(2)", "epoll(7)"))
{
    const auto wakes = [](const EventPoll& set, Descriptor& spare, const Report& expected, const auto& cause) {
        Peer waiter = spawn("waiter", [&] {
            spare.close(); // or there would be no hang-up
            CHECK(set.events(-1) == Reports{expected});
        });
        REQUIRE(blocked_in(waiter, os::epoll_wait, set));
        const Stamp before = stamp();
        cause();
        CHECK(finished(waiter));
        CHECK(returned_after(before, waiter, os::epoll_wait));
    };
    Pipe pipe;
    const EventPoll incoming;
    incoming.add(pipe.read_end, EPOLLIN);
    const EventPoll elsewhere;
    elsewhere.add(pipe.read_end, EPOLLIN);
    Peer neighbour = spawn("neighbour", [&] {
        pipe.write_end.close();
        CHECK(elsewhere.events(-1) == Reports{{pipe.read_end, EPOLLIN}});
    });
    REQUIRE(blocked_in(neighbour, os::epoll_wait, elsewhere));
    wakes(incoming, pipe.write_end, {pipe.read_end, EPOLLIN},
          [&] { CHECK(os::write(pipe.write_end, "x", 1) == 1); });
    CHECK(finished(neighbour)); // each set has sleepers of its own to wake

    set_nonblocking(pipe.write_end);
    const std::size_t capacity = 1 + fill(pipe.write_end, atomic_size(pipe.write_end)) + fill(pipe.write_end, 1);
    const EventPoll outgoing;
    outgoing.add(pipe.write_end, EPOLLOUT);
    wakes(outgoing, pipe.read_end, {pipe.write_end, EPOLLOUT},
          [&] { CHECK(read_fully(pipe.read_end, capacity).size() == capacity); });
    wakes(incoming, pipe.write_end, {pipe.read_end, EPOLLHUP}, [&] { pipe.write_end.close(); });
}

FAULT("readiness.epoll-wakes", "what happens during the sleep does not wake it", os::epoll_create1,
      epoll_faults::makes_an_empty_set, os::epoll_wait, epoll_faults::never_woken);
FAULT("readiness.epoll-wakes", "of two sets with the same descriptor one is told", os::epoll_ctl,
      [added = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          return ++added == 2 ? 0 : real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-wakes", "a wait without a timeout returns at once", os::epoll_wait,
      epoll_faults::never_sleeps);
FAULT("readiness.epoll-wakes", "a hang-up is reported as readable", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          events[0].events = count > 0 && events[0].events == EPOLLHUP ? std::uint32_t{EPOLLIN} : events[0].events;
          return count;
      });
FAULT("readiness.epoll-wakes", "a sleep that is ended reports no event", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          return timeout == -1 ? 0 : count;
      });

TEST_CASE("readiness.epoll-add-wakes"
          * says("a ready descriptor that is added to a set, or whose entry is changed to ask for what it is "
                 "ready for, wakes who sleeps in epoll_wait")
          * observed_by("a peer is seen asleep in epoll_wait; a pipe with data is added, then another one's entry "
                        "is changed to EPOLLIN")
          * platform("Linux", "epoll_wait(2)", "epoll_ctl(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    const EventPoll set;
    const Reports readable{{pipe.read_end, EPOLLIN}};
    const auto wait_for_it = [&] { CHECK(set.events(-1) == readable); };
    Peer first = spawn("first", wait_for_it);
    REQUIRE(blocked_in(first, os::epoll_wait, set));
    const Stamp added = stamp();
    set.add(pipe.read_end, EPOLLIN);
    CHECK(finished(first));
    CHECK(returned_after(added, first, os::epoll_wait));

    set.modify(pipe.read_end, 0);
    Peer second = spawn("second", wait_for_it);
    REQUIRE(blocked_in(second, os::epoll_wait, set));
    const Stamp changed = stamp();
    set.modify(pipe.read_end, EPOLLIN);
    CHECK(finished(second));
    CHECK(returned_after(changed, second, os::epoll_wait));
}

FAULT("readiness.epoll-add-wakes", "who sleeps knows only the entries of before", os::epoll_create1,
      epoll_faults::makes_an_empty_set, os::epoll_wait, epoll_faults::never_woken);
FAULT("readiness.epoll-add-wakes", "an addition counts from the next write on", os::epoll_ctl,
      epoll_faults::without_effect<EPOLL_CTL_ADD>);
FAULT("readiness.epoll-add-wakes", "a change counts from the next write on", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          return operation == EPOLL_CTL_MOD && event->events != 0 ? 0 : real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-add-wakes", "a wait on an empty set returns at once", os::epoll_wait,
      epoll_faults::never_sleeps);
