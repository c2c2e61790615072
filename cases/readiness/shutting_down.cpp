// What a shutdown of both directions and a reset are to poll, and whom they wake.
#include "cases/readiness/epoll_faults.hpp"
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket_pair.hpp"
#include "fixtures/witness/witness.hpp"

#include <vector>

using namespace ipc_conform;

namespace
{

constexpr int every_direction = POLLIN | POLLOUT | POLLRDHUP;
constexpr int all_ended = POLLIN | POLLOUT | POLLRDHUP | POLLHUP;

// What poll and epoll say of it alike.
void reports(int socket, int mask)
{
    CHECK(polled(socket, every_direction) == events(mask));
    const EventPoll set;
    set.add(socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP); // the same bits
    CHECK(set.events() == Reports{{socket, static_cast<std::uint32_t>(mask)}});
}

} // namespace

TEST_CASE("readiness.full-shutdown-mask"
          * says("after SHUT_RDWR an AF_UNIX socket is readable, writable, half-closed and hung up, and so is its "
                 "peer, except that of a datagram socket, which stays as it was")
          * observed_by("poll and epoll on both ends of pairs of the three types, before and after")
          * platform("Linux", "poll(2)", "epoll_ctl(2)", "gVisor socket_unix_non_stream",
                     "gVisor socket_unix_unbound_dgram"))
{
    for (const int type : std::initializer_list<int>{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET})
    {
        const SocketPair pair{type};
        reports(pair.client, POLLOUT);
        reports(pair.server, POLLOUT);
        CHECK(os::shutdown(pair.client, SHUT_RDWR) == 0);
        reports(pair.client, all_ended);
        reports(pair.server, type == SOCK_DGRAM ? POLLOUT : all_ended);
    }
}

FAULT("readiness.full-shutdown-mask", "poll does not report the hang-up", os::poll,
      polling_faults::poll_without(POLLHUP));
FAULT("readiness.full-shutdown-mask", "epoll does not report the hang-up", os::epoll_wait,
      epoll_faults::bits_lost<EPOLLHUP>);
FAULT("readiness.full-shutdown-mask", "EPOLLRDHUP is not reported", os::epoll_wait,
      epoll_faults::bits_lost<EPOLLRDHUP>);
FAULT("readiness.full-shutdown-mask", "a socket that was shut down is not writable any more", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = static_cast<short>((entries->revents & POLLHUP) != 0 ? entries->revents & ~POLLOUT
                                                                                  : entries->revents);
          return result;
      });
FAULT("readiness.full-shutdown-mask", "the peer of a datagram socket is shut down as well", os::shutdown,
      [](auto real, int socket, int how) -> int {
          ::shutdown(socket + 1, how); // the pair's numbers follow each other
          return real(socket, how);
      });
FAULT("readiness.full-shutdown-mask", "SHUT_RDWR ends the direction of sending only", os::shutdown,
      [](auto real, int socket, int /*how*/) -> int { return real(socket, SHUT_WR); });

namespace
{

// A poller asks `socket` for `wanted`, `shut` is shut down, and the poller sees `seen`; 0: it sleeps on.
struct Wake
{
    int socket;
    int wanted;
    int shut;
    int how;
    int seen;
};

} // namespace

TEST_CASE(
    "readiness.shutdown-wakes-poller"
    * says("who sleeps in poll is woken by a hang-up without asking for anything, and by POLLRDHUP when asking "
           "for it, whether this end or the other was shut down; a datagram socket's other end does not count")
    * observed_by("a peer is seen asleep in poll before each shutdown, on AF_UNIX pairs of the three types and on "
                  "TCP; where it must sleep on, a pipe written later is all that it sees")
    * platform("Linux", "poll(2)", "gVisor socket_unix_non_stream", "gVisor socket_unix_stream"))
{
    std::vector<Connection> connections;
    std::vector<Wake> wakes;
    for (const int type : std::initializer_list<int>{SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM, 0}) // 0: TCP
    {
        const int of_other_end = type == SOCK_DGRAM ? 0 : POLLRDHUP;
        const int of_whole_other_end = type == SOCK_STREAM || type == SOCK_SEQPACKET ? POLLHUP : 0;
        const auto row = [&](int wanted, bool own, int how, int seen) {
            connections.push_back(type == 0 ? Connection{TcpConnection{}} : Connection{SocketPair{type}});
            const Connection& made = connections.back();
            wakes.push_back({made.server, wanted, own ? made.server : made.client, how, seen});
        };
        row(0, true, SHUT_RDWR, POLLHUP);
        row(0, false, SHUT_RDWR, of_whole_other_end);
        row(POLLRDHUP, true, SHUT_RD, POLLRDHUP);
        row(POLLRDHUP, false, SHUT_WR, of_other_end);
    }
    const Pipe marker;
    const std::vector<Event> done(wakes.size());
    Peer poller = spawn("poller", [&] {
        for (std::size_t row = 0; row < wakes.size(); ++row)
        {
            pollfd entries[]{asking(wakes[row].socket, wakes[row].wanted), asking(marker.read_end, POLLIN)};
            CHECK(os::poll(entries, 2, -1) == 1);
            CHECK(events(entries[0].revents) == events(wakes[row].seen));
            CHECK(events(entries[1].revents) == events(wakes[row].seen == 0 ? POLLIN : 0));
            set_up(wakes[row].seen != 0 || read_fully(marker.read_end, 1) == "m");
            done[row].set();
        }
    });
    for (std::size_t row = 0; row < wakes.size(); ++row)
    {
        REQUIRE(blocked_in(poller, os::poll));
        const Stamp cause = stamp();
        CHECK(os::shutdown(wakes[row].shut, wakes[row].how) == 0);
        write_fully(marker.write_end, wakes[row].seen == 0 ? "m" : "");
        done[row].wait();
        CHECK(returned_after(cause, poller, os::poll));
    }
    CHECK(finished(poller));
}

