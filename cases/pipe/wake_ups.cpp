// Several processes asleep in one pipe: whom an event wakes.
#include "cases/pipe/transfer_faults.hpp"
#include "cases/pipe/waiting_bodies.hpp"

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

TEST_CASE("pipe.eof-wakes-all-readers"
          * says("when the last writer closes, every reader blocked in read is released with 0")
          * observed_by("four readers are seen asleep in read; the last write end is closed, and each returns 0 "
                        "after it")
          * on("Darwin", "the same: a close wakes all who wait, by reading sys_pipe.c")
          * shall("POSIX.1-2024 read()", "pipe(7)", "LTP pipe13"))
{
    Pipe pipe;
    channel::end_of_file_wakes_all_readers(pipe);
}

FAULT("pipe.eof-wakes-all-readers", "only one of the waiting readers is woken", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          wake_only_one();
          return got;
      });
FAULT("pipe.eof-wakes-all-readers", "a waiting reader gets an error instead of the end of file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EPIPE : errno;
          return got == 0 ? -1 : got;
      });
FAULT("pipe.eof-wakes-all-readers", "the end of file comes with a byte that nobody wrote", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          *static_cast<char*>(bytes) = '\0';
          return got;
      });

TEST_CASE("pipe.epipe-wakes-all-writers"
          * says("when the last reader closes, every writer blocked in write is released with EPIPE")
          * observed_by("four writers are seen asleep in write on a full pipe; the last read end is closed, and "
                        "each fails after it, with one SIGPIPE")
          * shall("POSIX.1-2024 write()", "pipe(7)", "Linux commit 6551d5c56eb0"))
{
    Pipe pipe;
    channel::loss_of_readers_wakes_all_writers(pipe);
}

FAULT("pipe.epipe-wakes-all-writers", "only one of the waiting writers is woken", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          if (written == -1 && errno == EPIPE)
          {
              wake_only_one();
              errno = EPIPE;
          }
          return written;
      });
FAULT("pipe.epipe-wakes-all-writers", "a waiting writer is told that it was interrupted", os::write,
      wrong_answer::misreporting<EPIPE, EINTR>);
FAULT("pipe.epipe-wakes-all-writers", "the signal for a broken pipe reaches a waiting writer twice", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          if (written == -1 && errno == EPIPE)
          {
              ::raise(SIGPIPE);
              errno = EPIPE;
          }
          return written;
      });

TEST_CASE("pipe.reader-gets-one-of-many"
          * says("with several blocked readers one byte is delivered to exactly one of them")
          * observed_by("three readers are seen asleep in read; after each byte one has it, the pipe is empty and "
                        "the others are seen asleep")
          * shall("POSIX.1-2024 read()", "pipe(7)"))
{
    Pipe pipe;
    channel::one_byte_wakes_one_reader(pipe);
}

FAULT("pipe.reader-gets-one-of-many", "the byte is delivered twice", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          real(descriptor, bytes, size);
          return written;
      });
FAULT("pipe.reader-gets-one-of-many", "a byte that was delivered stays in the pipe", os::ioctl,
      [](auto real, int descriptor, unsigned long request, void* count) -> int {
          const int result = real(descriptor, request, count);
          *static_cast<int*>(count) += 1;
          return result;
      });
FAULT("pipe.reader-gets-one-of-many", "of bytes that come at once one reader gets one, and the others wait on",
      os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return size == 1 ? real(descriptor, bytes, 1) : real(descriptor, bytes, 1) + 2;
      });
FAULT("pipe.reader-gets-one-of-many", "a reader that another was faster than gets an end of file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return wrong_answer::first_to_come() ? real(descriptor, bytes, size) : 0;
      });
