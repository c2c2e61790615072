// What splice refuses, and that a refused splice changes nothing.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/files.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/splicing.hpp"

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

TEST_CASE(
    "pipe.splice-errors"
    * says("splice with neither end a pipe, or both ends the same pipe, fails with EINVAL; an offset for a pipe "
           "fails with ESPIPE")
    * observed_by(
        "each call while a byte is queued; the byte, the files' offsets and the offsets given stay as they are")
    * platform("Linux", "splice(2)"))
{
    require_splice();
    Pipe source;
    Pipe target;
    const TemporaryFile from{3};
    const TemporaryFile to;
    const Descriptor duplicate{arranged(os::dup(source.write_end))};
    write_fully(source.write_end, "x");

    CHECK(fails_with(EINVAL, os::splice(from.descriptor(), nullptr, to.descriptor(), nullptr, 1, 0)));
    CHECK(size_of(to.descriptor()) == 0);
    CHECK(fails_with(EINVAL, os::splice(source.read_end, nullptr, source.write_end, nullptr, 1, 0)));
    CHECK(fails_with(EINVAL, os::splice(source.read_end, nullptr, duplicate, nullptr, 1, 0)));

    loff_t offset = 0;
    CHECK(fails_with(ESPIPE, os::splice(source.read_end, &offset, target.write_end, nullptr, 1, 0)));
    CHECK(fails_with(ESPIPE, os::splice(source.read_end, nullptr, target.write_end, &offset, 1, 0)));
    CHECK(fails_with(ESPIPE, os::splice(source.read_end, &offset, to.descriptor(), nullptr, 1, 0)));
    CHECK(fails_with(ESPIPE, os::splice(from.descriptor(), nullptr, target.write_end, &offset, 1, 0)));
    CHECK(offset == 0);
    CHECK(os::lseek(from.descriptor(), 0, SEEK_CUR) == 0);
    CHECK(size_of(to.descriptor()) == 0);
    CHECK(take_all(target.read_end).empty());
    CHECK(take_all(source.read_end) == "x");
}

FAULT("pipe.splice-errors", "files and one pipe with itself are accepted", os::splice,
      wrong_answer::hiding<EINVAL, 1>);
FAULT("pipe.splice-errors", "an offset for a pipe is ignored", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          return moved == -1 && errno == ESPIPE ? real(in, nullptr, out, nullptr, size, flags) : moved;
      });
FAULT("pipe.splice-errors", "an offset for a pipe is an invalid argument", os::splice,
      wrong_answer::misreporting<ESPIPE, EINVAL>);
FAULT("pipe.splice-errors", "a refused splice has taken a byte from its source", os::splice, refused_splice_takes);

TEST_CASE(
    "pipe.splice-fd-errors"
    * says("splice with a closed descriptor or one opened for the wrong direction fails with EBADF, with an "
           "O_APPEND target with EINVAL, and the pipe keeps its data in every case")
    * observed_by(
        "a table of calls with a byte queued: FIONREAD, the files' sizes and the open descriptors after each")
    * platform("Linux", "splice(2)", "LTP splice03", "LTP splice07"))
{
    require_splice();
    Pipe source;
    Pipe target;
    const TemporaryFile file{3};
    const Descriptor read_only{arranged(os::open(file.c_str(), O_RDONLY))};
    const Descriptor write_only{arranged(os::open(file.c_str(), O_WRONLY))};
    const Descriptor appending{arranged(os::open(file.c_str(), O_WRONLY | O_APPEND))};
    const int closed = closed_number();
    write_fully(source.write_end, "x");
    const auto before = open_descriptors();
    const struct
    {
        int error;
        int in;
        int out;
    } refusals[] = {
        {EBADF, closed, target.write_end},           {EBADF, source.read_end, closed},
        {EBADF, source.write_end, target.write_end}, {EBADF, source.read_end, target.read_end},
        {EBADF, write_only, target.write_end},       {EBADF, source.read_end, read_only},
        {EINVAL, source.read_end, appending},
    };
    for (const auto& [error, in, out] : refusals)
    {
        CHECK(fails_with(error, os::splice(in, nullptr, out, nullptr, 1, 0)));
        CHECK(bytes_queued(source.read_end) == 1);
        CHECK(bytes_queued(target.read_end) == 0);
        CHECK(size_of(file.descriptor()) == 3);
    }
    CHECK(open_descriptors() == before);
    CHECK(take_all(source.read_end) == "x");
}

FAULT("pipe.splice-fd-errors", "a refused splice has taken a byte from its source", os::splice,
      refused_splice_takes);
FAULT("pipe.splice-fd-errors", "a file opened for appending is appended to", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          return moved == -1 && errno == EINVAL ? put(out, taken(in, size)) : moved;
      });
FAULT("pipe.splice-fd-errors", "the wrong direction is an invalid argument", os::splice,
      wrong_answer::misreporting<EBADF, EINVAL>);
FAULT("pipe.splice-fd-errors", "the error path leaks a descriptor", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          const int error = errno;
          if (moved == -1 && error == EINVAL)
          {
              static_cast<void>(::dup(in));
          }
          errno = error;
          return moved;
      });

TEST_CASE(
    "pipe.splice-target-state"
    * says("into a full pipe splice with SPLICE_F_NONBLOCK fails with EAGAIN, into a pipe without readers with "
           "EPIPE and SIGPIPE")
    * observed_by(
        "from a pipe and from a file: the error, the signal's count, and that the source has kept everything")
    * platform("Linux", "splice(2)", "pipe(7)", "LTP splice04"))
{
    require_splice();
    const SignalCounted broken{SIGPIPE};
    Pipe source;
    const TemporaryFile file{3};
    write_fully(source.write_end, "abc");
    Pipe target;
    set_nonblocking(target.write_end);
    const std::size_t capacity = fill(target.write_end, page_size());
    set_nonblocking(target.write_end, false);
    for (const int in : {int{source.read_end}, file.descriptor()})
    {
        CHECK(fails_with(EAGAIN, os::splice(in, nullptr, target.write_end, nullptr, 3, SPLICE_F_NONBLOCK)));
    }
    CHECK(broken.deliveries() == 0);
    CHECK(take_all(target.read_end) == std::string(capacity, 'f'));

    target.read_end.close();
    int signals = 0;
    for (const int in : {int{source.read_end}, file.descriptor()})
    {
        CHECK(fails_with(EPIPE, os::splice(in, nullptr, target.write_end, nullptr, 3, 0)));
        CHECK(broken.deliveries() == ++signals);
    }
    CHECK(os::lseek(file.descriptor(), 0, SEEK_CUR) == 0);
    CHECK(take_all(source.read_end) == "abc");
}

FAULT("pipe.splice-target-state", "the source is drained although nothing is stored", os::splice,
      refused_splice_takes);
FAULT("pipe.splice-target-state", "a full pipe takes nothing and that counts as success", os::splice,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.splice-target-state", "a broken pipe is reported without SIGPIPE", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const SignalIgnored unheard{SIGPIPE};
          return real(in, in_at, out, out_at, size, flags);
      });
FAULT("pipe.splice-target-state", "a pipe without readers swallows what it is given", os::splice,
      wrong_answer::hiding<EPIPE, 3>);
FAULT("pipe.splice-target-state", "the offset of a file moves on although nothing is stored", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          const int error = errno;
          if (moved == -1)
          {
              ::lseek(in, static_cast<off_t>(size), SEEK_CUR);
          }
          errno = error;
          return moved;
      });
