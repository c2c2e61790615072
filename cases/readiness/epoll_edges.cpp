// What counts as an edge for epoll, on objects of every type and whenever it happens.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket_pair.hpp"

#include <string>

using namespace ipc_conform;

namespace
{

// How many events there are after a first arrival, without one, after one that joins unread data, without one,
// after a read of a part, and after an arrival that finds all read. A datagram is a part as a byte is.
std::string reported_arrivals(int reading_end, int writing_end)
{
    const EventPoll set;
    set.add(reading_end, EPOLLIN | EPOLLET);
    const Reports arrival{{reading_end, EPOLLIN}};
    std::string counts;
    const auto count = [&](const Reports& reports) {
        counts += reports == nothing ? "0" : reports == arrival ? "1" : "(" + reports.text() + ")";
    };
    const auto read_one = [&](char expected) {
        char byte = 0;
        CHECK(os::read(reading_end, &byte, 1) == 1);
        CHECK(byte == expected);
    };
    write_fully(writing_end, "a");
    count(set.awaited_events());
    count(set.events());
    write_fully(writing_end, "b");
    count(set.awaited_events());
    count(set.events());
    read_one('a');
    count(set.events());
    read_one('b');
    write_fully(writing_end, "c");
    count(set.awaited_events());
    CHECK(set.events() == nothing);
    return counts;
}

// For faults: whether it is a socket of that family and type.
bool is_socket(int descriptor, int family, int type)
{
    sockaddr_storage name{};
    socklen_t name_length = sizeof name;
    int actual = -1;
    socklen_t length = sizeof actual;
    return ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &name_length) == 0
           && name.ss_family == family && ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &actual, &length) == 0
           && actual == type;
}

// For faults: descriptors of which this holds are registered without EPOLLET.
template <class Predicate>
auto level_triggered_where(Predicate chosen)
{
    return [chosen](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
        epoll_event changed = *event;
        changed.events &= chosen(descriptor) ? ~EPOLLET : ~0U;
        return real(set, operation, descriptor, &changed);
    };
}

// For faults: an arrival at a descriptor of which this holds is not reported when it joins unread bytes.
template <class Predicate>
auto joining_lost_where(Predicate chosen)
{
    return [chosen](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
        const int count = real(set, events, limit, timeout);
        int queued = 0;
        const bool lost = count == 1 && chosen(static_cast<int>(events[0].data.u64))
                          && ::ioctl(static_cast<int>(events[0].data.u64), FIONREAD, &queued) == 0 && queued > 1;
        return lost ? 0 : count;
    };
}

bool is_fifo(int descriptor)
{
    struct stat status = {};
    return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

} // namespace

TEST_CASE("readiness.epoll-edge-per-object"
          * says("with EPOLLET every arrival is reported once, also at unread data, and nothing else is, on a "
                 "pipe, a FIFO, a TCP connection and AF_UNIX sockets of the three types alike")
          * observed_by("reports after a write, without one, after a write to unread data, without one, after a "
                        "read of a part, after the rest was read and one more write: 1 0 1 0 0 1 on each")
          * platform("Linux", "epoll(7)", "WSL issue 8923"))
{
    const Pipe pipe;
    CHECK(reported_arrivals(pipe.read_end, pipe.write_end) == "101001");
    const OpenFifo fifo;
    CHECK(reported_arrivals(fifo.read_end, fifo.write_end) == "101001");
    const SocketPair stream{SOCK_STREAM};
    CHECK(reported_arrivals(stream.server, stream.client) == "101001");
    const SocketPair datagram{SOCK_DGRAM};
    CHECK(reported_arrivals(datagram.server, datagram.client) == "101001");
    const SocketPair packet{SOCK_SEQPACKET};
    CHECK(reported_arrivals(packet.server, packet.client) == "101001");
    const TcpConnection connection;
    CHECK(reported_arrivals(connection.server, connection.client) == "101001");
}

FAULT("readiness.epoll-edge-per-object", "a pipe that stays readable is reported again", os::epoll_ctl,
      level_triggered_where(is_fifo));
FAULT("readiness.epoll-edge-per-object", "a datagram socket that stays readable is reported again", os::epoll_ctl,
      level_triggered_where([](int descriptor) { return is_socket(descriptor, AF_UNIX, SOCK_DGRAM); }));
FAULT("readiness.epoll-edge-per-object", "a SOCK_SEQPACKET socket that stays readable is reported again",
      os::epoll_ctl,
      level_triggered_where([](int descriptor) { return is_socket(descriptor, AF_UNIX, SOCK_SEQPACKET); }));
FAULT("readiness.epoll-edge-per-object", "on a TCP connection data that joins unread data is no edge",
      os::epoll_wait,
      joining_lost_where([](int descriptor) { return is_socket(descriptor, AF_INET, SOCK_STREAM); }));
FAULT("readiness.epoll-edge-per-object", "on an AF_UNIX stream data that joins unread data is no edge",
      os::epoll_wait,
      joining_lost_where([](int descriptor) { return is_socket(descriptor, AF_UNIX, SOCK_STREAM); }));
FAULT("readiness.epoll-edge-per-object", "on a pipe data that joins unread data is no edge", os::epoll_wait,
      joining_lost_where(is_fifo));

namespace
{

void reports_what_passed_between_waits(int reading_end, int writing_end)
{
    const EventPoll incoming;
    incoming.add(reading_end, EPOLLIN | EPOLLET);
    const Reports arrival{{reading_end, EPOLLIN}};
    write_fully(writing_end, "a");
    CHECK(incoming.events() == arrival);
    CHECK(read_fully(reading_end, 1) == "a"); // no wait sees it empty
    write_fully(writing_end, "b");
    CHECK(incoming.events() == arrival);
    CHECK(incoming.events() == nothing);
    CHECK(read_fully(reading_end, 1) == "b");

    const EventPoll outgoing;
    outgoing.add(writing_end, EPOLLOUT | EPOLLET);
    const Reports room{{writing_end, EPOLLOUT}};
    CHECK(outgoing.events() == room);
    CHECK(outgoing.events() == nothing);
    set_nonblocking(writing_end);
    const std::size_t capacity = fill(writing_end, 4096); // no wait sees it full
    CHECK(read_fully(reading_end, capacity).size() == capacity);
    CHECK(outgoing.events() == room);
    CHECK(outgoing.events() == nothing);
}

} // namespace

TEST_CASE(
    "readiness.epoll-edge-between-waits"
    * says("an edge is reported although the state was left and entered again between two waits: drained and "
           "refilled for EPOLLIN, filled and drained for EPOLLOUT")
    * observed_by("no epoll_wait between the two changes of a pipe and of an AF_UNIX stream, then one report")
    * platform("Linux", "epoll(7)"))
{
    const Pipe pipe;
    reports_what_passed_between_waits(pipe.read_end, pipe.write_end);
    const SocketPair stream{SOCK_STREAM};
    reports_what_passed_between_waits(stream.server, stream.client);
}

FAULT("readiness.epoll-edge-between-waits", "readiness is looked at in epoll_wait only", os::epoll_ctl,
      epoll_faults::sampled_registration, os::epoll_wait, epoll_faults::sampled_wait);
FAULT("readiness.epoll-edge-between-waits", "room that was made is no edge", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          epoll_event changed = *event;
          changed.events |= (event->events & EPOLLOUT) != 0 ? EPOLLONESHOT : 0U;
          return real(set, operation, descriptor, &changed);
      });
FAULT("readiness.epoll-edge-between-waits", "the edges between two waits are reported one by one", os::epoll_wait,
      epoll_faults::never_cleared);
