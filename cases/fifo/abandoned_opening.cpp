// Openings that come to nothing, or nearly: refused for want of a reader, interrupted, restarted.
#include "cases/fifo/faults.hpp"
#include "fixtures/announced_signal.hpp"
#include "fixtures/event.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

#include <vector>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

TEST_CASE(
    "fifo.enxio-no-phantom" * says("an open for writing that failed with ENXIO leaves no writer behind")
    * observed_by("a reader that comes after it reads 0 and not EAGAIN, and one that opens without O_NONBLOCK "
                  "still waits for a writer")
    * shall("POSIX.1-2024 open()", "elks issue 2646"))
{
    const Fifo fifo;
    const std::size_t open_before = open_descriptors().size();
    for (int attempt = 0; attempt < 3; ++attempt)
    {
        REQUIRE(fails_with(ENXIO, os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)));
    }
    CHECK(open_descriptors().size() == open_before);

    char byte = 'k';
    {
        const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
        CHECK(os::read(read_end, &byte, 1) == 0);
        CHECK(byte == 'k');
    }
    Peer reader = spawn("reader", [&] {
        const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY)};
        CHECK(read_end >= 0);
    });
    REQUIRE(blocked_in(reader, os::open));
    const Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    CHECK(finished(reader));
}

FAULT("fifo.enxio-no-phantom", "the failed open still counts as a writer", os::read, nothing_for_end_of_file);
FAULT("fifo.enxio-no-phantom", "a reader that comes later is let through as if the writer had come", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, flags == O_RDONLY ? O_RDONLY | O_NONBLOCK : flags, mode);
      });
FAULT("fifo.enxio-no-phantom", "the failed open keeps its descriptor", os::open, wrong_answer::leaking);

namespace
{

// An open that a signal, which its caller catches, ends before a partner has come.
void interrupted_open(const Fifo& fifo, int access)
{
    const SignalCounted counted{SIGUSR1};
    const std::size_t open_before = open_descriptors().size();
    CHECK(fails_with(EINTR, os::open(fifo.c_str(), access)));
    CHECK(counted.deliveries() == 1);
    CHECK(open_descriptors().size() == open_before);
}

// No one has this FIFO open: whoever comes for the other access is told so.
void nobody_has_open(const Fifo& fifo, int access)
{
    if (access == O_RDONLY)
    {
        CHECK(fails_with(ENXIO, os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)));
        return;
    }
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 0;
    CHECK(os::read(read_end, &byte, 1) == 0);
}

} // namespace

TEST_CASE(
    "fifo.open-eintr"
    * says("an open that waits for its partner fails with EINTR when a signal is caught; it leaves no end behind, "
           "and "
           "takes none away from others that wait")
    * observed_by("a peer is seen asleep in open and gets a signal; then an open for writing fails with ENXIO, "
                  "and a reader reads 0; another that waits beside it goes on waiting and is released")
    * on("Darwin", "the same, by reading fifo_vnops.c: the error path takes the count back; not run there")
    * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    for (const int access : {O_RDONLY, O_WRONLY})
    {
        const Fifo fifo;
        Peer opener = spawn("opener", [&] {
            interrupted_open(fifo, access);
            nobody_has_open(fifo, access);
        });
        REQUIRE(blocked_in(opener, os::open));
        set_up(os::kill(opener.pid(), SIGUSR1) == 0);
        CHECK(finished(opener));
        nobody_has_open(fifo, access);

        Peer patient = spawn("patient opener", [&] {
            const Descriptor end{os::open(fifo.c_str(), access)};
            CHECK(end >= 0);
        });
        REQUIRE(blocked_in(patient, os::open));
        Peer other = spawn("other opener", [&] { interrupted_open(fifo, access); });
        REQUIRE(blocked_in(other, os::open));
        set_up(os::kill(other.pid(), SIGUSR1) == 0);
        CHECK(finished(other));
        CHECK(blocked_in(patient, os::open));
        const Descriptor partner{os::open(fifo.c_str(), other_than(access) | O_NONBLOCK)};
        CHECK(partner >= 0);
        CHECK(finished(patient));
    }
}

namespace
{

// A kernel whose counts are wrong, not its tables of descriptors: the phantom is not listed as open.
bool interrupted = false;

} // namespace

FAULT("fifo.open-eintr", "the interrupted open still counts as a reader or writer", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const bool writer_asks = interrupted && flags == (O_WRONLY | O_NONBLOCK);
          const int descriptor = real(path, writer_asks ? O_RDWR | O_NONBLOCK : flags, mode);
          interrupted = interrupted || (descriptor == -1 && errno == EINTR);
          return descriptor;
      });
FAULT("fifo.open-eintr", "the interrupted open takes away the count of another reader", os::open,
      [asked = 0](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          asked += flags == (O_WRONLY | O_NONBLOCK) ? 1 : 0; // the second time while a reader waits
          errno = ENXIO;
          return asked == 2 && flags == (O_WRONLY | O_NONBLOCK) ? -1 : real(path, flags, mode);
      });
FAULT("fifo.open-eintr", "the interrupted open keeps its descriptor", os::open, wrong_answer::leaking);
FAULT("fifo.open-eintr", "the wrong errno", os::open, wrong_answer::misreporting<EINTR, EAGAIN>);
FAULT("fifo.open-eintr", "the signal lets the open succeed without a partner", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          return descriptor == -1 && errno == EINTR ? real(path, O_RDWR, mode) : descriptor;
      });

TEST_CASE(
    "fifo.open-sa-restart"
    * says("an open that waits for its partner goes on waiting after a handler installed with SA_RESTART")
    * observed_by("a peer is seen asleep in open; its handler has run, it is asleep in open again, and returns "
                  "when the other end is opened")
    * shall("POSIX.1-2024 sigaction()", "signal(7)"))
{
    for (const int access : {O_RDONLY, O_WRONLY})
    {
        const Fifo fifo;
        const Event handled;
        Peer opener = spawn("opener", [&] {
            const SignalAnnounced announced{SIGUSR1, handled, SA_RESTART};
            const Descriptor end{os::open(fifo.c_str(), access)};
            CHECK(end >= 0);
        });
        REQUIRE(blocked_in(opener, os::open));
        set_up(os::kill(opener.pid(), SIGUSR1) == 0);
        handled.wait();
        REQUIRE(blocked_in(opener, os::open));

        const Stamp cause = stamp();
        Descriptor partner{os::open(fifo.c_str(), other_than(access))};
        CHECK(partner >= 0);
        REQUIRE(finished(opener));
        CHECK(returned_after(cause, opener, os::open));
        partner.close();
        nobody_has_open(fifo, access);
    }
}

namespace
{

void without_restart(int number)
{
    struct sigaction action
    {
    };
    ::sigaction(number, nullptr, &action);
    action.sa_flags &= ~SA_RESTART;
    ::sigaction(number, &action, nullptr);
}

} // namespace

FAULT("fifo.open-sa-restart", "SA_RESTART is ignored: the open fails with EINTR", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          without_restart(SIGUSR1);
          return real(path, flags, mode);
      });
FAULT("fifo.open-sa-restart", "an open that is restarted counts twice, and the second end stays", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, flags == (O_WRONLY | O_NONBLOCK) ? O_RDWR | O_NONBLOCK : flags, mode);
      });
FAULT("fifo.open-sa-restart", "the open succeeds without a partner once the handler has run", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          without_restart(SIGUSR1);
          const int descriptor = real(path, flags, mode);
          return descriptor == -1 && errno == EINTR ? real(path, O_RDWR, mode) : descriptor;
      });
