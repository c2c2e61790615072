// tee: the same bytes in two pipes, and none taken from the first.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

TEST_CASE("pipe.tee-duplicates" * says("tee copies without consuming; tee onto the same pipe fails with EINVAL")
          * observed_by("both pipes are written to after the tee and then emptied: each has the common bytes and "
                        "only its own further ones")
          * platform("Linux", "tee(2)"))
{
    require_tee();
    Pipe source;
    Pipe target;
    const std::string bytes = random_bytes(2 * page_size() + 7, 3);
    write_fully(source.write_end, bytes);
    write_fully(target.write_end, "0");
    CHECK(os::tee(source.read_end, target.write_end, bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    CHECK(bytes_queued(source.read_end) == bytes.size());
    // The copy may be the same memory; what one pipe appends must not get into the other.
    write_fully(target.write_end, "T");
    write_fully(source.write_end, "S");

    const Descriptor duplicate{arranged(os::dup(source.write_end))};
    for (const int out : {int{source.write_end}, int{duplicate}})
    {
        CHECK(fails_with(EINVAL, os::tee(source.read_end, out, 1, 0)));
        CHECK(fails_with(EINVAL, os::tee(source.read_end, out, 1, SPLICE_F_NONBLOCK)));
    }
    CHECK(same_bytes(take_all(target.read_end), "0" + bytes + "T"));
    CHECK(same_bytes(take_all(source.read_end), bytes + "S"));
}

FAULT("pipe.tee-duplicates", "tee takes what it copies", os::tee, tee_consumes);
FAULT("pipe.tee-duplicates", "a pipe can be copied into itself", os::tee, wrong_answer::hiding<EINVAL, 1>);
FAULT("pipe.tee-duplicates", "nothing is copied, only counted", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          int nowhere[2]{-1, -1};
          ::pipe(nowhere);
          const int fault_out = queued(in) == size ? nowhere[1] : out;
          const ssize_t copied = real(in, fault_out, size, flags);
          const int error = errno;
          ::close(nowhere[0]);
          ::close(nowhere[1]);
          errno = error;
          return copied;
      });
FAULT("pipe.tee-duplicates", "the copy is put before what the target holds", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t copied = real(in, out, size, flags);
          if (copied > 1)
          {
              const std::string path = "/proc/self/fd/" + std::to_string(out);
              const int back = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
              const std::string held = taken(back, 1);
              put(out, held);
              ::close(back);
          }
          return copied;
      });

TEST_CASE("pipe.tee-short" * says("tee returns the amount available and consumes nothing")
          * observed_by("a page is asked for where 3 bytes are queued, then 2 of the 3; the counts of both pipes")
          * on("Linux", "3 of 4096") * platform("Linux", "tee(2)", "gVisor splice"))
{
    require_tee();
    Pipe source;
    Pipe target;
    write_fully(source.write_end, "abc");
    CHECK(os::tee(source.read_end, target.write_end, page_size(), 0) == 3);
    CHECK(bytes_queued(source.read_end) == 3);
    CHECK(os::tee(source.read_end, target.write_end, 2, 0) == 2); // from the start again
    CHECK(bytes_queued(source.read_end) == 3);
    CHECK(take_all(target.read_end) == "abcab");
    CHECK(take_all(source.read_end) == "abc");
}

FAULT("pipe.tee-short", "tee takes what it copies", os::tee, tee_consumes);
FAULT("pipe.tee-short", "the count is what was asked for", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          return real(in, out, size, flags) == -1 ? -1 : static_cast<ssize_t>(size);
      });
FAULT("pipe.tee-short", "a whole slot is copied when only part of it is asked for", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t copied = real(in, out, page_size(), flags);
          return std::min(copied, static_cast<ssize_t>(size));
      });

TEST_CASE("pipe.tee-blocks"
          * says("a blocking tee waits on an empty source until data arrives, then copies it without consuming it")
          * observed_by("a tee is seen asleep; 3 bytes are written, it returns 3, and both pipes hold them")
          * platform("Linux", "tee(2)", "gVisor splice"))
{
    require_tee();
    Pipe source;
    Pipe target;
    Peer copier = spawn("copier", [&] { CHECK(os::tee(source.read_end, target.write_end, page_size(), 0) == 3); });
    REQUIRE(blocked_in(copier, os::tee, source.read_end));
    const Stamp cause = stamp();
    CHECK(os::write(source.write_end, "abc", 3) == 3);
    CHECK(finished(copier));
    CHECK(returned_after(cause, copier, os::tee));
    CHECK(take_all(target.read_end) == "abc");
    CHECK(take_all(source.read_end) == "abc");
}

FAULT("pipe.tee-blocks", "an empty source is an end of file", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          return queued(in) == 0 ? 0 : real(in, out, size, flags);
      });
FAULT("pipe.tee-blocks", "a blocking tee fails with EAGAIN", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          return real(in, out, size, flags | SPLICE_F_NONBLOCK);
      });
FAULT("pipe.tee-blocks", "a tee that had to wait takes what it copies", os::tee, tee_consumes);

TEST_CASE("pipe.tee-errors"
          * says("tee needs two pipes (EINVAL), a readable source and a writable target (EBADF); an empty source "
                 "gives EAGAIN under SPLICE_F_NONBLOCK while there is a writer, and 0 once there is none")
          * observed_by("a table of calls while 3 bytes are queued, all still there after each; then an empty "
                        "source with and without writer")
          * platform("Linux", "tee(2)", "LTP tee02", "gVisor splice"))
{
    require_tee();
    Pipe source;
    Pipe target;
    const TemporaryFile file{1};
    const int closed = closed_number();
    write_fully(source.write_end, "abc");
    const struct
    {
        int error;
        int in;
        int out;
    } refusals[] = {
        {EINVAL, file.descriptor(), target.write_end},
        {EINVAL, source.read_end, file.descriptor()},
        {EBADF, source.write_end, target.write_end},
        {EBADF, source.read_end, target.read_end},
        {EBADF, closed, target.write_end},
        {EBADF, source.read_end, closed},
    };
    for (const auto& [error, in, out] : refusals)
    {
        CHECK(fails_with(error, os::tee(in, out, 1, 0)));
        CHECK(bytes_queued(source.read_end) == 3);
        CHECK(bytes_queued(target.read_end) == 0);
    }
    CHECK(size_of(file.descriptor()) == 1);

    CHECK(take_all(source.read_end) == "abc");
    CHECK(fails_with(EAGAIN, os::tee(source.read_end, target.write_end, 1, SPLICE_F_NONBLOCK)));
    source.write_end.close();
    CHECK(os::tee(source.read_end, target.write_end, 1, SPLICE_F_NONBLOCK) == 0);
    CHECK(os::tee(source.read_end, target.write_end, 1, 0) == 0);
}

FAULT("pipe.tee-errors", "a file is accepted where a pipe is due", os::tee, wrong_answer::hiding<EINVAL, 1>);
FAULT("pipe.tee-errors", "which way a descriptor is open is not looked at", os::tee,
      wrong_answer::hiding<EBADF, 1>);
FAULT("pipe.tee-errors", "the end of file is reported as nothing yet", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t copied = real(in, out, size, flags);
          errno = copied == 0 ? EAGAIN : errno;
          return copied == 0 ? -1 : copied;
      });
FAULT("pipe.tee-errors", "nothing yet is reported as the end of file", os::tee, wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.tee-errors", "a refused tee has taken a byte from its source", os::tee,
      [](auto real, int in, int out, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t copied = real(in, out, size, flags);
          if (copied == -1)
          {
              lose(in, 1);
          }
          return copied;
      });
