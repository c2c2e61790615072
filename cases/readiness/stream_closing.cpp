// What poll says of a stream as its connection ends, by halves.
#include "cases/readiness/epoll_faults.hpp"
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket_pair.hpp"

using namespace ipc_conform;

namespace
{

constexpr int ending = POLLIN | POLLRDHUP;

// The peer has ended its direction, this end has not: what poll says of it.
Events half_closed(const Connection& connection)
{
    CHECK(polled(connection.server, ending) == no_events);
    CHECK(os::shutdown(connection.client, SHUT_WR) == 0);
    const Events seen = awaited(connection.server, ending);
    CHECK(any_of(seen, {POLLIN | POLLRDHUP, POLLIN | POLLHUP}));
    CHECK(polled(connection.server, POLLOUT).mask == (POLLOUT | (seen.mask & POLLHUP)));
    return seen;
}

} // namespace

TEST_CASE(
    "readiness.stream-half-close"
    * says("the peer's SHUT_WR makes a stream readable, without POLLHUP where POLLRDHUP tells of it; POLLHUP "
           "comes when both directions have ended")
    * observed_by(
        "poll on AF_UNIX and TCP connections: open, after the peer's SHUT_WR, after one's own or the peer's close")
    * on("Linux", "POLLIN|POLLRDHUP, then POLLIN|POLLRDHUP|POLLHUP; a TCP peer's close alone is no POLLHUP")
    * on("Darwin", "the end of file gives POLLHUP already, by reading sys_generic.c; not run there")
    * defined("POSIX.1-2024 poll()", "poll(2)"))
{
    SocketPair local{SOCK_STREAM};
    const Events half = half_closed(local);
    observe("half-closed", in_words(half));
    local.client.close();
    CHECK(polled(local.server, ending) == events(half.mask | POLLHUP));

    const SocketPair local_twice{SOCK_STREAM};
    CHECK(half_closed(local_twice) == half);
    CHECK(os::shutdown(local_twice.server, SHUT_WR) == 0);
    CHECK(polled(local_twice.server, ending) == events(half.mask | POLLHUP));

    TcpConnection tcp;
    CHECK(half_closed(tcp) == half);
    tcp.client.close();
    CHECK(polled(tcp.server, ending) == half); // a close cannot be told from SHUT_WR until something is sent
    CHECK(os::shutdown(tcp.server, SHUT_WR) == 0);
    CHECK(polled(tcp.server, ending) == events(half.mask | POLLHUP));
}

FAULT("readiness.stream-half-close", "a half-closed stream is hung up", os::poll,
      polling_faults::poll_adding(POLLRDHUP, POLLHUP));
FAULT("readiness.stream-half-close", "the end of file is not readable", os::poll,
      polling_faults::poll_without(POLLIN));
FAULT("readiness.stream-half-close", "the half-close is not told from data", os::poll,
      polling_faults::poll_without(POLLRDHUP));
FAULT("readiness.stream-half-close", "a stream that has ended is not hung up", os::poll,
      polling_faults::poll_without(POLLHUP));
FAULT("readiness.stream-half-close", "the peer's SHUT_WR ends one's own direction, too", os::shutdown,
      [](auto real, int socket, int /*how*/) -> int { return real(socket, SHUT_RDWR); });

TEST_CASE("readiness.tcp-both-shut"
          * says("a TCP socket is hung up when both directions have been shut down, in either order, and not "
                 "while its own is the only one")
          * observed_by("poll for reading on both ends, which shut down one after the other")
          * on("Linux", "POLLIN|POLLHUP") * defined("POSIX.1-2024 poll()", "poll(2)", "gVisor tcp_socket"))
{
    const TcpConnection connection;
    CHECK(os::shutdown(connection.client, SHUT_WR) == 0);
    REQUIRE(readable(connection.server));
    CHECK(polled(connection.client, POLLIN) == no_events);
    CHECK(os::shutdown(connection.server, SHUT_WR) == 0);
    CHECK(polled(connection.server, POLLIN) == events(POLLIN | POLLHUP)); // its own was the second
    CHECK(awaited(connection.client, POLLIN) == events(POLLIN | POLLHUP));
    CHECK(polled(connection.client, 0) == events(POLLHUP));
    CHECK(polled(connection.server, 0) == events(POLLHUP));
    CHECK(selected(connection.client).readable);
}

