// When a call on a pipe waits, and what ends the wait.
#include "cases/pipe/channel_bodies.hpp"

using namespace ipc_conform;

TEST_CASE("pipe.read-empty-blocks"
          * says("a blocking read on an empty pipe with a live writer blocks until data arrives")
          * observed_by("a reader is seen asleep in read; one byte is written, and the read returns after it")
          * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    channel::empty_read_blocks(pipe);
}

FAULT("pipe.read-empty-blocks", "a read on an empty pipe returns 0 at once", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });
FAULT("pipe.read-empty-blocks", "a read on an empty pipe fails with EAGAIN although it may block", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.read-empty-blocks", "the write does not wake the reader", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE("pipe.read-empty-nonblock"
          * says("a read on an empty pipe with O_NONBLOCK and a live writer fails with EAGAIN")
          * observed_by("the call itself: its error, and the buffer unchanged")
          * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    channel::empty_read_would_block(pipe);
}

FAULT("pipe.read-empty-nonblock", "an empty pipe reads as end of file", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });
FAULT("pipe.read-empty-nonblock", "O_NONBLOCK is ignored", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::fcntl(descriptor, F_SETFL, 0);
          return real(descriptor, bytes, size);
      });

TEST_CASE(
    "pipe.write-full-blocks"
    * says("a blocking write without enough room blocks until enough is read, then returns the full count")
    * observed_by("the pipe is filled without blocking; a writer is seen asleep in write until all is drained")
    * on("Linux", "a whole page has to be drained; capacity 65536")
    * on("Darwin", "one byte of room is enough, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    const std::size_t size = atomic_size(pipe.write_end);
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, size);
    observe("bytes that filled it", capacity);
    set_nonblocking(pipe.write_end, false);

    Peer writer = spawn("writer", [&] {
        const std::string record(size, 'w');
        CHECK(os::write(pipe.write_end, record.data(), size) == static_cast<ssize_t>(size));
    });
    REQUIRE(blocked_in(writer, os::write));
    const Stamp cause = stamp();
    CHECK(read_fully(pipe.read_end, capacity) == std::string(capacity, 'f'));
    CHECK(read_fully(pipe.read_end, size) == std::string(size, 'w'));
    CHECK(finished(writer));
    CHECK(returned_after(cause, writer, os::write));
}

namespace
{

// What a write would do if the pipe were non-blocking: all, part or none of it.
template <class Real>
ssize_t write_without_waiting(Real real, int descriptor, const void* bytes, std::size_t size)
{
    const int flags = ::fcntl(descriptor, F_GETFL);
    ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    const ssize_t written = real(descriptor, bytes, size);
    const int error = errno;
    ::fcntl(descriptor, F_SETFL, flags);
    errno = error;
    return written;
}

} // namespace

FAULT("pipe.write-full-blocks", "a blocking write on a full pipe fails with EAGAIN", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return write_without_waiting(real, descriptor, bytes, size);
      });
FAULT("pipe.write-full-blocks", "a blocking write returns a short count", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const bool may_block = (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
          return real(descriptor, bytes, may_block ? size - 1 : size);
      });
FAULT("pipe.write-full-blocks", "a write that does not fit is dropped and reported as done", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const bool may_block = (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
          return may_block ? static_cast<ssize_t>(size) : real(descriptor, bytes, size);
      });
