// How servers and clients come to connections.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/files.hpp"
#include "fixtures/unix_socket.hpp"

#include <string>
#include <vector>

using namespace ipc_conform;

TEST_CASE("unix-stream.connect-before-accept"
          * says("connect completes, and data sent over the connection is kept, before the server calls accept")
          * observed_by("connect and send return before the same process calls accept, which gives a connection "
                        "that holds the data")
          * on("Linux", "it holds") * on("Darwin", "it holds, by reading uipc_usrreq.c")
          * defined("POSIX.1-2024 listen()", "POSIX.1-2024 connect()"))
{
    const OwnedPath place;
    const UnixAddress server{place.path()};
    const Descriptor listener = listen_at(place.path());
    const Descriptor client{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
    stream::is_connected_before_accept(listener, client, server.address(), server.length());
}

FAULT("unix-stream.connect-before-accept", "connect waits in vain for an accept", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) {
          errno = ETIMEDOUT;
          return -1;
      });
FAULT("unix-stream.connect-before-accept", "a connection cannot be sent on until it is accepted", os::send,
      [](auto /*real*/, int, const void*, std::size_t, int) -> ssize_t {
          errno = ENOTCONN;
          return -1;
      });
FAULT("unix-stream.connect-before-accept", "what arrived before the accept is dropped", os::accept,
      [](auto real, int listener, sockaddr* address, socklen_t* length) {
          const int connection = real(listener, address, length);
          char dropped[5];
          ::recv(connection, dropped, sizeof dropped, MSG_WAITALL);
          return connection;
      });

TEST_CASE("unix-stream.listen-unbound"
          * says("listen on a socket without a name fails with EDESTADDRREQ, and succeeds once it has one")
          * observed_by("the call's error on a new socket, and its success after bind")
          * on("Linux", "departs: EINVAL, the error of a socket that is connected")
          * on("Darwin", "departs: EINVAL, by reading uipc_usrreq.c") * shall("POSIX.1-2024 listen()"))
{
    const OwnedPath place;
    const UnixAddress name{place.path()};
    const Descriptor socket{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
    CHECK(fails_with(EDESTADDRREQ, os::listen(socket, 8)));
    set_up(os::bind(socket, name.address(), name.length()) == 0);
    CHECK(os::listen(socket, 8) == 0);
}

FAULT("unix-stream.listen-unbound", "a socket without a name listens to nobody", os::listen,
      [](auto /*real*/, int, int) { return 0; });
FAULT("unix-stream.listen-unbound", "listen without a name fails with EINVAL", os::listen,
      [](auto real, int socket, int backlog) {
          const int result = real(socket, backlog);
          errno = EINVAL;
          return result;
      });
FAULT("unix-stream.listen-unbound", "a socket that could not listen never can", os::listen,
      [](auto /*real*/, int, int) {
          errno = EDESTADDRREQ;
          return -1;
      });

TEST_CASE("unix-stream.many-clients"
          * says("one listener serves many clients at the same time, each on a connection of its own")
          * observed_by("five clients' connections are all open before the last one is answered first; each gets "
                        "its own token twice")
          * shall("POSIX.1-2024 accept()", "unix(7)"))
{
    const OwnedPath place;
    const Descriptor listener = listen_at(place.path());
    const std::string tokens = "abcde";
    std::vector<Peer> clients;
    for (const char token : tokens)
    {
        clients.push_back(spawn(fmt::format("client {}", token), [&, token] {
            const Descriptor socket = connect_to(place.path());
            CHECK(os::send(socket, &token, 1) == 1);
            CHECK(receive_fully(socket, 2) == std::string(2, token));
            stream::at_end(socket);
        }));
    }

    std::vector<Descriptor> connections; // all of them are open before the first is answered
    std::string seen;
    while (connections.size() < tokens.size() && readable(listener))
    {
        connections.emplace_back(os::accept(listener));
        REQUIRE(connections.back() >= 0);
        seen += receive_fully(connections.back(), 1);
    }
    while (!connections.empty())
    {
        const std::string answer(2, seen.back());
        CHECK(os::send(connections.back(), answer.data(), answer.size()) == 2);
        connections.pop_back();
        seen.pop_back();
    }
    for (Peer& client : clients)
    {
        CHECK(finished(client));
    }
}

FAULT("unix-stream.many-clients", "every answer goes to the client that came last", os::send,
      [last = -1](auto real, int socket, const void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          if (size == 1) // a client asks
          {
              return real(socket, bytes, size, flags);
          }
          last = last == -1 ? ::dup(socket) : last;
          return real(last, bytes, size, flags);
      });
FAULT("unix-stream.many-clients", "a second accept returns the first connection again", os::accept,
      [first = -1](auto real, int listener, sockaddr* address, socklen_t* length) mutable -> int {
          first = first == -1 ? real(listener, address, length) : first;
          return ::dup(first);
      });
FAULT("unix-stream.many-clients", "only one connection of a listener is open at a time", os::accept,
      [previous = -1](auto real, int listener, sockaddr* address, socklen_t* length) mutable -> int {
          ::shutdown(previous, SHUT_RDWR);
          return previous = real(listener, address, length);
      });
