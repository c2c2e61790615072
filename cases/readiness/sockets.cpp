// When a socket is ready: before it is connected, as a listener, while it connects.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unix_socket.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE(
    "readiness.unconnected-socket"
    * says("a stream socket that was never connected is hung up and writable, or not ready at all; a datagram "
           "socket without a peer is writable")
    * observed_by("poll for reading and writing on new sockets of both families, and on a stream once connected")
    * on("Linux", "POLLOUT|POLLHUP for a stream, POLLOUT for a datagram socket")
    * on("Darwin", "a stream is not ready, by reading uipc_socket.c; not run there")
    * defined("POSIX.1-2024 poll()", "Linux net/unix/af_unix.c", "Linux net/ipv4/tcp.c"))
{
    constexpr int both = POLLIN | POLLOUT;
    for (const int family : {AF_UNIX, AF_INET})
    {
        const Descriptor stream{arranged(os::socket(family, SOCK_STREAM, 0))};
        const Events seen = polled(stream, both);
        observe(family == AF_UNIX ? "AF_UNIX stream" : "TCP", in_words(seen));
        CHECK(any_of(seen, {POLLOUT | POLLHUP, 0}));
        CHECK(polled(stream, 0) == events(seen.mask & POLLHUP));

        const Descriptor datagram{arranged(os::socket(family, SOCK_DGRAM, 0))};
        CHECK(polled(datagram, both) == events(POLLOUT));
    }
    const OwnedPath place;
    const Descriptor listener = listen_at(place.path());
    const Descriptor connected = connect_to(place.path());
    CHECK(polled(connected, both) == events(POLLOUT)); // the hang-up ends with the connecting
}

FAULT("readiness.unconnected-socket", "an unconnected stream is only writable, as if it were connected", os::poll,
      polling_faults::poll_without(POLLHUP));
FAULT("readiness.unconnected-socket", "an unconnected stream is readable, as at the end of file", os::poll,
      polling_faults::poll_adding(POLLHUP, POLLIN));
FAULT("readiness.unconnected-socket", "a datagram socket without a peer is hung up", os::poll,
      polling_faults::poll_adding(POLLOUT, POLLHUP));
FAULT("readiness.unconnected-socket", "a datagram socket without a peer is not writable", os::poll,
      polling_faults::poll_without(POLLOUT));

namespace
{

template <class Connect>
void is_readable_for_connections(int listener, const Connect& connect)
{
    CHECK(polled(listener, POLLIN) == no_events);
    CHECK(selected(listener) == in_no_set);
    Peer poller = spawn("poller", [&] {
        pollfd entry = asking(listener, POLLIN);
        CHECK(os::poll(&entry, 1, -1) == 1);
        CHECK(events(entry.revents) == events(POLLIN));
    });
    REQUIRE(blocked_in(poller, os::poll));
    const Stamp cause = stamp();
    const Descriptor first = connect();
    CHECK(finished(poller));
    CHECK(returned_after(cause, poller, os::poll));
    CHECK(polled(listener, POLLIN) == events(POLLIN));
    CHECK(selected(listener) == in_read_set);
    const Descriptor first_accepted{os::accept(listener)};
    CHECK(first_accepted >= 0);
    CHECK(polled(listener, POLLIN) == no_events);

    const Descriptor second = connect();
    const Descriptor third = connect();
    for (int accepted = 0; accepted < 2; ++accepted)
    {
        CHECK(awaited(listener, POLLIN) == events(POLLIN));
        const Descriptor connection{os::accept(listener)};
        CHECK(connection >= 0);
    }
    CHECK(polled(listener, POLLIN) == no_events);
    CHECK(selected(listener) == in_no_set);
    CHECK(fails_with(EAGAIN, os::accept(listener)));
}

} // namespace

TEST_CASE("readiness.listener" * says("a listening socket is readable exactly while a connection can be accepted")
          * observed_by("poll and select before a connection, with a peer asleep in poll for the first, for each "
                        "of several that wait, and after the last accept, on an AF_UNIX and on a TCP listener")
          * on("Darwin", "the same, by reading uipc_socket.c")
          * shall("POSIX.1-2024 accept()", "POSIX.1-2024 poll()", "POSIX.1-2024 select()"))
{
    const OwnedPath place;
    const Descriptor local = listen_at(place.path());
    set_nonblocking(local);
    is_readable_for_connections(local, [&] { return connect_to(place.path()); });
    const Descriptor tcp = tcp_listener();
    set_nonblocking(tcp);
    is_readable_for_connections(tcp, [&] { return tcp_client(port_of(tcp)); });
}

FAULT("readiness.listener", "a listener stays readable after the accept", os::poll,
      [was_ready = false](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
          const int result = real(entries, count, timeout);
          was_ready = was_ready || result == 1;
          entries->revents = was_ready ? POLLIN : entries->revents;
          return was_ready ? 1 : result;
      });
