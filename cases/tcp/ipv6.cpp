// The same words hold over IPv6.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/loopback.hpp"

using namespace ipc_conform;

namespace
{

// A connection made by calls that are under test, since they are what IPv6 could break.
Connection connected_over_ipv6()
{
    const LoopbackAddress any_port{0, AF_INET6};
    const Descriptor listener{permitted(os::socket(AF_INET6, SOCK_STREAM, 0))};
    REQUIRE(listener >= 0);
    REQUIRE(permitted(os::bind(listener, any_port.address(), any_port.length())) == 0);
    REQUIRE(os::listen(listener, 8) == 0);
    const LoopbackAddress server{port_of(listener), AF_INET6};
    Descriptor client{permitted(os::socket(AF_INET6, SOCK_STREAM, 0))};
    REQUIRE(permitted(os::connect(client, server.address(), server.length())) == 0);
    Descriptor connection{os::accept(listener)};
    REQUIRE(connection >= 0);
    return {std::move(client), std::move(connection)};
}

Finding peer_is_loopback(int socket)
{
    sockaddr_in6 name{};
    socklen_t length = sizeof name;
    const bool named = os::getpeername(socket, reinterpret_cast<sockaddr*>(&name), &length) == 0;
    const bool holds = named && name.sin6_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&name.sin6_addr);
    return holds ? Finding::yes("the peer is ::1") : Finding::no("the peer is not ::1");
}

} // namespace

TEST_CASE("tcp.ipv6-loopback"
          * says("a connection over ::1 keeps the contract of TCP: all bytes in order both ways, no boundaries, "
                 "one end of file for each direction, refusal where nobody listens")
          * observed_by("over ::1, getpeername, and the bodies of boundaries, two-way transfer and half-close; a "
                        "close, and ECONNREFUSED")
          * shall("POSIX.1-2024 2.10.20 Use of Sockets over Internet Protocols Based on IPv6", "ipv6(7)"))
{
    require_loopback(AF_INET6);
    const Connection transfer = connected_over_ipv6();
    CHECK(peer_is_loopback(transfer.client));
    CHECK(peer_is_loopback(transfer.server));
    stream::has_no_boundaries(transfer);
    stream::carries_both_ways_at_once(transfer, 100'001, journal::region().seed);
    stream::half_close_leaves_the_way_back(connected_over_ipv6());
    Connection closing = connected_over_ipv6();
    CHECK(os::send(closing.client, "last words", 10) == 10);
    closing.client.close();
    CHECK(receive_fully(closing.server, 10) == "last words");
    stream::at_end(closing.server);

    const Descriptor silent{arranged(os::socket(AF_INET6, SOCK_STREAM, 0))};
    const LoopbackAddress any_port{0, AF_INET6};
    set_up(os::bind(silent, any_port.address(), any_port.length()) == 0);
    const LoopbackAddress nobody{port_of(silent), AF_INET6};
    const Descriptor client{arranged(os::socket(AF_INET6, SOCK_STREAM, 0))};
    CHECK(fails_with(ECONNREFUSED, os::connect(client, nobody.address(), nobody.length())));
}

FAULT("tcp.ipv6-loopback", "connections to ::1 are refused", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) {
          errno = ECONNREFUSED;
          return -1;
      });
FAULT("tcp.ipv6-loopback", "the peer of an IPv6 connection has an IPv4 address", os::getpeername,
      [](auto real, int socket, sockaddr* address, socklen_t* length) {
          const int result = real(socket, address, length);
          address->sa_family = AF_INET;
          return result;
      });
FAULT("tcp.ipv6-loopback", "a segment is lost", os::send,
      [count = 0](auto real, int socket, const void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          return ++count == 20 ? static_cast<ssize_t>(size) : real(socket, bytes, size, flags);
      });
FAULT("tcp.ipv6-loopback", "close resets the connection", os::close, [](auto real, int descriptor) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return real(descriptor);
});
FAULT("tcp.ipv6-loopback", "connect succeeds although nobody listens", os::connect,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          return result == -1 && errno == ECONNREFUSED ? 0 : result;
      });
