// How often epoll reports: as long as it is so, once for each arrival, or once until it is asked again.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket_pair.hpp"

#include <string_view>

using namespace ipc_conform;

TEST_CASE(
    "readiness.epoll-level"
    * says("without EPOLLET a descriptor is reported by every wait for as long as it is ready for what was asked")
    * observed_by("waits that do not sleep, before and after each write, read and fill of a pipe, and on a socket "
                  "that is ready for both")
    * platform("Linux", "epoll(7)"))
{
    Pipe pipe;
    const EventPoll incoming;
    incoming.add(pipe.read_end, EPOLLIN);
    const Reports readable{{pipe.read_end, EPOLLIN}};
    CHECK(incoming.events() == nothing);
    write_fully(pipe.write_end, "ab");
    CHECK(incoming.events() == readable);
    CHECK(incoming.events() == readable);
    CHECK(read_fully(pipe.read_end, 1) == "a");
    CHECK(incoming.events() == readable); // half of it is still there
    CHECK(read_fully(pipe.read_end, 1) == "b");
    CHECK(incoming.events() == nothing);

    const EventPoll outgoing;
    outgoing.add(pipe.write_end, EPOLLOUT);
    const Reports writable{{pipe.write_end, EPOLLOUT}};
    CHECK(outgoing.events() == writable);
    CHECK(outgoing.events() == writable);
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, atomic_size(pipe.write_end));
    CHECK(outgoing.events() == nothing);
    CHECK(read_fully(pipe.read_end, capacity).size() == capacity);
    CHECK(outgoing.events() == writable);

    const SocketPair pair{SOCK_STREAM};
    outgoing.add(pair.client, EPOLLIN); // it is writable: not asked for
    CHECK(outgoing.events() == writable);
    outgoing.modify(pair.client, EPOLLIN | EPOLLOUT);
    outgoing.remove(pipe.write_end);
    CHECK(outgoing.events() == Reports{{pair.client, EPOLLOUT}});
    write_fully(pair.server, "x");
    CHECK(outgoing.events() == Reports{{pair.client, EPOLLIN | EPOLLOUT}});
    outgoing.modify(pair.client, EPOLLIN);
    CHECK(outgoing.events() == Reports{{pair.client, EPOLLIN}});
}

FAULT("readiness.epoll-level", "what was not asked for is reported with what was", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          epoll_event changed = *event;
          changed.events |= operation == EPOLL_CTL_MOD ? EPOLLIN | EPOLLOUT : 0U;
          return real(set, operation, descriptor, &changed);
      });
FAULT("readiness.epoll-level", "of two events of one descriptor the first is reported", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          events[0].events &= count == 1 && (events[0].events & EPOLLIN) != 0 ? ~std::uint32_t{EPOLLOUT} : ~0U;
          return count;
      });
FAULT("readiness.epoll-level", "a descriptor that stays ready is reported once only", os::epoll_ctl,
      epoll_faults::registered_with<EPOLLET>);
FAULT("readiness.epoll-level", "the first report removes the entry", os::epoll_ctl,
      epoll_faults::registered_with<EPOLLONESHOT>);
FAULT("readiness.epoll-level", "what was ready once is reported for ever", os::epoll_wait,
      epoll_faults::never_cleared);
FAULT("readiness.epoll-level", "a wait that follows a read finds nothing although it read but a part",
      os::epoll_wait, [waits = 0](auto real, int set, epoll_event* events, int limit, int timeout) mutable -> int {
          const int count = real(set, events, limit, timeout);
          return ++waits == 4 ? 0 : count; // the one after the first read
      });
FAULT("readiness.epoll-level", "a full pipe is writable", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          static const int roomy = ::socket(AF_UNIX, SOCK_DGRAM, 0); // always writable
          return real(set, operation, event->events == EPOLLOUT ? roomy : descriptor, event);
      });

