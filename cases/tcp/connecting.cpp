// How a server and a client come to a connection, and what is refused.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <string>
#include <vector>

using namespace ipc_conform;

TEST_CASE("tcp.handshake-roles"
          * says("a server's bind, listen and accept and a client's connect make a connection that carries data "
                 "both ways")
          * observed_by("a stranger that knows the port connects and is accepted; ping and pong pass")
          * shall("POSIX.1-2024 2.10 Sockets", "tcp(7)"))
{
    require_loopback();
    const LoopbackAddress any_port;
    const Descriptor listener{permitted(os::socket(AF_INET, SOCK_STREAM, 0))};
    REQUIRE(listener >= 0);
    REQUIRE(permitted(os::bind(listener, any_port.address(), any_port.length())) == 0);
    REQUIRE(permitted(os::listen(listener, 8)) == 0);
    const std::uint16_t port = port_of(listener);
    Peer client = spawn_stranger(
        "client",
        [](std::uint16_t server_port) {
            const Descriptor socket{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
            const LoopbackAddress server{server_port};
            REQUIRE(permitted(os::connect(socket, server.address(), server.length())) == 0);
            CHECK(os::send(socket, "ping", 4) == 4);
            CHECK(receive_fully(socket, 4) == "pong");
        },
        port);

    REQUIRE(readable(listener));
    const Descriptor connection{permitted(os::accept(listener))};
    REQUIRE(connection >= 0);
    CHECK(port_of(connection) == port);
    CHECK(receive_fully(connection, 4) == "ping");
    CHECK(os::send(connection, "pong", 4) == 4);
    CHECK(finished(client));
}

FAULT("tcp.handshake-roles", "the handshake never reaches the listener", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) { return 0; });
FAULT("tcp.handshake-roles", "accept returns the listener itself", os::accept,
      [](auto /*real*/, int listener, sockaddr*, socklen_t*) { return ::dup(listener); });
FAULT("tcp.handshake-roles", "accept takes the connection and resets it", os::accept,
      [](auto real, int listener, sockaddr* address, socklen_t* length) {
          const int connection = real(listener, address, length);
          const linger at_once{.l_onoff = 1, .l_linger = 0};
          ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
          ::close(connection);
          return ::socket(AF_INET, SOCK_STREAM, 0);
      });

TEST_CASE(
    "tcp.bind-optional-server"
    * says("a server need not bind: listen on an unbound socket chooses a port, or fails with EDESTADDRREQ")
    * observed_by("listen's error, or the port that getsockname tells afterwards and a client that reaches it")
    * on("Linux", "listen chooses a port") * on("Darwin", "listen chooses a port, by reading tcp_usrreq.c")
    * may("POSIX.1-2024 listen()", "ip(7)"))
{
    require_loopback();
    const Descriptor listener{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    const int listening = permitted(os::listen(listener, 8));
    if (listening == -1)
    {
        CHECK(fails_with(EDESTADDRREQ, listening));
        observe("variant", "bind is required");
        return;
    }
    observe("variant", "listen chooses a port");

    const std::uint16_t port = port_of(listener);
    REQUIRE(port != 0);
    const Descriptor client{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    const LoopbackAddress server{port};
    REQUIRE(permitted(os::connect(client, server.address(), server.length())) == 0);
    const Descriptor connection = accept_from(listener);
    CHECK(os::send(client, "token", 5) == 5);
    CHECK(receive_fully(connection, 5) == "token");
}

FAULT("tcp.bind-optional-server", "listen on an unbound socket fails with EINVAL", os::listen,
      [](auto /*real*/, int, int) {
          errno = EINVAL;
          return -1;
      });
FAULT("tcp.bind-optional-server", "listen succeeds without choosing a port", os::listen,
      [](auto /*real*/, int, int) { return 0; });
FAULT("tcp.bind-optional-server", "the port that getsockname names is not the one listened on", os::getsockname,
      [decoy = -1](auto real, int, sockaddr* address, socklen_t* length) mutable {
          decoy = ::socket(AF_INET, SOCK_STREAM, 0);
          ::bind(decoy, LoopbackAddress{}.address(), LoopbackAddress{}.length());
          return real(decoy, address, length);
      });

TEST_CASE("tcp.connect-refused" * says("connect to a port on which nobody listens fails with ECONNREFUSED")
          * observed_by(
              "a peer's connect to a socket that is bound but does not listen; once it listens, connect succeeds")
          * on("Darwin", "the same, by reading tcp_input.c") * shall("POSIX.1-2024 connect()", "connect(2)"))
{
    const Descriptor silent = bound_to_loopback(SOCK_STREAM); // so that nobody else can listen on its port
    const LoopbackAddress place{port_of(silent)};
    Peer early = spawn("early", [&] {
        const Descriptor socket{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
        CHECK(fails_with(ECONNREFUSED, os::connect(socket, place.address(), place.length())));
    });
    REQUIRE(finished(early));

    set_up(os::listen(silent, 8) == 0); // the listener is all that was missing
    const Descriptor socket{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    CHECK(os::connect(socket, place.address(), place.length()) == 0);
}

FAULT("tcp.connect-refused", "connect hangs when nobody listens", os::connect,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          return result == -1 ? ::pause() : result;
      });
FAULT("tcp.connect-refused", "connect succeeds although nobody listens", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) { return 0; });
FAULT("tcp.connect-refused", "a refusal is reported as ETIMEDOUT", os::connect,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          errno = ETIMEDOUT;
          return result;
      });
FAULT("tcp.connect-refused", "a port that refused once refuses for ever", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) {
          errno = ECONNREFUSED;
          return -1;
      });

