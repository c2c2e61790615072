// What is left for the peer after a close.
#include "cases/tcp/stream_bodies.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;

TEST_CASE(
    "unix-stream.peer-close-eof"
    * says("after the peer's close the data still queued is received first, then the end of file")
    * observed_by("the client sends until it would block and closes; the server receives every byte, then 0 twice")
    * on("Darwin", "the same, by reading uipc_socket.c") * shall("POSIX.1-2024 close()", "POSIX.1-2024 recv()"))
{
    UnixConnection connection;
    stream::close_delivers_what_was_sent(connection);
}

FAULT("unix-stream.peer-close-eof", "a close drops the data still queued", os::recv,
      [](auto /*real*/, int, void*, std::size_t, int) -> ssize_t { return 0; });
FAULT("unix-stream.peer-close-eof", "the queue is cut at its last buffer", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          return real(socket, bytes, size > 4096 ? size - 4096 : 0, flags);
      });
FAULT("unix-stream.peer-close-eof", "a close ends the stream with ECONNRESET", os::recv,
      [](auto real, int socket, void* bytes, std::size_t size, int flags) -> ssize_t {
          const ssize_t got = real(socket, bytes, size, flags);
          errno = ECONNRESET;
          return got == 0 ? -1 : got;
      });
