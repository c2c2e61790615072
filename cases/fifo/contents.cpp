// What a FIFO holds: how much, and for how long.
#include "cases/fifo/faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

#include <utility>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

TEST_CASE(
    "fifo.capacity"
    * says("a FIFO holds at least PIPE_BUF bytes; how many is the system's choice, and may differ from a pipe")
    * observed_by(
        "a FIFO and a pipe are filled without blocking; all comes out again, and the same fits once more")
    * on("Linux", "65536 bytes, as a pipe")
    * on("Darwin", "8192 bytes, those of a local stream socket, by reading uipc_usrreq.c; not run there")
    * defined("pipe(7)", "POSIX.1-2024 write()"))
{
    OpenFifo fifo;
    const Pipe pipe;
    const std::size_t chunk = atomic_size(fifo.write_end);
    set_nonblocking(fifo.write_end);
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(fifo.write_end, chunk);
    observe("PIPE_BUF", chunk);
    observe("capacity of the FIFO", capacity);
    observe("capacity of a pipe", fill(pipe.write_end, chunk));
    CHECK(capacity >= chunk);
    CHECK(fails_with(EAGAIN, os::write(fifo.write_end, std::string(chunk, 'x').data(), chunk)));

    set_nonblocking(fifo.read_end);
    CHECK(read_fully(fifo.read_end, capacity) == std::string(capacity, 'f'));
    CHECK(fill(fifo.write_end, chunk) == capacity);
    fifo.write_end.close();
    CHECK(read_fully(fifo.read_end, capacity + chunk) == std::string(capacity, 'f'));
}

FAULT("fifo.capacity", "less than PIPE_BUF bytes fit", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EAGAIN;
          return size > 1 ? -1 : real(descriptor, bytes, size);
      });
FAULT("fifo.capacity", "the last bytes that fit are accepted and lost", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          static bool lost = false;
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 && !std::exchange(lost, true) ? static_cast<ssize_t>(size) : written;
      });
FAULT("fifo.capacity", "room that has been read out is not used again", os::write,
      [full = false, reused = 0](auto real, int descriptor, const void* bytes,
                                 std::size_t size) mutable -> ssize_t {
          const ssize_t written = full && reused > 4 ? -1 : real(descriptor, bytes, size);
          reused += full && written > 0 ? 1 : 0;
          full = full || written == -1;
          errno = written == -1 ? EAGAIN : errno;
          return written;
      });

TEST_CASE(
    "fifo.data-survives-while-open"
    * says("what is queued stays as long as any descriptor of the FIFO is open, whoever opened it")
    * observed_by(
        "the reader is replaced while the writer stays, the writer while the reader stays, and both while a child "
        "has their descriptors; what was written before is read")
    * on("Darwin", "the same, by reading fifo_vnops.c: nothing is flushed before both counts are 0; not run there")
    * shall("POSIX.1-2024 close()", "pipe(7)"))
{
    OpenFifo fifo;
    write_fully(fifo.write_end, "for whoever reads");
    CHECK(read_fully(fifo.read_end, 4) == "for ");
    fifo.read_end.close();
    fifo.read_end = Descriptor{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    CHECK(read_fully(fifo.read_end, 13) == "whoever reads");

    write_fully(fifo.write_end, "from the first, ");
    fifo.write_end.close();
    fifo.write_end = Descriptor{arranged(os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK))};
    write_fully(fifo.write_end, "from the second");
    fifo.write_end.close();
    CHECK(read_fully(fifo.read_end, 100) == "from the first, from the second");

    OpenFifo inherited;
    write_fully(inherited.write_end, "kept by a child");
    const Event read;
    Peer child = spawn("child", [&] { read.wait(); }); // has both ends, and does nothing with them
    inherited.read_end.close();
    inherited.write_end.close();
    const Descriptor read_end{arranged(os::open(inherited.c_str(), O_RDONLY | O_NONBLOCK))};
    CHECK(read_fully(read_end, 15) == "kept by a child");
    read.set();
    CHECK(finished(child));
}

FAULT("fifo.data-survives-while-open", "what is queued goes with the last reader", os::close,
      [](auto real, int descriptor) -> int {
          if (access_of(descriptor) == O_RDONLY)
          {
              discard(descriptor);
          }
          return real(descriptor);
      });
FAULT("fifo.data-survives-while-open", "a writer that comes starts with an empty FIFO", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          if (flags == (O_WRONLY | O_NONBLOCK))
          {
              discard(path);
          }
          return real(path, flags, mode);
      });
FAULT("fifo.data-survives-while-open", "what is queued goes with its writer, although a child has the ends",
      os::open, [readers = 0](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          readers += flags == (O_RDONLY | O_NONBLOCK) ? 1 : 0;
          if (readers == 4 && flags == (O_RDONLY | O_NONBLOCK)) // the one that comes when only the child is left
          {
              discard(path);
          }
          return real(path, flags, mode);
      });
FAULT("fifo.data-survives-while-open", "a new reader gets again what the first one has read", os::open,
      [opened = 0](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          const int descriptor = real(path, flags, mode);
          opened += (flags & O_ACCMODE) == O_RDONLY ? 1 : 0;
          if (opened == 2 && (flags & O_ACCMODE) == O_RDONLY)
          {
              const int back = ::open(path, O_WRONLY | O_CLOEXEC);
              static_cast<void>(::write(back, "for ", 4));
              ::close(back);
          }
          return descriptor;
      });
