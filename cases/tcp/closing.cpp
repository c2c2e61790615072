// How a connection ends: one direction or both, for one holder or for all.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/loopback.hpp"

using namespace ipc_conform;

namespace
{

constexpr auto shutdown_ignored = [](auto /*real*/, int, int) { return 0; };

constexpr auto end_while_open = [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
    const ssize_t got = real(socket, bytes, size, flags);
    return got == -1 && errno == EAGAIN ? 0 : got;
};

constexpr auto no_end = [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
    const ssize_t got = real(socket, bytes, size, flags);
    errno = got == 0 ? EAGAIN : errno;
    return got == 0 ? -1 : got;
};

// What a close with data on the way must not do.
constexpr auto abortive_close = [](auto real, int descriptor) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return real(descriptor);
};

} // namespace

TEST_CASE("tcp.half-close"
          * says("SHUT_WR ends the stream after the data already sent; sending then fails with EPIPE, receiving "
                 "goes on")
          * observed_by(
              "the client shuts down: EPIPE, its data and then 0 at the server, twice, whose reply still comes")
          * shall("POSIX.1-2024 shutdown()", "POSIX.1-2024 send()", "shutdown(2)"))
{
    const TcpConnection connection;
    stream::half_close_leaves_the_way_back(connection);
}

FAULT("tcp.half-close", "SHUT_WR closes both directions", os::shutdown,
      [](auto real, int socket, int /*how*/) { return real(socket, SHUT_RDWR); });
FAULT("tcp.half-close", "SHUT_WR is taken for SHUT_RD", os::shutdown,
      [](auto real, int socket, int /*how*/) { return real(socket, SHUT_RD); });
FAULT("tcp.half-close", "the end of file is never delivered", os::recv, no_end);
FAULT("tcp.half-close", "a send after SHUT_WR is accepted and dropped", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t sent = real(socket, bytes, size, flags);
          return sent == -1 && errno == EPIPE ? static_cast<ssize_t>(size) : sent;
      });

TEST_CASE(
    "tcp.close-eof"
    * says("after a close with nothing unread the peer receives all that was sent, then the end of file")
    * observed_by("the client sends until it would block and closes; the server receives every byte, then 0 twice")
    * shall("POSIX.1-2024 close()", "POSIX.1-2024 recv()"))
{
    TcpConnection connection;
    stream::close_delivers_what_was_sent(connection);
}

FAULT("tcp.close-eof", "close resets the connection and drops what is on its way", os::close, abortive_close);
FAULT("tcp.close-eof", "the end of file is never delivered", os::recv, no_end);
FAULT("tcp.close-eof", "the end of file is reported once only", os::recv,
      [ends = 0](auto real, int socket, void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          ends += got == 0 ? 1 : 0;
          errno = ECONNRESET;
          return ends > 1 ? -1 : got;
      });

TEST_CASE("tcp.close-is-refcounted"
          * says("a close ends the stream only when no other process holds the socket; shutdown ends it for all")
          * observed_by("a child closes its copy and data still passes; a child's shutdown gives the server 0 and "
                        "the parent EPIPE")
          * shall("POSIX.1-2024 close()", "POSIX.1-2024 shutdown()"))
{
    TcpConnection connection;
    stream::close_counts_holders(connection);
}

FAULT("tcp.close-is-refcounted", "the first close ends the stream", os::close, [](auto real, int descriptor) {
    ::shutdown(descriptor, SHUT_WR);
    return real(descriptor);
});
FAULT("tcp.close-is-refcounted", "the first close resets the connection", os::close,
      [](auto real, int descriptor) {
          ::shutdown(descriptor, SHUT_RDWR);
          return real(descriptor);
      });
FAULT("tcp.close-is-refcounted", "a shutdown waits for the other holder's close", os::shutdown, shutdown_ignored);

TEST_CASE("tcp.must-close-claim"
          * says("a connection nobody closes loses no data, but keeps its port and the peer's end of file back "
                 "until its process ends, which closes it")
          * observed_by("two clients never close: data arrives, EAGAIN and EADDRINUSE while they live; killed or "
                        "exited, the end of file")
          * shall("POSIX.1-2024 close()", "POSIX.1-2024 _exit()", "POSIX.1-2024 bind()"))
{
    const Descriptor listener = tcp_listener();
    const std::uint16_t port = port_of(listener);
    const Shared<std::uint16_t> held;
    const Event leave;
    const auto careless = [&] {
        const int socket = tcp_client(port).release(); // from here on nothing closes it but the process's end
        *held = port_of(socket);
        CHECK(os::send(socket, "all of it", 9) == 9);
        leave.wait();
    };
    const auto holds_until_end = [&](Peer& peer, const auto& ending) {
        REQUIRE(readable(listener));
        const Descriptor connection = accept_from(listener);
        CHECK(receive_fully(connection, 9) == "all of it");
        char byte = 0;
        CHECK(fails_with(EAGAIN, os::recv(connection, &byte, 1, MSG_DONTWAIT)));
        const Descriptor rival{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
        const LoopbackAddress taken{*held};
        CHECK(fails_with(EADDRINUSE, os::bind(rival, taken.address(), taken.length())));
        ending(peer);
        stream::at_end(connection);
    };
    Peer victim = spawn("killed", careless);
    holds_until_end(victim, [](Peer& peer) { terminate(peer); });
    Peer leaver = spawn("leaving", careless);
    holds_until_end(leaver, [&](Peer& peer) {
        leave.set();
        CHECK(finished(peer));
    });
}

FAULT("tcp.must-close-claim", "a connection outlives the process that held it", os::recv, no_end);
FAULT("tcp.must-close-claim", "the end of file comes while the process still holds the connection", os::recv,
      end_while_open);
FAULT("tcp.must-close-claim", "a port in use is given away", os::bind,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          return result == -1 && errno == EADDRINUSE ? 0 : result;
      });
