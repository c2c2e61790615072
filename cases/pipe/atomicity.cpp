// Which writes of several processes stay whole.
#include "cases/pipe/channel_bodies.hpp"

#include <sched.h>

using namespace ipc_conform;

TEST_CASE("pipe.atomic-small-writers"
          * says("writes of up to PIPE_BUF bytes from concurrent writers never interleave")
          * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    channel::small_writes_do_not_interleave(pipe);
}

FAULT("pipe.atomic-small-writers", "the lock is dropped inside a small write", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const auto half = real(descriptor, bytes, size / 2);
          ::sched_yield();
          return half + real(descriptor, static_cast<const char*>(bytes) + size / 2, size - size / 2);
      });
FAULT("pipe.atomic-small-writers", "the last byte of a full record is lost", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, size - 1) + 1;
      });
