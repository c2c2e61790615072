// Reading and writing a FIFO: just as a pipe, one way, and two of them both ways.
#include "cases/pipe/channel_bodies.hpp"
#include "fixtures/fifo.hpp"

#include <sched.h>

using namespace ipc_conform;

TEST_CASE(
    "fifo.same-io-as-pipe"
    * says("order, partial reads, PIPE_BUF atomicity, EAGAIN, end of file, EPIPE and EINTR of a FIFO are a pipe's")
    * observed_by("the bodies of eight pipe cases run on FIFOs with both ends open")
    * on("Linux", "PIPE_BUF is 4096")
    * on(
        "Darwin",
        "a pair of AF_UNIX stream sockets whose low-water mark keeps small writes atomic, by reading fifo_vnops.c")
    * shall("POSIX.1-2024 read()", "POSIX.1-2024 write()", "pipe(7)"))
{
    for (const auto rule :
         {channel::read_returns_what_is_there, channel::empty_read_blocks, channel::empty_read_would_block,
          channel::ends_after_last_writer, channel::write_without_reader_fails,
          channel::caught_signal_interrupts_read, channel::small_writes_do_not_interleave})
    {
        OpenFifo fifo;
        rule(fifo);
    }
    OpenFifo fifo;
    channel::keeps_order(fifo, journal::region().seed);
}

FAULT("fifo.same-io-as-pipe", "large reads come out of order", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (got > 4096)
          {
              std::swap_ranges(static_cast<char*>(bytes), static_cast<char*>(bytes) + got / 2,
                               static_cast<char*>(bytes) + got / 2);
          }
          return got;
      });
FAULT("fifo.same-io-as-pipe", "a partial read loses its last byte", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == 3 ? 2 : got;
      });
FAULT("fifo.same-io-as-pipe", "small writes are done in two halves", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const auto half = real(descriptor, bytes, size / 2);
          ::sched_yield();
          return half + real(descriptor, static_cast<const char*>(bytes) + size / 2, size - size / 2);
      });
FAULT("fifo.same-io-as-pipe", "an empty FIFO reads as end of file although a writer is there", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EAGAIN ? 0 : got;
      });
FAULT("fifo.same-io-as-pipe", "the end of file is reported as EAGAIN", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EAGAIN : errno;
          return got == 0 ? -1 : got;
      });
FAULT("fifo.same-io-as-pipe", "SIGPIPE is missing on FIFOs", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalIgnored quiet{SIGPIPE};
          return real(descriptor, bytes, size);
      });
FAULT("fifo.same-io-as-pipe", "an interrupted read is taken for the end of file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EINTR ? 0 : got;
      });

TEST_CASE(
    "fifo.unidirectional-per-description"
    * says("what is open for reading only cannot be written, what is open for writing only cannot be read: EBADF")
    * observed_by(
        "each wrong call's error; nothing came in through the read end, and the queued byte is still there")
    * shall("POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    OpenFifo fifo;
    set_nonblocking(fifo.read_end);
    char byte = 'k';
    CHECK(fails_with(EBADF, os::write(fifo.read_end, "x", 1)));
    CHECK(fails_with(EAGAIN, os::read(fifo.read_end, &byte, 1))); // nothing came in by the back door

    write_fully(fifo.write_end, "y");
    CHECK(fails_with(EBADF, os::read(fifo.write_end, &byte, 1)));
    CHECK(byte == 'k');
    CHECK(os::read(fifo.read_end, &byte, 1) == 1); // the byte is where it belongs
    CHECK(byte == 'y');
}

FAULT("fifo.unidirectional-per-description", "every description is full-duplex when it writes", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 && errno == EBADF ? static_cast<ssize_t>(size) : written;
      });
FAULT("fifo.unidirectional-per-description", "every description is full-duplex when it reads", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EBADF ? 0 : got;
      });
FAULT("fifo.unidirectional-per-description", "the wrong errno", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          errno = written == -1 && errno == EBADF ? EACCES : errno;
          return written;
      });

TEST_CASE("fifo.two-fifos-duplex"
          * says("two FIFOs carry traffic both ways at once: each side reads on one while it writes on the other")
          * observed_by("two readers seen asleep in read, one still while the other's byte passes; then 300000 "
                        "bytes each way at once")
          * shall("POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    OpenFifo there;
    OpenFifo back;
    channel::traffic_flows_both_ways(there, back);
}

FAULT(
    "fifo.two-fifos-duplex", "one lock serialises all FIFOs", os::read,
    [](auto real, int descriptor, void* bytes, std::size_t size) {
        return channel::under_one_lock(real, descriptor, bytes, size);
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) {
        return channel::under_one_lock(real, descriptor, bytes, size);
    });
FAULT("fifo.two-fifos-duplex", "the second FIFO is the first under another name", os::mkfifo,
      [first = std::string{}](auto real, const char* path, mode_t mode) mutable -> int {
          if (!first.empty())
          {
              return ::link(first.c_str(), path);
          }
          first = path;
          return real(path, mode);
      });

namespace
{

off_t size_under(const std::string& name)
{
    struct stat status
    {
    };
    set_up(os::lstat(name.c_str(), &status) == 0);
    return status.st_size;
}

} // namespace

TEST_CASE(
    "fifo.no-file-content"
    * says("data on its way through a FIFO is not in the file system: the size under its name stays the same")
    * observed_by("lstat's st_size before and after a write of 1000 bytes, with half of it read, and drained")
    * on("Linux", "st_size stays 0") * defined("fifo(7)", "POSIX.1-2024 <sys/stat.h>"))
{
    OpenFifo fifo;
    const off_t before = size_under(fifo.path());
    observe("st_size", before);
    write_fully(fifo.write_end, std::string(1000, 'x'));
    CHECK(size_under(fifo.path()) == before);
    CHECK(read_fully(fifo.read_end, 500).size() == 500);
    CHECK(size_under(fifo.path()) == before);
    CHECK(read_fully(fifo.read_end, 500).size() == 500);
    CHECK(size_under(fifo.path()) == before);
}

namespace
{

off_t size_of_fifo = 0;

constexpr auto grown = [](auto real, const char* path, struct stat* status) -> int {
    const int result = real(path, status);
    status->st_size += size_of_fifo;
    return result;
};

constexpr auto keep_in_file = [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
    const ssize_t written = real(descriptor, bytes, size);
    size_of_fifo += written;
    return written;
};

} // namespace

FAULT("fifo.no-file-content", "the file holds the data until it is read", os::lstat, grown, os::write,
      keep_in_file, os::read, [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          size_of_fifo -= got;
          return got;
      });
FAULT("fifo.no-file-content", "the file keeps what was read", os::lstat, grown, os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          size_of_fifo += got;
          return got;
      });
