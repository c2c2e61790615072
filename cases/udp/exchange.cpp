// Data without a connection: a socket and an address are all it takes.
#include "fixtures/loopback.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <arpa/inet.h>
#include <array>
#include <string>

using namespace ipc_conform;

namespace
{

// A datagram and the socket name it came from.
struct Letter
{
    std::string text;
    sockaddr_in sender{};
};

Letter receive_letter(int socket)
{
    Letter letter{std::string(100, '\0')};
    socklen_t length = sizeof letter.sender;
    REQUIRE(readable(socket));
    const ssize_t got = os::recvfrom(socket, letter.text.data(), letter.text.size(), 0,
                                     reinterpret_cast<sockaddr*>(&letter.sender), &length);
    REQUIRE(got >= 0);
    letter.text.resize(static_cast<std::size_t>(got));
    return letter;
}

Finding unconnected(int socket)
{
    sockaddr_in name{};
    socklen_t length = sizeof name;
    return fails_with(ENOTCONN, os::getpeername(socket, reinterpret_cast<sockaddr*>(&name), &length));
}

std::string host_of(const sockaddr_in& name)
{
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &name.sin_addr, text.data(), text.size());
    return text.data();
}

} // namespace

TEST_CASE("udp.no-handshake"
          * says("two bound sockets exchange data without listen, accept or connect: sockets in general need no "
                 "handshake of a client and a server")
          * shall("POSIX.1-2024 sendto()", "POSIX.1-2024 recvfrom()", "udp(7)"))
{
    const Descriptor socket = bound_to_loopback(SOCK_DGRAM);
    Peer stranger = spawn_stranger(
        "stranger",
        [](std::uint16_t port) {
            const Descriptor own = bound_to_loopback(SOCK_DGRAM);
            const LoopbackAddress there{port};
            REQUIRE(os::sendto(own, "question", 8, 0, there.address(), there.length()) == 8);
            const Letter answer = receive_letter(own);
            CHECK(answer.text == "answer");
            CHECK(ntohs(answer.sender.sin_port) == port);
            CHECK(unconnected(own));
        },
        port_of(socket));

    const Letter question = receive_letter(socket);
    CHECK(question.text == "question");
    REQUIRE(host_of(question.sender) == "127.0.0.1");
    CHECK(os::sendto(socket, "answer", 6, 0, reinterpret_cast<const sockaddr*>(&question.sender),
                     sizeof question.sender)
          == 6);
    CHECK(finished(stranger));
    CHECK(unconnected(socket));
}

FAULT("udp.no-handshake", "sendto needs a connection", os::sendto,
      [](auto /*real*/, int, const void*, std::size_t, int, const sockaddr*, socklen_t) -> ssize_t {
          errno = ENOTCONN;
          return -1;
      });
FAULT("udp.no-handshake", "the first datagram only makes the peers known to each other", os::sendto,
      [sent = 0](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
                 socklen_t length) mutable -> ssize_t {
          return sent++ == 0 ? static_cast<ssize_t>(size) : real(socket, bytes, size, flags, to, length);
      });
FAULT("udp.no-handshake", "sendto connects the socket", os::sendto,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
         socklen_t length) -> ssize_t {
          const ssize_t sent = real(socket, bytes, size, flags, to, length);
          ::connect(socket, to, length);
          return sent;
      });
FAULT("udp.no-handshake", "recvfrom does not tell the sender's address", os::recvfrom,
      [](auto real, int socket, void* bytes, std::size_t size, int flags, sockaddr*, socklen_t*) -> ssize_t {
          return real(socket, bytes, size, flags, nullptr, nullptr);
      });
