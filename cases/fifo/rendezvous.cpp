// Opening ends that wait for each other: who counts as a partner, and who is released when one comes.
#include "cases/fifo/faults.hpp"
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
    "fifo.open-rendezvous-all"
    * says("one process that opens a FIFO releases every process that waits for such a partner")
    * observed_by("four peers are seen asleep in open; one end is opened for the other access, and all return")
    * on("Darwin", "the same, by reading fifo_vnops.c; not run there") * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    for (const int access : {O_RDONLY, O_WRONLY})
    {
        const Fifo fifo;
        std::vector<Peer> waiting;
        for (const char* name : {"first", "second", "third", "fourth"})
        {
            waiting.push_back(spawn(name, [&] {
                const Descriptor end{os::open(fifo.c_str(), access)};
                CHECK(end >= 0);
            }));
            REQUIRE(blocked_in(waiting.back(), os::open));
        }
        const Stamp cause = stamp();
        const Descriptor partner{os::open(fifo.c_str(), other_than(access))};
        REQUIRE(partner >= 0);
        for (Peer& peer : waiting)
        {
            REQUIRE(finished(peer));
            CHECK(returned_after(cause, peer, os::open));
        }
    }
}

FAULT("fifo.open-rendezvous-all", "only one of the waiting readers is released", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          if (flags == O_RDONLY && !wrong_answer::first_to_come())
          {
              ::pause();
          }
          return descriptor;
      });
FAULT("fifo.open-rendezvous-all", "all are woken, but only the first finds its partner", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          if (flags == O_WRONLY && !wrong_answer::first_to_come())
          {
              errno = EAGAIN;
              return -1;
          }
          return descriptor;
      });
FAULT("fifo.open-rendezvous-all", "a second process that waits for the same is let through", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, wrong_answer::first_to_come() ? flags : O_RDWR, mode);
      });

TEST_CASE(
    "fifo.open-nb-write-with-blocked-reader"
    * says("a process that waits in open for reading counts as a reader already: with O_NONBLOCK, opening for "
           "writing succeeds and releases it")
    * observed_by("a reader is seen asleep in open; an end is opened with O_NONBLOCK, and a byte goes through")
    * on("Darwin", "the same, by reading fifo_vnops.c: readers are counted before they sleep; not run there")
    * defined("POSIX.1-2024 open()", "fifo(7)"))
{
    const Fifo fifo;
    Peer reader = spawn("reader", [&] {
        const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY)};
        REQUIRE(read_end >= 0);
        CHECK(read_fully(read_end, 100) == "x");
    });
    REQUIRE(blocked_in(reader, os::open));

    const Stamp cause = stamp();
    Descriptor write_end{os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)};
    REQUIRE(write_end >= 0);
    CHECK(os::write(write_end, "x", 1) == 1);
    write_end.close();
    REQUIRE(finished(reader));
    CHECK(returned_after(cause, reader, os::open));
}

FAULT("fifo.open-nb-write-with-blocked-reader", "a reader counts only once its open has returned", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          errno = ENXIO;
          return flags == (O_WRONLY | O_NONBLOCK) ? -1 : real(path, flags, mode);
      });
FAULT("fifo.open-nb-write-with-blocked-reader", "the writer gets in, but the reader is not told", os::open,
      wakes_nobody(O_WRONLY));
FAULT("fifo.open-nb-write-with-blocked-reader", "what is written before the reader has woken is lost", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE(
    "fifo.second-reader-blocks"
    * says("opening for reading waits for a writer although another reader is there and has had a writer")
    * observed_by("a writer comes to the first reader and goes; the second reader is then seen asleep in open")
    * shall("POSIX.1-2024 open()", "newlib-cygwin commit 8ca713d70a40"))
{
    const Fifo fifo;
    const Descriptor first{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    write_end.close();
    Peer second = spawn("second reader", [&] {
        const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY)};
        CHECK(read_end >= 0);
    });
    REQUIRE(blocked_in(second, os::open));

    const Stamp cause = stamp();
    write_end = Descriptor{arranged(os::open(fifo.c_str(), O_WRONLY))};
    REQUIRE(finished(second));
    CHECK(returned_after(cause, second, os::open));
}

FAULT("fifo.second-reader-blocks", "it is enough that there has ever been a writer", os::open,
      [had_writer = false](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          had_writer = had_writer || flags == O_WRONLY;
          return real(path, had_writer && flags == O_RDONLY ? O_RDONLY | O_NONBLOCK : flags, mode);
      });
FAULT("fifo.second-reader-blocks", "a reader that finds another reader does not wait", os::open,
      [readers = 0](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          readers += (flags & O_ACCMODE) == O_RDONLY ? 1 : 0;
          return real(path, readers > 1 && flags == O_RDONLY ? O_RDONLY | O_NONBLOCK : flags, mode);
      });
FAULT("fifo.second-reader-blocks", "the second reader is refused", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          errno = ENXIO;
          return flags == O_RDONLY ? -1 : real(path, flags, mode);
      });

TEST_CASE(
    "fifo.fast-open-close-not-lost"
    * says("a process that waits in open is released even if its partner has closed again when it wakes")
    * observed_by("a reader is seen asleep in open; a writer opens and closes at once: the reader then reads "
                  "what it left, and the end of file; the same with a writer, which then meets EPIPE")
    * on("Darwin", "the same, by reading fifo_vnops.c: nothing is checked again after the wake-up; not run there")
    * shall("POSIX.1-2024 open()"))
{
    const Fifo fifo;
    for (const std::string_view left : {"", "left behind"})
    {
        Peer reader = spawn("reader", [&] {
            const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY)};
            REQUIRE(read_end >= 0);
            CHECK(read_fully(read_end, 100) == left);
        });
        REQUIRE(blocked_in(reader, os::open));
        {
            const Descriptor write_end{os::open(fifo.c_str(), O_WRONLY)};
            REQUIRE(write_end >= 0);
            write_fully(write_end, left);
        }
        CHECK(finished(reader));
    }

    const Event closed;
    Peer writer = spawn("writer", [&] {
        const SignalIgnored quiet{SIGPIPE};
        const Descriptor write_end{os::open(fifo.c_str(), O_WRONLY)};
        REQUIRE(write_end >= 0);
        closed.wait();
        CHECK(fails_with(EPIPE, os::write(write_end, "x", 1)));
    });
    REQUIRE(blocked_in(writer, os::open));
    Descriptor read_end{os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK)};
    REQUIRE(read_end >= 0);
    read_end.close();
    closed.set();
    CHECK(finished(writer));
}

FAULT("fifo.fast-open-close-not-lost", "a reader that goes at once wakes nobody", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real((flags & O_NONBLOCK) != 0 ? "/dev/null" : path, flags, mode);
      });
FAULT("fifo.fast-open-close-not-lost", "a writer that goes at once wakes nobody", os::open,
      wakes_nobody(O_WRONLY));
FAULT("fifo.fast-open-close-not-lost", "the reader's open fails because the writer has gone again", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          if (flags == O_RDONLY)
          {
              ::close(descriptor);
              errno = EINTR;
              return -1;
          }
          return descriptor;
      });
FAULT("fifo.fast-open-close-not-lost", "what the writer left goes with it", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });
