// Opening a FIFO: who waits for whom, and what O_NONBLOCK makes of it.
#include "cases/fifo/faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

namespace
{

// Two openings for the same access, so that each must be seen not to be the other's partner.
void opening_waits_for_partner(int access, int partner_access)
{
    const Fifo fifo;
    const auto open_end = [&] {
        const Descriptor end{os::open(fifo.c_str(), access)};
        CHECK(end >= 0);
    };
    Peer first = spawn("first", open_end);
    REQUIRE(blocked_in(first, os::open));
    Peer second = spawn("second", open_end);
    REQUIRE(blocked_in(second, os::open));
    CHECK(blocked_in(first, os::open));

    const Stamp cause = stamp();
    const Descriptor partner{os::open(fifo.c_str(), partner_access)};
    CHECK(partner >= 0);
    REQUIRE(finished(first));
    CHECK(finished(second));
    CHECK(returned_after(cause, first, os::open));
    CHECK(returned_after(cause, second, os::open));
}

using fifo_faults::changed_to;
using fifo_faults::wakes_nobody;

} // namespace

TEST_CASE("fifo.open-read-blocks"
          * says("opening a FIFO for reading blocks until some process opens it for writing")
          * observed_by("two readers are seen asleep in open, so neither is the other's writer; a writer opens, "
                        "and both return after it")
          * on("Darwin", "the same, by reading fifo_vnops.c") * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    opening_waits_for_partner(O_RDONLY, O_WRONLY);
}

FAULT("fifo.open-read-blocks", "the open for reading returns early", os::open,
      changed_to(O_RDONLY, O_RDONLY | O_NONBLOCK));
FAULT("fifo.open-read-blocks", "a reader counts as its own writer", os::open, changed_to(O_RDONLY, O_RDWR));
FAULT("fifo.open-read-blocks", "a writer that comes does not wake the readers", os::open, wakes_nobody(O_WRONLY));

TEST_CASE("fifo.open-write-blocks"
          * says("opening a FIFO for writing blocks until some process opens it for reading")
          * observed_by("two writers are seen asleep in open, so neither is the other's reader; a reader opens, "
                        "and both return after it")
          * on("Darwin", "the same, by reading fifo_vnops.c") * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    opening_waits_for_partner(O_WRONLY, O_RDONLY);
}

FAULT("fifo.open-write-blocks", "the open for writing fails instead of waiting", os::open,
      changed_to(O_WRONLY, O_WRONLY | O_NONBLOCK));
FAULT("fifo.open-write-blocks", "a writer counts as its own reader", os::open, changed_to(O_WRONLY, O_RDWR));
FAULT("fifo.open-write-blocks", "a reader that comes does not wake the writers", os::open, wakes_nobody(O_RDONLY));

TEST_CASE(
    "fifo.open-nb-write-enxio"
    * says("with O_NONBLOCK opening a FIFO for writing fails with ENXIO while nobody has it open for reading")
    * observed_by(
        "the call's error and no descriptor more; it succeeds with a reader, and fails again once that has gone")
    * on("Darwin", "the same, by reading fifo_vnops.c") * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    const Fifo fifo;
    const std::size_t open_before = open_descriptors().size();
    CHECK(fails_with(ENXIO, os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)));
    CHECK(open_descriptors().size() == open_before);

    Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    const Descriptor write_end{os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)};
    CHECK(write_end >= 0);
    read_end.close();
    CHECK(fails_with(ENXIO, os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK))); // a reader that has gone is none
}

FAULT("fifo.open-nb-write-enxio", "the open succeeds without a reader", os::open,
      changed_to(O_WRONLY, O_RDWR | O_NONBLOCK));
FAULT("fifo.open-nb-write-enxio", "the wrong errno", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          errno = descriptor == -1 && errno == ENXIO ? EAGAIN : errno;
          return descriptor;
      });
FAULT("fifo.open-nb-write-enxio", "the failed open keeps its descriptor", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          const int error = errno;
          descriptor == -1 ? ::dup(STDIN_FILENO) : 0;
          errno = error;
          return descriptor;
      });
FAULT("fifo.open-nb-write-enxio", "a reader that has gone still counts", os::open,
      [had_reader = false](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          const bool reader = (flags & O_ACCMODE) == O_RDONLY;
          had_reader = had_reader || reader;
          return reader || !had_reader ? real(path, flags, mode) : real(path, O_RDWR | O_NONBLOCK, mode);
      });

TEST_CASE(
    "fifo.open-nb-read-ok"
    * says("with O_NONBLOCK opening a FIFO for reading succeeds at once although nobody has it open for writing")
    * observed_by("a peer opens for reading, then for writing, sends itself five bytes and finishes")
    * on("Darwin", "the same, by reading fifo_vnops.c") * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    const Fifo fifo;
    Peer reader = spawn("reader", [&] { // a process of its own: one that does not come back is told apart
        const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK)};
        REQUIRE(read_end >= 0);
        const Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK))};
        write_fully(write_end, "later");
        CHECK(read_fully(read_end, 5) == "later");
    });
    CHECK(finished(reader));
}

FAULT("fifo.open-nb-read-ok", "O_NONBLOCK is ignored and the open waits", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, flags & ~O_NONBLOCK, mode);
      });
FAULT("fifo.open-nb-read-ok", "the open fails with ENXIO, as only one for writing may", os::open,
      [](auto /*real*/, const char*, int, mode_t) -> int {
          errno = ENXIO;
          return -1;
      });
FAULT("fifo.open-nb-read-ok", "what a later writer sends does not reach the early reader", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });

TEST_CASE("fifo.open-rdwr"
          * says("opening a FIFO for reading and writing waits for nobody, and the process can talk to itself")
          * observed_by("a peer opens O_RDWR, writes and reads back; a non-blocking read then fails with EAGAIN: "
                        "it is its own writer")
          * on("Linux", "succeeds at once; POSIX leaves it undefined")
          * on("Darwin", "succeeds at once, by reading fifo_vnops.c") * defined("fifo(7)", "POSIX.1-2024 open()"))
{
    const Fifo fifo;
    Peer talker = spawn("talker", [&] { // a process of its own: one that does not come back is told apart
        const Descriptor both_ends{os::open(fifo.c_str(), O_RDWR)};
        REQUIRE(both_ends >= 0);
        REQUIRE(os::write(both_ends, "to myself", 9) == 9);
        CHECK(read_fully(both_ends, 9) == "to myself");

        set_nonblocking(both_ends);
        char byte = 0;
        CHECK(fails_with(EAGAIN, os::read(both_ends, &byte, 1))); // a writer is there: itself
    });
    CHECK(finished(talker));
}

FAULT("fifo.open-rdwr", "the open waits for another process", os::open, changed_to(O_RDWR, O_RDONLY));
FAULT("fifo.open-rdwr", "the open is refused, which POSIX leaves open", os::open,
      [](auto /*real*/, const char*, int, mode_t) -> int {
          errno = EINVAL;
          return -1;
      });
FAULT("fifo.open-rdwr", "a process is not its own writer", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 && errno == EAGAIN ? 0 : got;
      });