FAULT("readiness.shutdown-wakes-poller", "a shutdown does not wake who sleeps", os::poll,
      polling_faults::poll_never_woken);
FAULT("readiness.shutdown-wakes-poller", "a hang-up that was not asked for is not reported", os::poll,
      polling_faults::poll_without(POLLHUP));
FAULT("readiness.shutdown-wakes-poller", "POLLRDHUP cannot be asked for", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          entries->events = static_cast<short>(entries->events & ~POLLRDHUP);
          return real(entries, count, timeout);
      });
FAULT("readiness.shutdown-wakes-poller", "a half-close is a hang-up", os::poll,
      polling_faults::poll_adding(POLLRDHUP, POLLHUP));
FAULT("readiness.shutdown-wakes-poller", "SHUT_RD has no effect", os::shutdown,
      [](auto real, int socket, int how) -> int { return how == SHUT_RD ? 0 : real(socket, how); });

TEST_CASE("readiness.tcp-rst-mask"
          * says("a reset connection is readable, writable, half-closed, hung up and in error until the error is "
                 "fetched, and the reset wakes who sleeps in poll without asking for anything")
          * observed_by("a close with unread data, and one with SO_LINGER 0, while a peer is seen asleep in poll "
                        "on the other end; then the masks before and after SO_ERROR")
          * platform("Linux", "poll(2)", "tcp(7)", "gVisor socket_ip_tcp_generic"))
{
    for (const bool unread : {true, false})
    {
        TcpConnection connection;
        Peer poller = spawn("poller", [&] {
            connection.server.close(); // or its close by the other process would not be the last
            pollfd entry = asking(connection.client, 0);
            CHECK(os::poll(&entry, 1, -1) == 1);
            CHECK(events(entry.revents) == events(POLLERR | POLLHUP));
        });
        if (unread)
        {
            set_up(os::send(connection.client, "unread", 6) == 6);
            REQUIRE(arrived(connection.server, 6));
        }
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        set_up(unread
               || os::setsockopt(connection.server, SOL_SOCKET, SO_LINGER, &at_once, socklen_t{sizeof at_once})
                      == 0);
        REQUIRE(blocked_in(poller, os::poll));
        const Stamp cause = stamp();
        connection.server.close();
        CHECK(finished(poller));
        CHECK(returned_after(cause, poller, os::poll));
        CHECK(awaited(connection.client, every_direction) == events(all_ended | POLLERR));
        int error = 0;
        socklen_t length = sizeof error;
        CHECK(os::getsockopt(connection.client, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
        CHECK(error == ECONNRESET);
        CHECK(polled(connection.client, every_direction) == events(all_ended));
    }
}

FAULT("readiness.tcp-rst-mask", "a reset is an error that wakes nobody", os::poll,
      polling_faults::poll_never_woken);
FAULT("readiness.tcp-rst-mask", "a reset looks like a close", os::poll, polling_faults::poll_without(POLLERR));
FAULT("readiness.tcp-rst-mask", "a reset is not readable", os::poll,
      polling_faults::poll_without(POLLIN | POLLRDHUP));
FAULT("readiness.tcp-rst-mask", "the error stays after it was fetched", os::poll,
      polling_faults::poll_adding(POLLHUP, POLLERR));
FAULT("readiness.tcp-rst-mask", "the reset leaves no error behind", os::getsockopt,
      [](auto /*real*/, int, int, int, void* value, socklen_t*) -> int {
          *static_cast<int*>(value) = 0;
          return 0;
      });