TEST_CASE("tcp.early-connect"
          * says("connect completes, and data sent over the connection is kept, before the server calls accept")
          * observed_by("connect and send return before the same process calls accept, which gives a connection "
                        "that holds the data")
          * on("Linux", "it holds") * defined("POSIX.1-2024 listen()", "RFC 9293 3.5"))
{
    const Descriptor listener = tcp_listener();
    const LoopbackAddress server{port_of(listener)};
    const Descriptor client{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    stream::is_connected_before_accept(listener, client, server.address(), server.length());
}

FAULT("tcp.early-connect", "connect waits in vain for an accept", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) {
          errno = ETIMEDOUT;
          return -1;
      });
FAULT("tcp.early-connect", "a connection cannot be sent on until it is accepted", os::send,
      [](auto /*real*/, int, const void*, std::size_t, int) -> ssize_t {
          errno = ENOTCONN;
          return -1;
      });
FAULT("tcp.early-connect", "what arrived before the accept is dropped", os::accept,
      [](auto real, int listener, sockaddr* address, socklen_t* length) {
          const int connection = real(listener, address, length);
          char dropped[5];
          ::recv(connection, dropped, sizeof dropped, MSG_WAITALL);
          return connection;
      });

TEST_CASE("tcp.self-connect"
          * says("a socket connected to its own name talks to itself, unless the system refuses the connection")
          * observed_by("connect to the socket's own name: refused, or getpeername tells its own port and it "
                        "receives what it sends")
          * on("Linux", "connected") * defined("RFC 9293 3.5", "POSIX.1-2024 connect()"))
{
    const Descriptor socket = bound_to_loopback(SOCK_STREAM);
    const LoopbackAddress self{port_of(socket)};
    sockaddr_in name{};
    socklen_t length = sizeof name;
    auto* const peer = reinterpret_cast<sockaddr*>(&name);
    if (os::connect(socket, self.address(), self.length()) == -1)
    {
        observe("variant", fmt::format("refused with {}", name_of_error(errno)));
        CHECK(os::getpeername(socket, peer, &length) == -1);
        return;
    }
    observe("variant", "connected");
    REQUIRE(os::getpeername(socket, peer, &length) == 0);
    CHECK(ntohs(name.sin_port) == port_of(socket));
    CHECK(os::send(socket, "echo", 4) == 4);
    CHECK(receive_fully(socket, 4) == "echo");
    CHECK(os::shutdown(socket, SHUT_WR) == 0);
    stream::at_end(socket);
}

FAULT("tcp.self-connect", "connect succeeds without a connection", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) { return 0; });
FAULT("tcp.self-connect", "connect fails and leaves a connection", os::connect,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          real(socket, address, length);
          errno = EADDRINUSE;
          return -1;
      });
FAULT("tcp.self-connect", "bytes sent to oneself are lost", os::send,
      [](auto /*real*/, int, const void*, std::size_t size, int) { return static_cast<ssize_t>(size); });
FAULT("tcp.self-connect", "the end of one's own stream never comes", os::shutdown,
      [](auto /*real*/, int, int) { return 0; });

TEST_CASE("tcp.concurrent-acceptors"
          * says("processes blocked in accept on one listener each get a connection of their own")
          * observed_by(
              "four peers seen asleep in accept, then four clients: each gets its own token back, and all finish")
          * shall("POSIX.1-2024 accept()", "accept(2)"))
{
    const Descriptor listener = tcp_listener();
    const std::uint16_t port = port_of(listener);
    std::vector<Peer> acceptors;
    for (int number = 0; number < 4; ++number)
    {
        acceptors.push_back(spawn(fmt::format("acceptor {}", number), [&] {
            const Descriptor connection{os::accept(listener)};
            REQUIRE(connection >= 0);
            const std::string token = receive_fully(connection, 1);
            CHECK(os::send(connection, token.data(), token.size()) == 1);
        }));
    }
    for (Peer& acceptor : acceptors)
    {
        REQUIRE(blocked_in(acceptor, os::accept, listener));
    }

    std::vector<Peer> clients;
    for (const char token : {'a', 'b', 'c', 'd'})
    {
        clients.push_back(spawn(fmt::format("client {}", token), [&, token] {
            const Descriptor socket = tcp_client(port);
            CHECK(os::send(socket, &token, 1) == 1);
            CHECK(receive_fully(socket, 1) == std::string(1, token));
        }));
    }
    for (std::vector<Peer>* group : {&clients, &acceptors})
    {
        for (Peer& peer : *group)
        {
            CHECK(finished(peer));
        }
    }
}

namespace
{

// Whether this process is the first of the case to ask.
bool first_to_ask()
{
    const int mark = ::open("asked", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600); // in the case's own directory
    ::close(mark);
    return mark != -1;
}

} // namespace

FAULT("tcp.concurrent-acceptors", "one connection is given to every acceptor", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) {
          const ssize_t got = real(socket, bytes, size, flags);
          *static_cast<char*>(bytes) = 'a'; // what the first client sends
          return got;
      });
FAULT("tcp.concurrent-acceptors", "an arrival wakes all, and those who come too late fail", os::accept,
      [](auto real, int listener, sockaddr* address, socklen_t* length) {
          const int connection = real(listener, address, length);
          if (!first_to_ask())
          {
              ::close(connection);
              errno = EAGAIN;
              return -1;
          }
          return connection;
      });
FAULT("tcp.concurrent-acceptors", "accept on a listener of several processes does not block", os::accept,
      [](auto /*real*/, int, sockaddr*, socklen_t*) {
          errno = EAGAIN;
          return -1;
      });
