// Writing to a pipe that nobody can read any more.
#include "cases/pipe/broken_channel_bodies.hpp"
#include "cases/pipe/transfer_faults.hpp"

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

TEST_CASE("pipe.sigpipe-once-per-write"
          * says("each failing write raises exactly one SIGPIPE, for the thread that writes")
          * observed_by("a handler counts in the writer after each of ten writes, small, large, vectored and "
                        "non-blocking, and in its parent, which has the write end too; then beside a thread that "
                        "blocks the signal")
          * on("Darwin", "sent to the process, not to the thread that writes, by reading sys_generic.c")
          * shall("POSIX.1-2024 write()", "POSIX.1-2024 writev()", "pipe(7)"))
{
    Pipe pipe;
    channel::each_failing_write_raises_one_sigpipe(pipe);
    Pipe of_threads;
    channel::sigpipe_is_for_the_writing_thread(of_threads);
}

FAULT("pipe.sigpipe-once-per-write", "SIGPIPE is raised twice", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          real(descriptor, bytes, size);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.sigpipe-once-per-write", "SIGPIPE is not raised", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalIgnored never{SIGPIPE};
          return real(descriptor, bytes, size);
      });
FAULT("pipe.sigpipe-once-per-write", "a vectored write does not raise SIGPIPE", os::writev,
      [](auto real, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          const SignalIgnored never{SIGPIPE};
          return real(descriptor, parts, count);
      });
FAULT("pipe.sigpipe-once-per-write", "a non-blocking write does not raise SIGPIPE", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          if (may_wait(descriptor))
          {
              return real(descriptor, bytes, size);
          }
          const SignalIgnored never{SIGPIPE};
          return real(descriptor, bytes, size);
      });
FAULT("pipe.sigpipe-once-per-write", "SIGPIPE is sent to the process, so that any of its threads may take it",
      os::write, [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          sigset_t blocked;
          ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
          const ssize_t written = real(descriptor, bytes, size);
          if (::sigismember(&blocked, SIGPIPE) == 1)
          {
              ::kill(::getpid(), SIGPIPE);
              errno = EPIPE;
          }
          return written;
      });
FAULT("pipe.sigpipe-once-per-write", "whoever else has the write end gets the signal too", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          ::kill(::getppid(), SIGPIPE);
          return real(descriptor, bytes, size);
      });

TEST_CASE("pipe.sigpipe-blocked-pending"
          * says("with SIGPIPE blocked the write still fails with EPIPE and SIGPIPE becomes pending")
          * observed_by("the write's error and the set of pending signals; once unblocked, a handler counts one")
          * shall("POSIX.1-2024 write()", "POSIX.1-2024 XSH 2.4 Signal Concepts", "signal(7)"))
{
    Pipe pipe;
    channel::blocked_sigpipe_stays_pending(pipe);
}

FAULT("pipe.sigpipe-blocked-pending", "the signal is dropped while it is blocked", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          const SignalIgnored discarded{SIGPIPE};
          return written;
      });
FAULT("pipe.sigpipe-blocked-pending", "a write that must not raise the signal succeeds", os::write,
      failure_becomes_success<EPIPE>);
FAULT("pipe.sigpipe-blocked-pending", "the signal interrupts the write although it is blocked", os::write,
      wrong_answer::misreporting<EPIPE, EINTR>);
FAULT("pipe.sigpipe-blocked-pending", "the signal gets through although it is blocked", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          sigset_t none;
          sigset_t before;
          ::sigemptyset(&none);
          ::sigprocmask(SIG_SETMASK, &none, &before);
          ::sigprocmask(SIG_SETMASK, &before, nullptr);
          errno = EPIPE;
          return written;
      });

TEST_CASE(
    "pipe.blocked-writer-gets-epipe"
    * says("a writer blocked on a full pipe with nothing yet transferred fails with EPIPE when the last reader "
           "closes")
    * observed_by("writers that handle, ignore, block or die of SIGPIPE are seen asleep in write; then the "
                  "last read end is closed")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe pipe;
    channel::waiting_writers_fail_without_reader(pipe);
}

FAULT("pipe.blocked-writer-gets-epipe", "the writer is never woken", os::close,
      [](auto real, int descriptor) -> int {
          ::dup(descriptor); // so the last reader never goes
          return real(descriptor);
      });
FAULT("pipe.blocked-writer-gets-epipe", "the write ends with 0", os::write, wrong_answer::hiding<EPIPE, 0>);
FAULT("pipe.blocked-writer-gets-epipe", "the write is reported as done", os::write,
      failure_becomes_success<EPIPE>);
FAULT("pipe.blocked-writer-gets-epipe", "a writer that waited gets no SIGPIPE", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalIgnored never{SIGPIPE};
          return real(descriptor, bytes, size);
      });

TEST_CASE(
    "pipe.blocked-writer-partial-then-epipe"
    * says("a blocked large write that has moved some bytes when the last reader closes returns their count or "
           "fails with EPIPE; the next write fails with EPIPE")
    * observed_by("a writer is seen asleep in write with a part of it in the pipe; after the close its two "
                  "results and the signals are recorded")
    * on("Linux", "the count of the part is returned, and SIGPIPE is raised already by that write")
    * on("Darwin", "EPIPE, also after a part has been transferred, by reading sys_pipe.c and sys_generic.c")
    * may("POSIX.1-2024 write()", "gVisor BlockPartialWriteClosed"))
{
    Pipe pipe;
    channel::loss_of_readers_during_a_large_write(pipe);
}

FAULT("pipe.blocked-writer-partial-then-epipe", "the whole write is reported as done", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return may_wait(descriptor) ? part_reported_as_all(real, descriptor, bytes, size)
                                      : real(descriptor, bytes, size);
      });
FAULT("pipe.blocked-writer-partial-then-epipe", "the part is counted one byte short", os::write,
      part_miscounted<-1>);
FAULT("pipe.blocked-writer-partial-then-epipe", "the write that was cut short ends with 0", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = part_becomes_failure<EPIPE>(real, descriptor, bytes, size);
          return written == -1 && errno == EPIPE && size > 1 ? 0 : written;
      });
FAULT("pipe.blocked-writer-partial-then-epipe", "the pipe takes a write after that, to nowhere", os::write,
      failure_becomes_success<EPIPE>);
FAULT("pipe.blocked-writer-partial-then-epipe", "the writer is never woken", os::close,
      [](auto real, int descriptor) -> int {
          ::dup(descriptor); // so the last reader never goes
          return real(descriptor);
      });
