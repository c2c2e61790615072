// A datagram is one message, from the send to the receive.
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unix_socket.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace ipc_conform;

namespace
{

using Messages = std::multiset<std::string>; // the standard does not order datagrams

std::string sizes_of(const Messages& messages)
{
    std::string sizes;
    for (const std::string& message : messages)
    {
        sizes += fmt::format("{} ", message.size());
    }
    return sizes;
}

} // namespace

TEST_CASE("unix-dgram.boundaries"
          * says("each send is one message and each receive returns one message whole, whatever room it offers")
          * shall("POSIX.1-2024 2.10.6 Socket Types", "POSIX.1-2024 recv()", "unix(7)"))
{
    require_datagram_room(3);
    const OwnedPath place;
    const UnixAddress name{place.path()};
    const Descriptor receiver = datagrams_at(place.path());
    const Messages sent{"s", std::string(100, 'm'), std::string(1000, 'l')};
    Peer sender = spawn("sender", [&] {
        const Descriptor socket{arranged(os::socket(AF_UNIX, SOCK_DGRAM, 0))};
        for (const std::string& message : sent)
        {
            CHECK(os::sendto(socket, message.data(), message.size(), 0, name.address(), name.length())
                  == static_cast<ssize_t>(message.size()));
        }
    });
    REQUIRE(finished(sender)); // all of them are queued, so that they could be merged

    std::string room(16384, '\0');
    Messages received;
    while (received.size() < sent.size() && readable(receiver))
    {
        const ssize_t got = os::recv(receiver, room.data(), room.size());
        REQUIRE(got > 0);
        received.insert(room.substr(0, static_cast<std::size_t>(got)));
    }
    CHECK(sizes_of(received) == sizes_of(sent));
    CHECK((received == sent));
    CHECK(fails_with(EAGAIN, os::recv(receiver, room.data(), room.size(), MSG_DONTWAIT)));
}

FAULT("unix-dgram.boundaries", "a large receive merges the queued datagrams", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          ssize_t total = real(socket, bytes, size, flags);
          for (ssize_t got = total; got > 0; total += std::max<ssize_t>(got, 0))
          {
              got = real(socket, static_cast<char*>(bytes) + total, size - static_cast<std::size_t>(total),
                         MSG_DONTWAIT);
          }
          return total;
      });
FAULT("unix-dgram.boundaries", "a datagram of more than 512 bytes arrives in two parts", os::sendto,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
         socklen_t length) -> ssize_t {
          const std::size_t first = std::min<std::size_t>(size, 512);
          real(socket, bytes, first, flags, to, length);
          if (size > first)
          {
              real(socket, static_cast<const char*>(bytes) + first, size - first, flags, to, length);
          }
          return static_cast<ssize_t>(size);
      });
FAULT("unix-dgram.boundaries", "the last byte of a datagram is cut off", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          return got > 1 ? got - 1 : got;
      });
FAULT("unix-dgram.boundaries", "a received datagram stays in the queue", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          return real(socket, bytes, size, flags | MSG_PEEK);
      });