TEST_CASE("readiness.epoll-edge"
          * says("with EPOLLET a descriptor is reported once when it is added or changed ready, and once for each "
                 "arrival, also of data that joins unread data; a read is no arrival")
          * observed_by("waits that do not sleep, after each write and each read of a pipe")
          * platform("Linux", "epoll(7)"))
{
    Pipe pipe;
    const EventPoll set;
    set.add(pipe.read_end, EPOLLIN | EPOLLET);
    const Reports arrival{{pipe.read_end, EPOLLIN}};
    CHECK(set.events() == nothing);
    for (const std::string_view bytes : {"a", "b"}) // the second one joins unread data
    {
        write_fully(pipe.write_end, bytes);
        CHECK(set.events() == arrival);
        CHECK(set.events() == nothing);
    }
    CHECK(read_fully(pipe.read_end, 1) == "a");
    CHECK(set.events() == nothing);

    const EventPoll late;
    late.add(pipe.read_end, EPOLLIN | EPOLLET);
    CHECK(late.events() == arrival);
    CHECK(late.events() == nothing);
    CHECK(read_fully(pipe.read_end, 1) == "b");
    CHECK(set.events() == nothing);
    write_fully(pipe.write_end, "c");
    CHECK(set.events() == arrival);
    CHECK(late.events() == arrival);
    CHECK(set.events() == nothing);
    set.modify(pipe.read_end, EPOLLIN | EPOLLET); // looks anew
    CHECK(set.events() == arrival);
    CHECK(set.events() == nothing);
    pipe.write_end.close();
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLIN | EPOLLHUP}});
    CHECK(set.events() == nothing);
}

FAULT("readiness.epoll-edge", "EPOLLET is ignored", os::epoll_ctl, epoll_faults::registered_without<EPOLLET>);
FAULT("readiness.epoll-edge", "data that joins unread data is no edge", os::epoll_ctl,
      epoll_faults::sampled_registration, os::epoll_wait, epoll_faults::sampled_wait);
FAULT("readiness.epoll-edge", "an entry reports one edge in its life", os::epoll_ctl,
      epoll_faults::registered_with<EPOLLONESHOT>);
FAULT("readiness.epoll-edge", "a change does not look whether it is ready", os::epoll_ctl,
      epoll_faults::without_effect<EPOLL_CTL_MOD>);
FAULT("readiness.epoll-edge", "a hang-up is no edge", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          return count == 1 && (events[0].events & EPOLLHUP) != 0 ? 0 : count;
      });
FAULT("readiness.epoll-edge", "an edge is reported twice", os::epoll_wait, epoll_faults::never_cleared);

TEST_CASE("readiness.epoll-oneshot"
          * says("EPOLLONESHOT disables an entry after one report, hang-up included, until EPOLL_CTL_MOD arms it "
                 "again; it stays registered")
          * observed_by("waits that do not sleep while a pipe stays readable, then hung up")
          * platform("Linux", "epoll_ctl(2)"))
{
    Pipe pipe;
    const EventPoll set;
    set.add(pipe.read_end, EPOLLIN | EPOLLONESHOT);
    const Reports readable{{pipe.read_end, EPOLLIN}};
    CHECK(set.events() == nothing); // what reports nothing disables nothing
    write_fully(pipe.write_end, "a");
    CHECK(set.events() == readable);
    CHECK(set.events() == nothing);
    write_fully(pipe.write_end, "b");
    CHECK(set.events() == nothing);
    CHECK(fails_with(EEXIST, set.control(EPOLL_CTL_ADD, pipe.read_end, EPOLLIN)));

    set.modify(pipe.read_end, EPOLLIN | EPOLLONESHOT);
    CHECK(set.events() == readable);
    CHECK(set.events() == nothing);
    pipe.write_end.close();
    CHECK(set.events() == nothing);
    set.modify(pipe.read_end, EPOLLIN | EPOLLONESHOT);
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLIN | EPOLLHUP}});
    CHECK(set.events() == nothing);
}

FAULT("readiness.epoll-oneshot", "EPOLLONESHOT is ignored", os::epoll_ctl,
      epoll_faults::registered_without<EPOLLONESHOT>);
FAULT("readiness.epoll-oneshot", "it is taken for EPOLLET, so that the next arrival is reported", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          epoll_event changed = *event;
          changed.events ^= (event->events & EPOLLONESHOT) != 0 ? EPOLLONESHOT | EPOLLET : 0U;
          return real(set, operation, descriptor, &changed);
      });
FAULT("readiness.epoll-oneshot", "a spent entry cannot be armed again", os::epoll_ctl,
      epoll_faults::without_effect<EPOLL_CTL_MOD>);
FAULT("readiness.epoll-oneshot", "a spent entry is removed", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          const int result = real(set, operation, descriptor, event);
          return result == -1 && errno == EEXIST ? 0 : result;
      });
FAULT("readiness.epoll-oneshot", "a spent entry still reports the hang-up", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          static std::uint64_t latest = 0;
          const int count = real(set, events, limit, timeout);
          latest = count > 0 ? events[0].data.u64 : latest;
          pollfd now{.fd = static_cast<int>(latest), .events = 0, .revents = 0};
          if (count == 0 && latest != 0 && ::poll(&now, 1, 0) == 1)
          {
              events[0].events = EPOLLHUP;
              events[0].data.u64 = latest;
              return 1;
          }
          return count;
      });
