// What a FIFO's ends see of each other as writers and readers come and go.
#include "cases/fifo/faults.hpp"
#include "cases/pipe/sigpipe_bodies.hpp"
#include "fixtures/event.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/witness/witness.hpp"

#include <utility>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

namespace
{

// For faults: a read that finds nothing, with writers there, answers as if there were none.
constexpr auto end_of_file_for_nothing = [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
    const ssize_t got = real(descriptor, bytes, size);
    return got == -1 && errno == EAGAIN ? 0 : got;
};

} // namespace

TEST_CASE("fifo.read-no-writer-zero"
          * says("a read from a FIFO that has never had a writer returns 0, with O_NONBLOCK and without")
          * observed_by("the reads themselves, the blocking one by a peer that comes to its end")
          * on("Darwin", "the same, by reading fifo_vnops.c; not run there") * shall("POSIX.1-2024 read()"))
{
    const Fifo fifo;
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 'k';
    CHECK(os::read(read_end, &byte, 1) == 0);
    CHECK(os::read(read_end, &byte, 1) == 0);
    set_nonblocking(read_end, false);
    Peer reader = spawn("reader", [&] { CHECK(os::read(read_end, &byte, 1) == 0); });
    CHECK(finished(reader));
    CHECK(byte == 'k');
}

FAULT("fifo.read-no-writer-zero", "the reader is told to try again", os::read, nothing_for_end_of_file);
FAULT("fifo.read-no-writer-zero", "without O_NONBLOCK the read waits for a first writer", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0 ? real(descriptor, bytes, size) : ::pause();
      });
FAULT("fifo.read-no-writer-zero", "the read fails for want of a writer", os::read,
      wrong_answer::failing_with<ENXIO>);

TEST_CASE(
    "fifo.read-writer-present-eagain"
    * says("with O_NONBLOCK a read from an empty FIFO fails with EAGAIN from when a writer is there, in whatever "
           "process")
    * observed_by("one descriptor reads before the writer comes, while it is there, and after it has written")
    * on("Darwin", "the same, by reading fifo_vnops.c; not run there") * shall("POSIX.1-2024 read()"))
{
    const Fifo fifo;
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 'k';
    REQUIRE(os::read(read_end, &byte, 1) == 0);

    const Event opened;
    const Event asked;
    Peer writer = spawn("writer", [&] {
        const Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
        opened.set();
        asked.wait();
        CHECK(os::write(write_end, "x", 1) == 1);
    });
    opened.wait();
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
    CHECK(byte == 'k');
    asked.set();
    REQUIRE(finished(writer));
    CHECK(os::read(read_end, &byte, 1) == 1);
    CHECK(byte == 'x');
    CHECK(os::read(read_end, &byte, 1) == 0);
}

FAULT("fifo.read-writer-present-eagain", "an empty FIFO reads as end of file although a writer is there", os::read,
      end_of_file_for_nothing);
FAULT("fifo.read-writer-present-eagain", "the read waits in spite of O_NONBLOCK", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::fcntl(descriptor, F_SETFL, 0);
          return real(descriptor, bytes, size);
      });
FAULT("fifo.read-writer-present-eagain", "the wrong errno", os::read, wrong_answer::misreporting<EAGAIN, EIO>);
FAULT("fifo.read-writer-present-eagain", "the writer that has gone still counts", os::read,
      [had_data = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          errno = had_data && got == 0 ? EAGAIN : errno;
          had_data = had_data || got > 0;
          return had_data && got == 0 ? -1 : got;
      });

TEST_CASE(
    "fifo.rdwr-prevents-eof"
    * says("while one process has a FIFO open for reading and writing, readers see no end of file")
    * observed_by("the last descriptor for writing alone is closed: reads give EAGAIN, or are seen to wait, until "
                  "the one for both is closed as well")
    * on("Darwin", "the same, by reading fifo_vnops.c; not run there") * defined("fifo(7)", "POSIX.1-2024 open()"))
{
    const Fifo fifo;
    Descriptor holder{arranged(os::open(fifo.c_str(), O_RDWR))};
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    write_fully(write_end, "x");
    write_end.close();
    char byte = 0;
    REQUIRE(os::read(read_end, &byte, 1) == 1);
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));

    set_nonblocking(read_end, false);
    Peer reader = spawn("reader", [&] {
        holder.close();
        CHECK(os::read(read_end, &byte, 1) == 0);
    });
    REQUIRE(blocked_in(reader, os::read, read_end));
    const Stamp cause = stamp();
    holder.close();
    REQUIRE(finished(reader));
    CHECK(returned_after(cause, reader, os::read));
}

FAULT("fifo.rdwr-prevents-eof", "the end of file comes when the last descriptor for writing alone is closed",
      os::read, end_of_file_for_nothing);
FAULT("fifo.rdwr-prevents-eof", "a waiting reader gets the end of file although the holder is there", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0 ? real(descriptor, bytes, size) : 0;
      });
FAULT("fifo.rdwr-prevents-eof", "the reader is not woken when the holder goes", os::close,
      [](auto real, int descriptor) -> int { return access_of(descriptor) == O_RDWR ? 0 : real(descriptor); });

