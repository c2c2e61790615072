// One pair of sockets talks both ways, where pipes need two.
#include "cases/tcp/stream_bodies.hpp"

#include <array>
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
