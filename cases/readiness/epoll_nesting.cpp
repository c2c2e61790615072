// Epoll sets in epoll sets.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <cstddef>
#include <vector>

using namespace ipc_conform;

TEST_CASE(
    "readiness.epoll-nested"
    * says("an epoll set is itself readable, to poll and to other sets, exactly when it has events to report")
    * observed_by(
        "a set in a set in a set: poll and wait on each before a write, after it, after the read and after the "
        "close of the innermost set; a peer asleep on the outermost is woken by a write to the innermost pipe")
    * platform("Linux", "epoll(7)"))
{
    Pipe pipe;
    EventPoll inner;
    const EventPoll middle;
    const EventPoll outer;
    inner.add(pipe.read_end, EPOLLIN);
    middle.add(inner, EPOLLIN);
    outer.add(middle, EPOLLIN);
    CHECK(outer.events() == nothing);
    CHECK(polled(inner, POLLIN) == no_events);

    Peer waiter = spawn("waiter", [&] { CHECK(outer.events(-1) == Reports{{middle, EPOLLIN}}); });
    REQUIRE(blocked_in(waiter, os::epoll_wait, outer));
    const Stamp before = stamp();
    write_fully(pipe.write_end, "x");
    CHECK(finished(waiter));
    CHECK(returned_after(before, waiter, os::epoll_wait));
    CHECK(polled(inner, POLLIN) == events(POLLIN));
    CHECK(polled(outer, POLLIN) == events(POLLIN));
    CHECK(middle.events() == Reports{{inner, EPOLLIN}});
    CHECK(inner.events() == Reports{{pipe.read_end, EPOLLIN}});
    CHECK(outer.events() == Reports{{middle, EPOLLIN}}); // looking into the inner ones has taken nothing away

    CHECK(read_fully(pipe.read_end, 1) == "x");
    CHECK(polled(inner, POLLIN) == no_events);
    CHECK(outer.events() == nothing);
    CHECK(inner.events() == nothing);

    write_fully(pipe.write_end, "y");
    CHECK(outer.events() == Reports{{middle, EPOLLIN}});
    inner.close(); // and with it what it had to report
    CHECK(middle.events() == nothing);
    CHECK(outer.events() == nothing);
}

FAULT("readiness.epoll-nested", "a set within a set is never ready", os::epoll_ctl,
      [entries = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          return ++entries == 1 ? real(set, operation, descriptor, event) : 0;
      });
FAULT("readiness.epoll-nested", "poll takes a set for always ready", os::poll,
      [](auto /*real*/, pollfd* asked, nfds_t count, int /*timeout*/) -> int {
          asked->revents = POLLIN;
          return static_cast<int>(count);
      });
FAULT("readiness.epoll-nested", "poll never finds a set ready", os::poll,
      [](auto /*real*/, pollfd*, nfds_t, int) -> int { return 0; });
FAULT("readiness.epoll-nested", "a set stays ready when the last event is gone", os::epoll_wait,
      epoll_faults::never_cleared);
FAULT("readiness.epoll-nested", "a set that is closed stays in those around it", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          static_cast<void>(::dup(descriptor)); // they hold it
          return real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-nested", "a set within a set is edge-triggered", os::epoll_ctl,
      epoll_faults::registered_with<EPOLLET>);

namespace
{

// How many sets can be put into one another, each new one around or into those that are there.
std::size_t nested_sets(bool outwards)
{
    constexpr std::size_t attempts = 8;
    std::vector<EventPoll> sets(1);
    while (sets.size() < attempts)
    {
        EventPoll next;
        const EventPoll& latest = sets.back();
        const int result =
            outwards ? next.control(EPOLL_CTL_ADD, latest, EPOLLIN) : latest.control(EPOLL_CTL_ADD, next, EPOLLIN);
        if (result != 0)
        {
            CHECK(fails_with(ELOOP, result));
            break;
        }
        sets.push_back(std::move(next));
    }
    return sets.size();
}

} // namespace

TEST_CASE(
    "readiness.epoll-cycle"
    * says("epoll_ctl fails with ELOOP instead of closing a cycle of epoll sets or nesting them deeper than five, "
           "and leaves no entry behind")
    * observed_by("a cycle of two and one of three; chains that grow outwards and inwards until they are refused")
    * platform("Linux", "epoll_ctl(2)", "Linux commit f2e467a48287"))
{
    const EventPoll outer;
    const EventPoll middle;
    const EventPoll inner;
    outer.add(middle, EPOLLIN);
    CHECK(fails_with(ELOOP, middle.control(EPOLL_CTL_ADD, outer, EPOLLIN)));
    middle.add(inner, EPOLLIN);
    CHECK(fails_with(ELOOP, inner.control(EPOLL_CTL_ADD, outer, EPOLLIN)));
    CHECK(fails_with(ELOOP, inner.control(EPOLL_CTL_ADD, middle, EPOLLIN)));
    CHECK(fails_with(ENOENT, inner.control(EPOLL_CTL_DEL, outer, 0)));
    CHECK(fails_with(ENOENT, inner.control(EPOLL_CTL_DEL, middle, 0)));

    CHECK(nested_sets(true) == 5);
    CHECK(nested_sets(false) == 5); // a limit that looks only downwards lets this one grow

    Pipe pipe; // the chain that is there still works
    write_fully(pipe.write_end, "x");
    inner.add(pipe.read_end, EPOLLIN);
    CHECK(outer.events() == Reports{{middle, EPOLLIN}});
}

FAULT("readiness.epoll-cycle", "a cycle is accepted", os::epoll_ctl, wrong_answer::hiding<ELOOP, 0>);
FAULT("readiness.epoll-cycle", "a cycle is an invalid argument", os::epoll_ctl,
      wrong_answer::misreporting<ELOOP, EINVAL>);
FAULT("readiness.epoll-cycle", "only a cycle of two is noticed", os::epoll_ctl,
      [refused = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          const int result = real(set, operation, descriptor, event);
          refused += result == -1 && errno == ELOOP ? 1 : 0;
          return result == -1 && errno == ELOOP && refused == 2 ? 0 : result;
      });
FAULT("readiness.epoll-cycle", "one level too few is allowed", os::epoll_ctl,
      [nested = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          const int result = real(set, operation, descriptor, event);
          nested += result == 0 ? 1 : 0;
          errno = result == 0 && nested >= 6 ? ELOOP : errno; // the fourth of the first chain
          return result == 0 && nested >= 6 ? -1 : result;
      });
FAULT("readiness.epoll-cycle", "sets cannot be nested", os::epoll_ctl,
      [](auto /*real*/, int, int, int, epoll_event*) -> int {
          errno = ELOOP;
          return -1;
      });
