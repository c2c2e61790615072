// Messages of special kinds, and when their receiver is ready: urgent data, datagrams without data.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket_pair.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE("readiness.oob-pri"
          * says("urgent data is reported as POLLPRI and in select's exception set, not as ordinary data, until "
                 "the reader is past it; ordinary data is not reported so")
          * observed_by("poll, also by a peer asleep in it, and select on a TCP connection after an ordinary "
                        "byte, an urgent one, its recv, and "
                        "one more ordinary byte")
          * on("Darwin", "the same, by reading sys_generic.c and sys_socket.c")
          * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()", "tcp(7)"))
{
    constexpr int reading = POLLIN | POLLPRI;
    constexpr Sets writable_and_exceptional{.writable = true, .exceptional = true, .count = 2};
    const TcpConnection connection;
    const int server = connection.server;
    char byte = 0;
    Peer poller = spawn("poller", [&] {
        pollfd entry = asking(server, POLLPRI);
        CHECK(os::poll(&entry, 1, -1) == 1);
        CHECK(events(entry.revents) == events(POLLPRI));
    });
    REQUIRE(blocked_in(poller, os::poll));
    set_up(os::send(connection.client, "o", 1) == 1);
    CHECK(awaited(server, reading) == events(POLLIN));
    CHECK(blocked_in(poller, os::poll)); // it did not ask for ordinary data
    CHECK(selected(server) == in_read_and_write_set);
    CHECK(os::recv(server, &byte, 1) == 1);

    const Stamp cause = stamp();
    CHECK(os::send(connection.client, "u", 1, MSG_OOB) == 1);
    CHECK(finished(poller));
    CHECK(returned_after(cause, poller, os::poll));
    CHECK(polled(server, reading) == events(POLLPRI));
    CHECK(selected(server) == writable_and_exceptional);
    CHECK(os::recv(server, &byte, 1, MSG_OOB) == 1);
    CHECK(byte == 'u');

    set_up(os::send(connection.client, "p", 1) == 1);
    REQUIRE(readable(server));
    CHECK(os::recv(server, &byte, 1) == 1);
    CHECK(byte == 'p');
    CHECK(polled(server, reading) == no_events);
    CHECK(selected(server) == in_write_set);
}

FAULT("readiness.oob-pri", "urgent data is reported as ordinary data", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          entries->revents = entries->revents == POLLPRI ? static_cast<short>(POLLIN) : entries->revents;
          return result;
      });
FAULT("readiness.oob-pri", "urgent data does not wake who sleeps in poll", os::poll,
      polling_faults::poll_never_woken);
FAULT("readiness.oob-pri", "who asks for urgent data is woken by ordinary data", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const bool urgent_only = entries->events == POLLPRI;
          entries->events = static_cast<short>(entries->events | POLLIN);
          const int result = real(entries, count, timeout);
          entries->revents = static_cast<short>(entries->revents & (urgent_only ? POLLPRI : ~0));
          return result < 0 ? result : polling_faults::counted(entries, count);
      });
FAULT("readiness.oob-pri", "urgent data is sent as ordinary data", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int /*flags*/) -> ssize_t {
          return real(socket, bytes, size, 0);
      });
FAULT("readiness.oob-pri", "ordinary data is reported as urgent, too", os::poll,
      polling_faults::poll_adding(POLLIN, POLLPRI));
FAULT("readiness.oob-pri", "select's exception set stays empty", os::select,
      [](auto real, int limit, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int result = real(limit, readable, writable, nullptr, timeout);
          FD_ZERO(exceptional);
          return result;
      });
FAULT("readiness.oob-pri", "POLLPRI outlives the urgent data", os::poll,
      [urgent = false](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
          const int result = real(entries, count, timeout);
          urgent = urgent || (entries->revents & POLLPRI) != 0;
          entries->revents = static_cast<short>(urgent ? entries->revents | POLLPRI : entries->revents);
          return urgent ? 1 : result;
      });

namespace
{

void empty_message_is_readable(int receiver, int sender)
{
    char byte = 'k';
    CHECK(polled(receiver, POLLIN) == no_events);
    Peer poller = spawn("poller", [&] {
        pollfd entry = asking(receiver, POLLIN);
        CHECK(os::poll(&entry, 1, -1) == 1);
        CHECK(events(entry.revents) == events(POLLIN));
    });
    REQUIRE(blocked_in(poller, os::poll));
    CHECK(os::send(sender, "", 0) == 0);
    CHECK(finished(poller));
    CHECK(selected(receiver) == in_read_and_write_set);
    CHECK(os::send(sender, "x", 1) == 1);
    CHECK(os::recv(receiver, &byte, 1, MSG_DONTWAIT) == 0);
    CHECK(byte == 'k');
    CHECK(awaited(receiver, POLLIN) == events(POLLIN));
    CHECK(os::recv(receiver, &byte, 1, MSG_DONTWAIT) == 1);
    CHECK(byte == 'x');
    CHECK(os::send(sender, "", 0) == 0);
    CHECK(awaited(receiver, POLLIN) == events(POLLIN));
    CHECK(os::recv(receiver, &byte, 1, MSG_DONTWAIT) == 0);
    CHECK(polled(receiver, POLLIN) == no_events);
    CHECK(fails_with(EAGAIN, os::recv(receiver, &byte, 1, MSG_DONTWAIT)));
}

} // namespace

TEST_CASE(
    "readiness.zero-dgram"
    * says(
        "a datagram without data makes its receiver readable until it is received, before others and after them")
    * observed_by("a peer asleep in poll is woken; poll, then recv returns 0 and leaves the buffer alone, over "
                  "UDP and AF_UNIX")
    * on("Darwin", "the same, by reading uipc_socket.c")
    * defined("POSIX.1-2024 recv()", "POSIX.1-2024 poll()", "udp(7)", "unix(7)"))
{
    const SocketPair pair{SOCK_DGRAM};
    empty_message_is_readable(pair.server, pair.client);
    const Descriptor receiver = bound_to_loopback(SOCK_DGRAM);
    const Descriptor sender = bound_to_loopback(SOCK_DGRAM);
    const LoopbackAddress name{port_of(receiver)};
    set_up(os::connect(sender, name.address(), name.length()) == 0);
    empty_message_is_readable(receiver, sender);
}

FAULT("readiness.zero-dgram", "a queue that holds no byte is not readable", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int result = real(entries, count, timeout);
          int queued = 0;
          ::ioctl(entries->fd, FIONREAD, &queued);
          entries->revents = queued == 0 ? static_cast<short>(0) : entries->revents;
          return queued == 0 ? 0 : result;
      });
FAULT("readiness.zero-dgram", "who sleeps in poll is not woken", os::poll, polling_faults::poll_never_woken);
FAULT("readiness.zero-dgram", "a datagram without data is not sent", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          return size == 0 ? 0 : real(socket, bytes, size, flags);
      });
FAULT("readiness.zero-dgram", "recv passes over a datagram without data", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          return got == 0 ? real(socket, bytes, size, flags) : got;
      });
FAULT("readiness.zero-dgram", "recv leaves a datagram without data in the queue", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags | MSG_PEEK);
          return got == 0 ? 0 : real(socket, bytes, size, flags);
      });
