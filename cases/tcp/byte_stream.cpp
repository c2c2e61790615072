// What comes out of a connection is what went in: every byte, in order, without boundaries.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/loopback.hpp"

using namespace ipc_conform;

TEST_CASE("tcp.stream-integrity"
          * says("a long transfer in both directions at once arrives complete and in order, whatever the sizes of "
                 "the sends and receives")
          * observed_by("two receivers seen asleep in recv, then 1000001 random bytes each way at once in random "
                        "chunks, compared at the end")
          * shall("POSIX.1-2024 2.10.6 Socket Types", "tcp(7)"))
{
    const TcpConnection connection;
    stream::carries_both_ways_at_once(connection, 1'000'001, journal::region().seed);
}

FAULT("tcp.stream-integrity", "two segments arrive in the wrong order", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          if (got > 1)
          {
              std::swap_ranges(static_cast<char*>(bytes), static_cast<char*>(bytes) + got / 2,
                               static_cast<char*>(bytes) + got / 2);
          }
          return got;
      });
FAULT("tcp.stream-integrity", "a segment is lost", os::send,
      [count = 0](auto real, int socket, const void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          return ++count == 50 ? static_cast<ssize_t>(size) : real(socket, bytes, size, flags);
      });
FAULT("tcp.stream-integrity", "a segment is delivered twice", os::send,
      [count = 0](auto real, int socket, const void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          if (++count == 50)
          {
              real(socket, bytes, size, flags);
          }
          return real(socket, bytes, size, flags);
      });
FAULT("tcp.stream-integrity", "the end of file overtakes the last bytes", os::recv,
      [total = ssize_t{0}](auto real, int socket, void* bytes, std::size_t size, int flags) mutable -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          total += got;
          return total > 990'000 ? 0 : got;
      });

TEST_CASE(
    "tcp.no-boundaries" * says("one recv may return several sends, and one send may need several recvs")
    * observed_by(
        "three sends of 2 bytes have arrived and come with one recv of 6, one send of 6 with three recvs of 2")
    * shall("POSIX.1-2024 recv()", "POSIX.1-2024 2.10.6 Socket Types", "tcp(7)"))
{
    const TcpConnection connection;
    stream::has_no_boundaries(connection);
}

FAULT("tcp.no-boundaries", "each send is received separately", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          return real(socket, bytes, std::min<std::size_t>(size, 2), flags);
      });
FAULT("tcp.no-boundaries", "a short recv drops the rest of the send", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          std::string whole(16, '\0');
          const ssize_t got = real(socket, whole.data(), whole.size(), flags);
          std::copy_n(whole.data(), std::min(size, whole.size()), static_cast<char*>(bytes));
          return std::min(got, static_cast<ssize_t>(size));
      });
