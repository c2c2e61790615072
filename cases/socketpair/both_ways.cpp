// One pair of sockets: what it is made of, and how it talks both ways, where pipes need two.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/outcome.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <sys/file.h>

using namespace ipc_conform;

namespace
{

Connection new_pair()
{
    std::array<int, 2> ends{-1, -1};
    REQUIRE(permitted(os::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data())) == 0);
    return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

} // namespace

TEST_CASE("socketpair.bidirectional-alternative"
          * says("one socketpair carries traffic both ways at once, more than it can hold, as two pipes do")
          * observed_by("two receivers seen asleep in recv, then three times what one direction holds is sent "
                        "each way at once and compared")
          * on("Linux", "one direction was seen to hold 180224 bytes")
          * shall("POSIX.1-2024 socketpair()", "POSIX.1-2024 2.10.6 Socket Types", "unix(7)"))
{
    const Connection measured = new_pair();
    set_nonblocking(measured.client);
    const std::size_t capacity = fill(measured.client, 4096);
    observe("bytes one direction holds", capacity);

    stream::carries_both_ways_at_once(new_pair(), 3 * capacity, journal::region().seed);
}

namespace
{

// One lock for the whole system, held as long as a call takes: what simultaneous traffic must not meet.
template <class Real, class... Arguments>
ssize_t in_lockstep(Real real, Arguments... arguments)
{
    const int lock = ::open(".", O_RDONLY | O_CLOEXEC); // the case's own working directory
    ::flock(lock, LOCK_EX);
    const ssize_t result = real(arguments...);
    ::close(lock);
    return result;
}

} // namespace

FAULT(
    "socketpair.bidirectional-alternative", "the directions go in lockstep", os::recv,
    [](auto real, int socket, void* bytes, std::size_t size, int flags) {
        return in_lockstep(real, socket, bytes, size, flags);
    },
    os::send,
    [](auto real, int socket, const void* bytes, std::size_t size, int flags) {
        return in_lockstep(real, socket, bytes, size, flags);
    });
FAULT("socketpair.bidirectional-alternative", "a pair carries data one way only, like a pipe", os::socketpair,
      [](auto real, int domain, int type, int protocol, int* ends) {
          const int result = real(domain, type, protocol, ends);
          ::shutdown(ends[1], SHUT_WR);
          return result;
      });
FAULT("socketpair.bidirectional-alternative", "both directions share one buffer", os::send,
      [count = 0](auto real, int socket, const void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          const std::string overwritten(size, '#');
          return real(socket, ++count == 20 ? overwritten.data() : bytes, size, flags);
      });

namespace
{

using AskName = decltype(os::getsockname);

// Whether the address that the call reports for this socket names nothing.
Finding unnamed(const AskName& ask, int socket)
{
    sockaddr_un name{};
    socklen_t length = sizeof name;
    if (ask(socket, reinterpret_cast<sockaddr*>(&name), &length) == -1)
    {
        return Finding::no(fmt::format("{} failed with {}", ask.name(), name_of_error(errno)));
    }
    const auto bytes = std::min<std::size_t>(length, sizeof name);
    const auto header = offsetof(sockaddr_un, sun_path); // a name without a path consists of this, or of zeros
    const std::string_view path{name.sun_path, bytes > header ? bytes - header : 0};
    const bool empty = path.find_first_not_of('\0') == std::string_view::npos;
    const std::string seen = fmt::format("{} reports family {} and name {}", ask.name(),
                                         static_cast<int>(name.sun_family), quoted(path));
    return name.sun_family == AF_UNIX && empty ? Finding::yes(seen) : Finding::no(seen);
}

// What goes in here comes out there, and not here again.
void check_direction(int here, int there, std::string_view text)
{
    std::array<char, 16> room{};
    REQUIRE(os::send(here, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    CHECK(fails_with(EAGAIN, os::recv(here, room.data(), room.size(), MSG_DONTWAIT)));
    CHECK(receive_fully(there, text.size()) == text);
}

} // namespace

TEST_CASE("socketpair.two-connected"
          * says("socketpair makes two different sockets without a name, each connected to the other and good for "
                 "both directions")
          * observed_by(
              "for stream and datagram: both names empty, a text each way, which does not come back to its sender")
          * on("Darwin", "the same, by reading uipc_syscalls.c") * shall("POSIX.1-2024 socketpair()", "unix(7)"))
{
    const SignalIgnored quiet{SIGPIPE};
    for (const int type : {SOCK_STREAM, SOCK_DGRAM})
    {
        std::array<int, 2> ends{-1, -1};
        REQUIRE(permitted(os::socketpair(AF_UNIX, type, 0, ends.data())) == 0);
        const Descriptor first{ends[0]};
        const Descriptor second{ends[1]};
        CHECK(first != second);
        for (const int socket : {ends[0], ends[1]})
        {
            CHECK(unnamed(os::getsockname, socket));
            CHECK(unnamed(os::getpeername, socket));
        }
        check_direction(first, second, "there");
        check_direction(second, first, "and back");
    }
}

FAULT("socketpair.two-connected", "a pair carries data one way only, like a pipe", os::socketpair,
      [](auto real, int domain, int type, int protocol, int* ends) {
          const int result = real(domain, type, protocol, ends);
          ::shutdown(ends[1], SHUT_WR);
          return result;
      });
FAULT("socketpair.two-connected", "both descriptors are of one socket", os::socketpair,
      [](auto real, int domain, int type, int protocol, int* ends) {
          const int result = real(domain, type, protocol, ends);
          ::dup2(ends[0], ends[1]);
          return result;
      });
FAULT("socketpair.two-connected", "the two sockets are not connected", os::socketpair,
      [](auto /*real*/, int domain, int type, int protocol, int* ends) {
          ends[0] = ::socket(domain, type, protocol);
          ends[1] = ::socket(domain, type, protocol);
          return 0;
      });
FAULT("socketpair.two-connected", "a socket of a pair has a name", os::getsockname,
      [](auto real, int socket, sockaddr* address, socklen_t* length) {
          const int result = real(socket, address, length);
          reinterpret_cast<sockaddr_un*>(address)->sun_path[0] = 'n';
          *length = offsetof(sockaddr_un, sun_path) + 1;
          return result;
      });