FAULT("tcp.must-close-claim", "what was sent is held back for the close", os::send,
      [](auto /*real*/, int, const void*, std::size_t size, int) { return static_cast<ssize_t>(size); });

TEST_CASE("tcp.close-unread-rst"
          * says("a close with data unread resets the connection: the peer's recv fails with ECONNRESET once and "
                 "then returns 0, and its send fails with EPIPE")
          * observed_by("the server closes with 6 bytes unread: the client's recv fails with ECONNRESET, then "
                        "returns 0; its send fails")
          * on("Darwin", "the same, by reading tcp_usrreq.c")
          * defined("RFC 1122 4.2.2.13", "RFC 9293 3.6.1", "POSIX.1-2024 recv()", "POSIX.1-2024 send()"))
{
    const SignalIgnored quiet{SIGPIPE};
    TcpConnection connection;
    char byte = 'k';
    CHECK(os::send(connection.client, "unread", 6) == 6);
    REQUIRE(arrived(connection.server, 6));
    connection.server.close();

    REQUIRE(readable(connection.client));
    CHECK(fails_with(ECONNRESET, os::recv(connection.client, &byte, 1, MSG_DONTWAIT)));
    CHECK(os::recv(connection.client, &byte, 1, MSG_DONTWAIT) == 0);
    CHECK(byte == 'k');
    CHECK(fails_with(EPIPE, os::send(connection.client, "x", 1)));
}

FAULT("tcp.close-unread-rst", "unread data is dropped and the stream ends as if all were well", os::close,
      [](auto real, int descriptor) {
          char dropped[6];
          ::recv(descriptor, dropped, sizeof dropped, MSG_DONTWAIT);
          return real(descriptor);
      });
FAULT("tcp.close-unread-rst", "the reset is reported again and again", os::recv,
      [reset = false](auto real, int socket, void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          reset = reset || (got == -1 && errno == ECONNRESET);
          errno = reset ? ECONNRESET : errno;
          return reset ? -1 : got;
      });
FAULT("tcp.close-unread-rst", "sends go on after the reset", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t sent = real(socket, bytes, size, flags);
          return sent == -1 && errno == EPIPE ? static_cast<ssize_t>(size) : sent;
      });

TEST_CASE(
    "tcp.time-wait-blocks-rebind"
    * says("the port of a server that closed first stays taken: bind fails with EADDRINUSE, unless both "
           "sockets have SO_REUSEADDR")
    * observed_by(
        "the server closes first, then the client: a bind's error without SO_REUSEADDR, and its success with it")
    * on("Darwin", "the same, by reading in_pcb.c")
    * defined("RFC 9293 3.6.1", "POSIX.1-2024 2.10.16 Use of Options", "tcp(7)", "socket(7)"))
{
    const auto reusing = [](int socket) {
        const int yes = 1;
        set_up(os::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    };
    Descriptor listener = tcp_listener();
    reusing(listener);
    const LoopbackAddress place{port_of(listener)};
    Descriptor client = tcp_client(port_of(listener));
    Descriptor server = accept_from(listener);
    listener.close();
    REQUIRE(os::shutdown(server, SHUT_WR) == 0); // first, so that TIME-WAIT is on this side
    stream::at_end(client);
    // This byte acknowledges the end. An acknowledgement that came by itself, after the client's close, would be
    // answered, and the answer by a reset, which ends TIME-WAIT (RFC 1337).
    char byte = 'k';
    REQUIRE(os::send(client, &byte, 1) == 1);
    REQUIRE(arrived(server, 1));
    REQUIRE(os::recv(server, &byte, 1, 0) == 1);
    client.close();
    stream::at_end(server);
    server.close();

    const Descriptor successor{arranged(os::socket(AF_INET, SOCK_STREAM, 0))};
    CHECK(fails_with(EADDRINUSE, os::bind(successor, place.address(), place.length())));
    reusing(successor);
    CHECK(os::bind(successor, place.address(), place.length()) == 0);
}

FAULT("tcp.time-wait-blocks-rebind", "there is no TIME-WAIT", os::bind,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int yes = 1;
          ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
          return real(socket, address, length);
      });
FAULT("tcp.time-wait-blocks-rebind", "TIME-WAIT heeds no SO_REUSEADDR", os::setsockopt,
      [](auto /*real*/, int, int, int, const void*, socklen_t) { return 0; });
FAULT("tcp.time-wait-blocks-rebind", "a port in TIME-WAIT is not available rather than in use", os::bind,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          errno = EADDRNOTAVAIL;
          return result;
      });