FAULT("readiness.listener", "one accept clears the readiness although a second connection waits", os::poll,
      [found = 0](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
          const int result = real(entries, count, timeout);
          found += result == 1 ? 1 : 0;
          entries->revents =
              found < 3 ? entries->revents : static_cast<short>(0); // the third is the second one waiting
          return found < 3 ? result : 0;
      });
FAULT("readiness.listener", "a connection that waits is announced as room to write", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = result == 1 ? POLLOUT : entries->revents;
          return result;
      });
FAULT("readiness.listener", "a listener is readable although accept finds nothing", os::poll,
      polling_faults::poll_with(POLLIN));
FAULT("readiness.listener", "a connection does not wake who sleeps in poll", os::poll,
      polling_faults::poll_never_woken);
FAULT("readiness.listener", "select does not know of connections", os::select,
      [](auto real, int limit, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int result = real(limit, readable, writable, exceptional, timeout);
          FD_ZERO(readable);
          return result > 0 ? 0 : result;
      });

namespace
{

int pending_error(int socket)
{
    int error = -1;
    socklen_t length = sizeof error;
    CHECK(os::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0);
    return error;
}

bool is_connected(int socket)
{
    sockaddr_storage name{};
    socklen_t length = sizeof name;
    return os::getpeername(socket, reinterpret_cast<sockaddr*>(&name), &length) == 0;
}

// A socket whose connect does not wait, and has not been refused at once.
Descriptor connecting_to(std::uint16_t port)
{
    Descriptor socket{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    set_nonblocking(socket);
    const LoopbackAddress server{port};
    const int result = os::connect(socket, server.address(), server.length());
    if (result != 0)
    {
        CHECK(fails_with(EINPROGRESS, result));
    }
    return socket;
}

} // namespace

TEST_CASE("readiness.connect-completion"
          * says("a socket that connects without waiting becomes writable when it is connected, not before, and "
                 "also when it fails: then with POLLERR, and SO_ERROR tells the reason once")
          * observed_by("a non-blocking connect to a TCP listener, to one whose queue is full, and to a port "
                        "where nobody listens; poll, select and SO_ERROR")
          * on("Linux", "POLLOUT; POLLOUT|POLLERR|POLLHUP after a refusal")
          * shall("POSIX.1-2024 connect()", "POSIX.1-2024 select()", "POSIX.1-2024 poll()"))
{
    const Descriptor listener = tcp_listener();
    const Descriptor client = connecting_to(port_of(listener));
    CHECK(awaited(client, POLLIN | POLLOUT) == events(POLLOUT));
    CHECK(selected(client) == in_write_set);
    CHECK(pending_error(client) == 0);
    CHECK(is_connected(client));

    const Descriptor deaf = bound_to_loopback(SOCK_STREAM);
    const Descriptor refused = connecting_to(port_of(deaf));
    const Events failure = awaited(refused, POLLOUT);
    observe("after a refusal", in_words(failure));
    CHECK(any_of(failure, {POLLOUT | POLLERR, POLLOUT | POLLERR | POLLHUP}));
    CHECK(selected(refused).writable);
    CHECK(pending_error(refused) == ECONNREFUSED);
    CHECK(pending_error(refused) == 0);
    CHECK(!is_connected(refused));

    const Descriptor busy = tcp_listener(0);
    std::vector<Descriptor> crowd; // too many for its queue, where the system keeps to it
    int waiting = 0;
    for (int number = 0; number < 3; ++number)
    {
        crowd.push_back(connecting_to(port_of(busy)));
        const bool writable = (polled(crowd.back(), POLLOUT).mask & POLLOUT) != 0;
        const bool connected = is_connected(crowd.back()); // asked second: it may just have become so
        CHECK(writable <= connected);
        waiting += writable ? 0 : 1;
    }
    observe("connects seen under way", waiting);
}

FAULT("readiness.connect-completion", "a socket that has connected never becomes writable", os::poll,
      polling_faults::poll_without(POLLOUT));
FAULT("readiness.connect-completion", "a socket is writable while it still connects", os::poll,
      polling_faults::poll_with(POLLOUT));
FAULT("readiness.connect-completion", "a refusal looks like a success", os::poll,
      polling_faults::poll_without(POLLERR | POLLHUP));
FAULT("readiness.connect-completion", "SO_ERROR does not hold the reason", os::getsockopt,
      [](auto /*real*/, int, int, int, void* value, socklen_t*) -> int {
          *static_cast<int*>(value) = 0;
          return 0;
      });
FAULT("readiness.connect-completion", "SO_ERROR is not cleared by being read", os::getsockopt,
      [kept = 0](auto real, int socket, int level, int option, void* value, socklen_t* length) mutable -> int {
          const int result = real(socket, level, option, value, length);
          int& error = *static_cast<int*>(value);
          kept = error != 0 ? error : kept;
          error = kept;
          return result;
      });
FAULT("readiness.connect-completion", "a connect that does not wait is reported as one that may be repeated",
      os::connect, [](auto real, int socket, const sockaddr* address, socklen_t length) -> int {
          const int result = real(socket, address, length);
          errno = result == -1 && errno == EINPROGRESS ? EAGAIN : errno;
          return result;
      });