TEST_CASE("fifo.eof-then-new-writer"
          * says("after the end of file a writer that comes makes the same descriptor readable again")
          * observed_by(
              "one descriptor reads the end of file, EAGAIN, data, and the end of file; then a peer waits on it")
          * on("Darwin", "the same, by reading fifo_vnops.c; not run there")
          * shall("POSIX.1-2024 read()", "fifo(7)"))
{
    const Fifo fifo;
    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 0;
    for (const char* data : {"a", "b"})
    {
        Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
        CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
        write_fully(write_end, data);
        CHECK(os::read(read_end, &byte, 1) == 1);
        CHECK(byte == *data);
        write_end.close();
        REQUIRE(os::read(read_end, &byte, 1) == 0);
        REQUIRE(os::read(read_end, &byte, 1) == 0);
    }
    const Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    set_nonblocking(read_end, false);
    Peer reader = spawn("reader", [&] {
        CHECK(os::read(read_end, &byte, 1) == 1);
        CHECK(byte == 'c');
    });
    REQUIRE(blocked_in(reader, os::read, read_end));
    write_fully(write_end, "c");
    CHECK(finished(reader));
}

FAULT("fifo.eof-then-new-writer", "a descriptor that has read the end of file stays at it", os::read,
      [ended = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = ended ? 0 : real(descriptor, bytes, size);
          ended = ended || got == 0;
          return got;
      });
FAULT("fifo.eof-then-new-writer", "until the new writer has written the end of file stands", os::read,
      end_of_file_for_nothing);
FAULT("fifo.eof-then-new-writer", "after the end of file a read waits no more", os::read,
      [ended = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          ended&& ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
          const ssize_t got = real(descriptor, bytes, size);
          ended = ended || got == 0;
          return got;
      });
FAULT("fifo.eof-then-new-writer", "the end of file is told once, and then forgotten", os::read,
      [told = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          const bool again = told && got == 0;
          told = got == 0;
          errno = again ? EAGAIN : errno;
          return again ? -1 : got;
      });

TEST_CASE(
    "fifo.epipe-then-new-reader"
    * says("after EPIPE a reader that comes makes the same descriptor writable again, and gets only what was "
           "written for it")
    * observed_by("the only reader closes; one write fails; a new reader opens, and the next write reaches it")
    * on("Darwin", "the same, by reading fifo_vnops.c; not run there") * shall("POSIX.1-2024 write()"))
{
    OpenFifo fifo;
    const SignalIgnored quiet{SIGPIPE};
    fifo.read_end.close();
    REQUIRE(fails_with(EPIPE, os::write(fifo.write_end, "x", 1)));
    REQUIRE(fails_with(EPIPE, os::write(fifo.write_end, "x", 1)));

    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
    CHECK(os::write(fifo.write_end, "y", 1) == 1);
    CHECK(os::read(read_end, &byte, 1) == 1);
    CHECK(byte == 'y');
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
}

FAULT("fifo.epipe-then-new-reader", "a descriptor that has met EPIPE stays broken", os::write,
      [broken = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t written = broken ? -1 : real(descriptor, bytes, size);
          broken = broken || (written == -1 && errno == EPIPE);
          errno = broken ? EPIPE : errno;
          return written;
      });
FAULT("fifo.epipe-then-new-reader", "what was refused is kept for the next reader", os::write,
      [refused = std::string{}](auto real, int descriptor, const void* bytes,
                                std::size_t size) mutable -> ssize_t {
          if (!refused.empty() && real(descriptor, refused.data(), refused.size()) > 0)
          {
              refused.clear();
          }
          const ssize_t written = real(descriptor, bytes, size);
          const int error = errno;
          refused.append(static_cast<const char*>(bytes), written == -1 ? size : 0);
          errno = error;
          return written;
      });
FAULT("fifo.epipe-then-new-reader", "the write succeeds, and reaches nobody", os::write,
      [broken = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t written = broken ? 0 : real(descriptor, bytes, size);
          const bool before = broken;
          broken = broken || (written == -1 && errno == EPIPE);
          return before ? static_cast<ssize_t>(size) : written;
      });

TEST_CASE("fifo.sigpipe"
          * says("writing to a FIFO without a reader raises SIGPIPE and fails with EPIPE, exactly as on a pipe")
          * observed_by("four writers, which catch, ignore, block and leave SIGPIPE as it is")
          * on("Darwin",
               "the same, by reading sys_generic.c: only sockets are exempt, and this is none; not run there")
          * shall("POSIX.1-2024 write()", "fifo(7)"))
{
    OpenFifo fifo;
    channel::broken_write_obeys_disposition(fifo);
}

FAULT("fifo.sigpipe", "SIGPIPE is missing on FIFOs", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const SignalIgnored quiet{SIGPIPE};
          return real(descriptor, bytes, size);
      });
FAULT("fifo.sigpipe", "SIGPIPE comes twice for one write", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          real(descriptor, bytes, size);
          return real(descriptor, bytes, size);
      });
FAULT("fifo.sigpipe", "SIGPIPE comes for the first write only", os::write,
      [told = false](auto real, int descriptor, const void* bytes, std::size_t size) mutable -> ssize_t {
          errno = EPIPE;
          return std::exchange(told, true) ? -1 : real(descriptor, bytes, size);
      });
FAULT("fifo.sigpipe", "the write succeeds into the void where SIGPIPE is ignored", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          struct sigaction action
          {
          };
          ::sigaction(SIGPIPE, nullptr, &action);
          return action.sa_handler == SIG_IGN ? static_cast<ssize_t>(size) : real(descriptor, bytes, size);
      });