namespace
{

// For faults: the socket that was shut down last.
int latest_shut = -1;

constexpr auto shut_and_remembered = [](auto real, int socket, int how) -> int {
    latest_shut = socket;
    return real(socket, how);
};

} // namespace

FAULT("readiness.tcp-both-shut", "there is no hang-up, only an end of file", os::poll,
      polling_faults::poll_without(POLLHUP));
FAULT("readiness.tcp-both-shut", "a hang-up must be asked for", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = entries->events == 0 ? static_cast<short>(0) : entries->revents;
          return entries->events == 0 ? 0 : result;
      });
FAULT("readiness.tcp-both-shut", "one's own SHUT_WR is a hang-up", os::shutdown, shut_and_remembered, os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = static_cast<short>(entries->revents | (entries->fd == latest_shut ? POLLHUP : 0));
          return result < 0 ? result : polling_faults::counted(entries, count);
      });
FAULT("readiness.tcp-both-shut", "who shuts down last is not told of the hang-up", os::shutdown,
      shut_and_remembered, os::poll, [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = static_cast<short>(entries->revents & (entries->fd == latest_shut ? ~POLLHUP : ~0));
          return result < 0 ? result : polling_faults::counted(entries, count);
      });
FAULT("readiness.tcp-both-shut", "SHUT_WR shuts down both directions at once", os::shutdown,
      [](auto real, int socket, int /*how*/) -> int { return real(socket, SHUT_RDWR); });

namespace
{

void tells_the_half_close_when_asked(const Connection& connection)
{
    CHECK(os::shutdown(connection.client, SHUT_WR) == 0);
    CHECK(awaited(connection.server, POLLIN) == events(POLLIN));
    CHECK(polled(connection.server, POLLIN | POLLRDHUP) == events(POLLIN | POLLRDHUP));
    CHECK(polled(connection.server, POLLRDHUP) == events(POLLRDHUP));
    CHECK(polled(connection.server, 0) == no_events);

    const EventPoll set;
    set.add(connection.server, EPOLLIN);
    CHECK(set.events() == Reports{{connection.server, EPOLLIN}});
    set.modify(connection.server, EPOLLIN | EPOLLRDHUP);
    CHECK(set.events() == Reports{{connection.server, EPOLLIN | EPOLLRDHUP}});
    set.modify(connection.server, EPOLLRDHUP);
    CHECK(set.events() == Reports{{connection.server, EPOLLRDHUP}});
    set.modify(connection.server, 0);
    CHECK(set.events() == nothing);
}

} // namespace

TEST_CASE("readiness.rdhup-only-if-asked"
          * says("POLLRDHUP and EPOLLRDHUP are reported only when they were asked for")
          * observed_by("poll and epoll with and without the bit after the peer's SHUT_WR, on AF_UNIX and TCP")
          * platform("Linux", "poll(2)", "epoll_ctl(2)"))
{
    const SocketPair local{SOCK_STREAM};
    tells_the_half_close_when_asked(local);
    const TcpConnection tcp;
    tells_the_half_close_when_asked(tcp);
}

FAULT("readiness.rdhup-only-if-asked", "poll reports it unasked", os::poll,
      polling_faults::poll_adding(POLLIN, POLLRDHUP));
FAULT("readiness.rdhup-only-if-asked", "epoll reports it unasked", os::epoll_wait,
      epoll_faults::bits_added<EPOLLRDHUP>);
FAULT("readiness.rdhup-only-if-asked", "poll never reports it", os::poll, polling_faults::poll_without(POLLRDHUP));
FAULT("readiness.rdhup-only-if-asked", "epoll takes it for a hang-up, which needs no asking", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          events[0].events |= count > 0 && (events[0].events & EPOLLRDHUP) != 0 ? std::uint32_t{EPOLLHUP} : 0U;
          return count;
      });
