// Data without a connection: a socket and an address are all it takes.
#include "fixtures/loopback.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <set>
#include <string>
#include <string_view>

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
          * observed_by("a stranger's question and the answer to the address it came from; getpeername fails with "
                        "ENOTCONN on both sides")
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

TEST_CASE(
    "udp.boundaries"
    * says("each send is one datagram, also an empty one, and a receive with too little room drops the rest of "
           "its datagram")
    * observed_by(
        "datagrams of 0, 1, 6 and 90 bytes come back as such; 2 bytes of 6, then EAGAIN, then the next one whole")
    * shall("POSIX.1-2024 recvfrom()", "POSIX.1-2024 2.10.6 Socket Types", "udp(7)"))
{
    const Descriptor receiver = bound_to_loopback(SOCK_DGRAM);
    const LoopbackAddress place{port_of(receiver)};
    const Descriptor sender = bound_to_loopback(SOCK_DGRAM);
    const auto sending = [&](std::string_view text) {
        CHECK(os::sendto(sender, text.data(), text.size(), 0, place.address(), place.length())
              == static_cast<ssize_t>(text.size()));
    };
    std::multiset<std::string> sent{"", "s", "middle", std::string(90, 'l')}; // the standard orders no datagrams
    std::multiset<std::string> received;
    for (const std::string& text : sent)
    {
        sending(text);
    }
    while (received.size() < sent.size())
    {
        received.insert(receive_letter(receiver).text);
    }
    CHECK((received == sent));

    std::array<char, 2> room{};
    sending("abcdef");
    REQUIRE(readable(receiver));
    CHECK(os::recvfrom(receiver, room.data(), room.size()) == 2);
    CHECK(std::string_view{room.data(), 2} == "ab");
    CHECK(fails_with(EAGAIN, os::recvfrom(receiver, room.data(), room.size(), MSG_DONTWAIT)));
    sending("next");
    CHECK(receive_letter(receiver).text == "next");
}

FAULT("udp.boundaries", "a receive merges the datagrams that are there", os::recvfrom,
      [](auto real, int socket, void* bytes, std::size_t size, int flags, sockaddr* from,
         socklen_t* length) -> ssize_t {
          ssize_t total = real(socket, bytes, size, flags, from, length);
          for (ssize_t got = total; got > 0; total += std::max<ssize_t>(got, 0))
          {
              got = real(socket, static_cast<char*>(bytes) + total, size - static_cast<std::size_t>(total),
                         MSG_DONTWAIT, from, length);
          }
          return total;
      });
FAULT("udp.boundaries", "an empty datagram is lost", os::sendto,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
         socklen_t length) -> ssize_t { return size == 0 ? 0 : real(socket, bytes, size, flags, to, length); });
FAULT("udp.boundaries", "what did not fit is returned by the next receive", os::recvfrom,
      [rest = std::string{}](auto real, int socket, void* bytes, std::size_t size, int flags, sockaddr* from,
                             socklen_t* length) mutable -> ssize_t {
          std::string whole(100, '\0');
          if (rest.empty())
          {
              const ssize_t got = real(socket, whole.data(), whole.size(), flags, from, length);
              rest = whole.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
              if (got <= 0)
              {
                  return got;
              }
          }
          const std::size_t taken = rest.copy(static_cast<char*>(bytes), size);
          rest.erase(0, taken);
          return static_cast<ssize_t>(taken);
      });

TEST_CASE("udp.connect-filters"
          * says("a connected socket receives from its peer only, and sends to it without an address")
          * observed_by("another socket's datagram is received before connect; after it only the peer's, though "
                        "sent later, then EAGAIN")
          * shall("POSIX.1-2024 connect()", "udp(7)"))
{
    const Descriptor receiver = bound_to_loopback(SOCK_DGRAM);
    const Descriptor peer = bound_to_loopback(SOCK_DGRAM);
    const Descriptor other = bound_to_loopback(SOCK_DGRAM);
    const LoopbackAddress place{port_of(receiver)};
    const LoopbackAddress chosen{port_of(peer)};
    const auto sending = [&](int from, std::string_view text) {
        CHECK(os::sendto(from, text.data(), text.size(), 0, place.address(), place.length())
              == static_cast<ssize_t>(text.size()));
    };
    sending(other, "welcome"); // so far from everybody
    CHECK(receive_letter(receiver).text == "welcome");

    CHECK(os::connect(receiver, chosen.address(), chosen.length()) == 0);
    sending(other, "unwelcome");
    sending(peer, "answer");
    const Letter first = receive_letter(receiver);
    CHECK(first.text == "answer");
    CHECK(ntohs(first.sender.sin_port) == port_of(peer));
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::recv(receiver, &byte, 1, MSG_DONTWAIT)));
    CHECK(os::send(receiver, "question", 8) == 8);
    CHECK(receive_letter(peer).text == "question");
}

FAULT("udp.connect-filters", "connect sets where to send, but lets everybody in", os::recvfrom,
      [got = 0](auto real, int socket, void* bytes, std::size_t size, int flags, sockaddr* from,
                socklen_t* length) mutable -> ssize_t {
          const ssize_t count = real(socket, bytes, size, flags, from, length);
          const std::string_view let_in = "unwelcome";
          return ++got == 2 ? static_cast<ssize_t>(let_in.copy(static_cast<char*>(bytes), size)) : count;
      });
FAULT("udp.connect-filters", "connect on a datagram socket does nothing", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) { return 0; });
FAULT("udp.connect-filters", "a connected socket needs an address to send", os::send,
      [](auto /*real*/, int, const void*, std::size_t, int) -> ssize_t {
          errno = EDESTADDRREQ;
          return -1;
      });
FAULT("udp.connect-filters", "the filter blocks the peer as well", os::sendto,
      [count = 0](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
                  socklen_t length) mutable -> ssize_t {
          return ++count > 1 ? static_cast<ssize_t>(size) : real(socket, bytes, size, flags, to, length);
      });
