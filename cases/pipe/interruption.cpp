// What a signal does to a process that waits in a pipe.
#include "cases/pipe/channel_bodies.hpp"
#include "cases/pipe/interruption_bodies.hpp"
#include "cases/pipe/transfer_faults.hpp"

using namespace ipc_conform;
using namespace ipc_conform::transfer_faults;

namespace
{

constexpr int restarting = static_cast<int>(SA_RESTART); // unsigned in some headers

// For faults: calls end with EINTR although the handler was installed with SA_RESTART, or go on although not.
void set_restart(bool restart)
{
    struct sigaction action
    {
    };
    ::sigaction(SIGUSR1, nullptr, &action);
    action.sa_flags = restart ? action.sa_flags | restarting : action.sa_flags & ~restarting;
    ::sigaction(SIGUSR1, &action, nullptr);
}

} // namespace

TEST_CASE("pipe.eintr-read"
          * says("a read blocked on an empty pipe fails with EINTR when a handler without SA_RESTART runs")
          * observed_by("a reader is seen asleep in read and sent a signal; its error, the handler's count, and a "
                        "byte that comes later")
          * on("Darwin", "the same, by reading sys_pipe.c")
          * shall("POSIX.1-2024 read()", "POSIX.1-2024 XSH 2.4 Signal Concepts", "signal(7)"))
{
    Pipe pipe;
    channel::caught_signal_interrupts_read(pipe);
}

FAULT("pipe.eintr-read", "the interrupted read returns 0", os::read, wrong_answer::hiding<EINTR, 0>);
FAULT("pipe.eintr-read", "the kernel's own number for a call to be restarted gets out", os::read,
      wrong_answer::misreporting<EINTR, 512>);
FAULT("pipe.eintr-read", "the read goes on after the handler", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          set_restart(true);
          return real(descriptor, bytes, size);
      });

TEST_CASE(
    "pipe.sa-restart-read"
    * says("with SA_RESTART a read blocked on an empty pipe continues after the handler and later returns data")
    * observed_by("a reader is seen asleep in read, the handler runs, the reader is seen asleep again; then a "
                  "byte is written")
    * shall("POSIX.1-2024 sigaction()", "signal(7)"))
{
    Pipe pipe;
    channel::blocked_read_is_restarted(pipe);
}

FAULT("pipe.sa-restart-read", "the read fails with EINTR despite SA_RESTART", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          set_restart(false);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.sa-restart-read", "the restarted read finds an end of file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          set_restart(false);
          return wrong_answer::hiding<EINTR, 0>(real, descriptor, bytes, size);
      });
FAULT("pipe.sa-restart-read", "the restarted read asks for nothing more", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          set_restart(false);
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EINTR ? real(descriptor, bytes, 0) : got;
      });

TEST_CASE(
    "pipe.eintr-write-none"
    * says("a write blocked before it has transferred anything fails with EINTR when a signal is caught")
    * observed_by("a writer of 1, PIPE_BUF and twice PIPE_BUF bytes is seen asleep on a full pipe and sent a "
                  "signal; the pipe holds what it held, and the writer's next write comes through")
    * on("Darwin", "the same, by reading sys_generic.c") * shall("POSIX.1-2024 write()", "signal(7)"))
{
    Pipe pipe;
    channel::caught_signal_interrupts_write(pipe);
}

FAULT("pipe.eintr-write-none", "the interrupted write returns 0", os::write, wrong_answer::hiding<EINTR, 0>);
FAULT("pipe.eintr-write-none", "the interrupted write is reported as done", os::write,
      failure_becomes_success<EINTR>);
FAULT("pipe.eintr-write-none", "an interrupted write is told that it would block", os::write,
      wrong_answer::misreporting<EINTR, EAGAIN>);
FAULT("pipe.eintr-write-none", "a byte of the interrupted write gets into the pipe", os::write,
      [interrupted = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          if (std::exchange(interrupted, false))
          {
              real(descriptor, "i", 1);
          }
          const ssize_t written = real(descriptor, bytes, size);
          interrupted = written == -1 && errno == EINTR;
          return written;
      });

TEST_CASE(
    "pipe.eintr-write-partial"
    * says("a large blocked write interrupted after some bytes returns their count, not an error")
    * observed_by("a writer is seen asleep in write with a part transferred and sent a signal, with and without "
                  "SA_RESTART; its result is what can then be read")
    * on("Linux", "what the pipe holds: 65536 bytes of 196608")
    * on("Darwin", "the same: EINTR is dropped when bytes have moved, by reading sys_generic.c")
    * shall("POSIX.1-2024 write()", "signal(7)"))
{
    for (const int handler_flags : {0, restarting})
    {
        Pipe pipe;
        channel::caught_signal_cuts_a_large_write_short(pipe, handler_flags);
    }
}

FAULT("pipe.eintr-write-partial", "the count is lost to EINTR", os::write, part_becomes_failure<EINTR>);
FAULT("pipe.eintr-write-partial", "the whole write is reported as done", os::write, part_reported_as_all);
FAULT("pipe.eintr-write-partial", "the count is one byte short", os::write, part_miscounted<-1>);
FAULT("pipe.eintr-write-partial", "the count is one byte too great", os::write, part_miscounted<1>);

TEST_CASE(
    "pipe.kill-blocked-writer"
    * says("a process asleep in a write on a full pipe dies at once from a fatal signal, and the bytes already "
           "queued stay readable and are followed by the end of file")
    * observed_by("a writer is seen asleep in a large write; SIGTERM, in another SIGKILL; its wait status, then "
                  "every byte that was queued, then 0")
    * shall("POSIX.1-2024 write()", "POSIX.1-2024 XSH 2.4 Signal Concepts", "LTP pipe04"))
{
    for (const int number : {SIGTERM, SIGKILL})
    {
        Pipe pipe;
        channel::fatal_signal_ends_a_waiting_writer(pipe, number);
    }
}

namespace
{

// For faults: what happens after the kill only.
bool something_killed = false;

constexpr auto killed_before = [](auto real, pid_t process, int number) -> int {
    something_killed = true;
    return real(process, number);
};

} // namespace

FAULT("pipe.kill-blocked-writer", "the writer's sleep cannot be interrupted", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalBlocked uninterruptible{SIGTERM};
          return real(descriptor, bytes, size);
      });
FAULT("pipe.kill-blocked-writer", "what a killed writer has queued is dropped", os::kill, killed_before, os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return something_killed ? 0 : real(descriptor, bytes, size);
      });
FAULT("pipe.kill-blocked-writer", "the last queued byte is lost with the writer", os::kill, killed_before,
      os::read, [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return something_killed && got > 1 ? got - 1 : got;
      });
FAULT("pipe.kill-blocked-writer", "a killed writer still counts, so no end of file comes", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = got == 0 ? EAGAIN : errno;
          return got == 0 ? -1 : got;
      });
