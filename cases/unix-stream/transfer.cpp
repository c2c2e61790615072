// What goes through a connection, and in which directions.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;

TEST_CASE("unix-stream.byte-stream"
          * says("one recv may return several sends, and one send may need several recvs")
          * observed_by("three sends of 2 bytes come with one recv of 6, one send of 6 with three recvs of 2")
          * on("Darwin", "the same, by reading uipc_socket.c")
          * shall("POSIX.1-2024 recv()", "POSIX.1-2024 2.10.6 Socket Types", "unix(7)"))
{
    const UnixConnection connection;
    stream::has_no_boundaries(connection);
}

FAULT("unix-stream.byte-stream", "each send is received as a record", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          return real(socket, bytes, std::min<std::size_t>(size, 2), flags);
      });
FAULT("unix-stream.byte-stream", "a short recv drops the rest of the send", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          std::string whole(16, '\0');
          const ssize_t got = real(socket, whole.data(), whole.size(), flags);
          std::copy_n(whole.data(), std::min(size, whole.size()), static_cast<char*>(bytes));
          return std::min(got, static_cast<ssize_t>(size));
      });

TEST_CASE("unix-stream.full-duplex"
          * says("the two directions are independent: while one is full the other carries data, and can be filled")
          * observed_by("one direction filled until EAGAIN; a reply passes the other way, which is then filled "
                        "too; all of it comes out")
          * on("Linux", "each direction was seen to hold 180224 bytes")
          * on("Darwin", "the same, by reading uipc_usrreq.c")
          * shall("POSIX.1-2024 2.10.6 Socket Types", "socket(2)"))
{
    const UnixConnection connection;
    set_nonblocking(connection.client);
    const std::size_t there = fill(connection.client, 4096);

    CHECK(os::send(connection.server, "reply", 5) == 5);
    CHECK(receive_fully(connection.client, 5) == "reply");
    CHECK(fails_with(EAGAIN, os::send(connection.client, "f", 1))); // and nothing has been made room for

    set_nonblocking(connection.server);
    const std::size_t back = fill(connection.server, 4096);
    observe("bytes one direction holds", there);
    observe("bytes the other holds beside them", back);
    CHECK(same_bytes(receive_fully(connection.server, there), std::string(there, 'f')));
    CHECK(same_bytes(receive_fully(connection.client, back), std::string(back, 'f')));
}

FAULT("unix-stream.full-duplex", "both directions share one buffer, and it is full", os::send,
      [](auto /*real*/, int, const void*, std::size_t, int) -> ssize_t {
          errno = EAGAIN;
          return -1;
      });
FAULT("unix-stream.full-duplex", "an answer takes the place of what is under way", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          std::string dropped(size, '\0');
          ::recv(socket, dropped.data(), size, MSG_DONTWAIT);
          return real(socket, bytes, size, flags);
      });
FAULT("unix-stream.full-duplex", "the directions overwrite each other", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          if (got > 4096)
          {
              std::fill_n(static_cast<char*>(bytes) + got / 2, 5, 'r');
          }
          return got;
      });

TEST_CASE(
    "unix-stream.peer-to-peer-allowed"
    * says("listen and connect only decide who calls whom: either side may speak first, and either may be the "
           "first to stop")
    * observed_by(
        "two connections, the client the first to speak and to shut down on one, the server on the other")
    * shall("POSIX.1-2024 2.10.6 Socket Types", "POSIX.1-2024 connect()", "unix(7)"))
{
    const SignalIgnored quiet{SIGPIPE};
    const auto converse = [](int first, int second) {
        REQUIRE(os::send(first, "opening", 7) == 7);
        CHECK(receive_fully(second, 7) == "opening");
        CHECK(os::send(second, "answer", 6) == 6);
        CHECK(receive_fully(first, 6) == "answer");
        CHECK(os::shutdown(first, SHUT_WR) == 0);
        stream::at_end(second);
        CHECK(os::send(second, "last word", 9) == 9);
        CHECK(receive_fully(first, 9) == "last word");
    };
    const UnixConnection opened_by_client;
    converse(opened_by_client.client, opened_by_client.server);
    const UnixConnection opened_by_server;
    converse(opened_by_server.server, opened_by_server.client);
}

namespace
{

// The side that accepted has the listener's name, the side that connected has none.
bool accepted(int socket)
{
    sockaddr_un name{};
    socklen_t length = sizeof name;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &length);
    return name.sun_path[0] != '\0';
}

} // namespace

FAULT("unix-stream.peer-to-peer-allowed", "the server may only answer", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          errno = EOPNOTSUPP;
          return size == 7 && accepted(socket) ? -1 : real(socket, bytes, size, flags);
      });
FAULT("unix-stream.peer-to-peer-allowed", "what the client says before the server is dropped", os::send,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags) -> ssize_t {
          return size == 7 && !accepted(socket) ? static_cast<ssize_t>(size) : real(socket, bytes, size, flags);
      });
FAULT("unix-stream.peer-to-peer-allowed", "the connection ends when the server stops sending", os::shutdown,
      [](auto real, int socket, int how) { return real(socket, accepted(socket) ? SHUT_RDWR : how); });
