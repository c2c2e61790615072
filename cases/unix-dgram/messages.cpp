// A datagram is one message, from the send to the receive.
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
          * observed_by("messages of 1, 100 and 1000 bytes are all queued, then received with room for 16384: "
                        "each alone, then EAGAIN")
          * on("Darwin", "the same, by reading uipc_usrreq.c")
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

TEST_CASE("unix-dgram.connectionless-many"
          * says("one socket receives the messages of many senders that never connected, each message whole")
          * observed_by("five unconnected senders released together, two messages of 100 equal bytes each: what "
                        "is received is what was sent")
          * on("Darwin", "the same, by reading uipc_usrreq.c")
          * shall("POSIX.1-2024 sendto()", "POSIX.1-2024 2.10.6 Socket Types", "unix(7)"))
{
    const OwnedPath place;
    const UnixAddress name{place.path()};
    const Descriptor receiver = datagrams_at(place.path());
    const Event start;
    Messages sent;
    std::vector<Peer> senders;
    for (const char letter : {'a', 'b', 'c', 'd', 'e'})
    {
        const std::string message(100, letter);
        sent.insert({message, message});
        senders.push_back(spawn(fmt::format("sender {}", letter), [&, message] {
            const Descriptor socket{arranged(os::socket(AF_UNIX, SOCK_DGRAM, 0))};
            start.wait();
            for (int count = 0; count < 2; ++count)
            {
                CHECK(os::sendto(socket, message.data(), message.size(), 0, name.address(), name.length()) == 100);
            }
        }));
    }

    start.set();
    std::array<char, 300> room{};
    Messages received;
    while (received.size() < sent.size() && readable(receiver))
    {
        const ssize_t got = os::recv(receiver, room.data(), room.size());
        REQUIRE(got > 0);
        received.insert({room.data(), static_cast<std::size_t>(got)});
    }
    CHECK(sizes_of(received) == sizes_of(sent));
    CHECK((received == sent));
    for (Peer& sender : senders)
    {
        CHECK(finished(sender));
    }
}

FAULT("unix-dgram.connectionless-many", "the contents of two senders get mixed", os::recv,
      [kept = char{}](auto real, int socket, void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          auto* const text = static_cast<char*>(bytes);
          std::swap(kept, text[0]);
          return got;
      });
FAULT("unix-dgram.connectionless-many", "a sender has to connect first", os::sendto,
      [](auto /*real*/, int, const void*, std::size_t, int, const sockaddr*, socklen_t) -> ssize_t {
          errno = ENOTCONN;
          return -1;
      });
FAULT("unix-dgram.connectionless-many", "the first sender is the only one heard", os::sendto,
      [](auto real, int socket, const void* bytes, std::size_t size, int flags, const sockaddr* to,
         socklen_t length) -> ssize_t {
          const bool first = *static_cast<const char*>(bytes) == 'a';
          return first ? real(socket, bytes, size, flags, to, length) : static_cast<ssize_t>(size);
      });

TEST_CASE(
    "unix-dgram.truncation"
    * says("a receive with too little room drops the rest of its message, recvmsg says so by MSG_TRUNC, and "
           "the next message is whole")
    * observed_by("2 bytes of 6 by recv and by recvmsg, which sets MSG_TRUNC; a whole message follows without it")
    * on("Darwin", "the same, by reading uipc_socket.c") * shall("POSIX.1-2024 recvmsg()", "POSIX.1-2024 recv()"))
{
    const OwnedPath place;
    const UnixAddress name{place.path()};
    const Descriptor receiver = datagrams_at(place.path());
    const Descriptor sender{arranged(os::socket(AF_UNIX, SOCK_DGRAM, 0))};
    const auto sending = [&](std::string_view text) {
        CHECK(os::sendto(sender, text.data(), text.size(), 0, name.address(), name.length())
              == static_cast<ssize_t>(text.size()));
    };
    std::array<char, 6> room{};
    iovec vector{room.data(), 2};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;

    sending("abcdef");
    CHECK(os::recv(receiver, room.data(), 2) == 2);
    CHECK(std::string_view{room.data(), 2} == "ab");
    sending("uvwxyz");
    CHECK(os::recvmsg(receiver, &message, MSG_DONTWAIT) == 2); // and not what was left of the first
    CHECK(std::string_view{room.data(), 2} == "uv");
    CHECK((message.msg_flags & MSG_TRUNC) != 0);

    vector.iov_len = room.size();
    sending("whole");
    CHECK(os::recvmsg(receiver, &message, MSG_DONTWAIT) == 5);
    CHECK(std::string_view{room.data(), 5} == "whole");
    CHECK((message.msg_flags & MSG_TRUNC) == 0);
}

FAULT("unix-dgram.truncation", "the rest of a message is the next one", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) {
          return real(socket, bytes, size, flags | MSG_PEEK);
      });
FAULT("unix-dgram.truncation", "a cut message is not marked", os::recvmsg,
      [](auto real, int socket, msghdr* message, int flags) {
          const ssize_t got = real(socket, message, flags);
          message->msg_flags &= ~MSG_TRUNC;
          return got;
      });
FAULT("unix-dgram.truncation", "a mark once made stays", os::recvmsg,
      [kept = 0](auto real, int socket, msghdr* message, int flags) mutable {
          const ssize_t got = real(socket, message, flags);
          message->msg_flags |= kept;
          kept |= message->msg_flags & MSG_TRUNC;
          return got;
      });
FAULT("unix-dgram.truncation", "a receive with too little room fails and keeps the message", os::recv,
      [](auto /*real*/, int, void*, std::size_t, int) -> ssize_t {
          errno = EMSGSIZE;
          return -1;
      });
