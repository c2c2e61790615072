// splice between a pipe and a file or device: offsets, limits, and what becomes of the bytes.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/device.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/splicing.hpp"

#include <limits>

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

namespace
{

off_t offset_of(int descriptor)
{
    return os::lseek(descriptor, 0, SEEK_CUR);
}

// All that is in the file; its offset stays.
std::string contents_of(int file)
{
    std::string bytes(static_cast<std::size_t>(size_of(file)), '\0');
    set_up(os::pread(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

// Fills every slot and empties it again, so that what a slot remembers of its last bytes is not nothing.
void use_every_slot(const Channel& pipe)
{
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, page_size());
    set_nonblocking(pipe.write_end, false);
    set_up(read_fully(pipe.read_end, capacity).size() == capacity);
}

} // namespace

TEST_CASE("pipe.splice-file"
          * says("splice moves bytes between a regular file and a pipe, at the file's offset, which it advances, "
                 "or at an offset given, which it advances instead; an empty file gives 0")
          * observed_by("a known file in both directions, with and without offset: contents and both offsets "
                        "after each; what the pipe is given afterwards does not get into the file")
          * platform("Linux", "splice(2)", "LTP splice01", "LTP splice02", "gVisor splice", "CVE-2022-0847"))
{
    require_splice();
    const std::string text = random_bytes(page_size() + 20, 4);
    const TemporaryFile file;
    write_fully(file.descriptor(), text);
    set_up(os::lseek(file.descriptor(), 0, SEEK_SET) == 0);
    Pipe pipe;
    use_every_slot(pipe);
    const auto from_file = [&](loff_t* at, std::size_t size) {
        return os::splice(file.descriptor(), at, pipe.write_end, nullptr, size, 0);
    };
    CHECK(from_file(nullptr, 4) == 4);
    CHECK(from_file(nullptr, 3) == 3);
    CHECK(offset_of(file.descriptor()) == 7);
    auto at = static_cast<loff_t>(page_size() - 10); // across the pages of the file, up to its end
    CHECK(from_file(&at, 10) == 10);
    CHECK(from_file(&at, 100) == 20);
    CHECK(at == static_cast<loff_t>(text.size()));
    CHECK(from_file(&at, 100) == 0);
    CHECK(offset_of(file.descriptor()) == 7);
    write_fully(pipe.write_end, "behind");
    CHECK(same_bytes(take_all(pipe.read_end), text.substr(0, 7) + text.substr(page_size() - 10) + "behind"));
    CHECK(same_bytes(contents_of(file.descriptor()), text));

    const TemporaryFile target;
    const auto to_file = [&](loff_t* offset, std::string_view bytes) {
        write_fully(pipe.write_end, bytes);
        return os::splice(pipe.read_end, nullptr, target.descriptor(), offset, bytes.size(), 0);
    };
    CHECK(os::splice(target.descriptor(), nullptr, pipe.write_end, nullptr, 1, 0) == 0); // it is empty yet
    CHECK(to_file(nullptr, "abc") == 3);
    CHECK(to_file(nullptr, "def") == 3);
    at = 10;
    CHECK(to_file(&at, "xyz") == 3);
    CHECK(at == 13);
    CHECK(offset_of(target.descriptor()) == 6);
    CHECK(contents_of(target.descriptor()) == std::string("abcdef\0\0\0\0xyz", 13));
    CHECK(take_all(pipe.read_end).empty());
}

FAULT("pipe.splice-file", "an offset given is ignored", os::splice,
      [](auto real, int in, loff_t* /*in_at*/, int out, loff_t* /*out_at*/, std::size_t size,
         unsigned flags) -> ssize_t { return real(in, nullptr, out, nullptr, size, flags); });
FAULT("pipe.splice-file", "an offset given is used but not advanced", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          loff_t in_copy = in_at == nullptr ? 0 : *in_at;
          loff_t out_copy = out_at == nullptr ? 0 : *out_at;
          return real(in, in_at == nullptr ? nullptr : &in_copy, out, out_at == nullptr ? nullptr : &out_copy,
                      size, flags);
      });
FAULT("pipe.splice-file", "the file's own offset moves along with the one given", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          if (moved > 0 && out_at != nullptr)
          {
              ::lseek(out, static_cast<off_t>(moved), SEEK_CUR);
          }
          return moved;
      });
FAULT("pipe.splice-file", "every call without an offset starts at the beginning of the file", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          loff_t start = 0;
          const bool is_file = in_at == nullptr && ::lseek(in, 0, SEEK_CUR) != -1;
          return real(in, is_file ? &start : in_at, out, out_at, size, flags);
      });
// As in Linux before 5.16.11: the pipe took the file's page for its own and wrote into what was left of it.
namespace
{
int latest_file = -1;
loff_t latest_end = 0;
} // namespace
FAULT(
    "pipe.splice-file", "what is written to the pipe afterwards gets into the file", os::splice,
    [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
        const ssize_t moved = real(in, in_at, out, out_at, size, flags);
        latest_end = ::lseek(in, 0, SEEK_CUR);
        latest_file = in;
        return moved;
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
        if (latest_file != -1)
        {
            ::pwrite(latest_file, bytes, size, static_cast<off_t>(latest_end));
        }
        return real(descriptor, bytes, size);
    });

TEST_CASE(
    "pipe.splice-offset-errors"
    * says("splice to a file at a negative or overflowing offset fails with EINVAL and leaves what the pipe holds")
    * observed_by("both offsets, to a file and from it: the error, FIONREAD, the file's size and the offset given")
    * platform("Linux", "splice(2)", "gVisor splice"))
{
    require_splice();
    Pipe pipe;
    const TemporaryFile file{8};
    write_fully(pipe.write_end, "abcd");
    for (const loff_t wrong :
         {loff_t{-1}, std::numeric_limits<loff_t>::min(), std::numeric_limits<loff_t>::max() - 3})
    {
        loff_t at = wrong;
        CHECK(fails_with(EINVAL, os::splice(pipe.read_end, nullptr, file.descriptor(), &at, 4, 0)));
        CHECK(at == wrong);
        CHECK(bytes_queued(pipe.read_end) == 4);
        CHECK(fails_with(EINVAL, os::splice(file.descriptor(), &at, pipe.write_end, nullptr, 4, 0)));
        CHECK(at == wrong);
        CHECK(bytes_queued(pipe.read_end) == 4);
        CHECK(size_of(file.descriptor()) == 8);
    }
    CHECK(contents_of(file.descriptor()) == std::string(8, '\0'));
    CHECK(take_all(pipe.read_end) == "abcd");
}

FAULT("pipe.splice-offset-errors", "the bytes are consumed all the same", os::splice, refused_splice_takes);
FAULT("pipe.splice-offset-errors", "an offset that overflows is a file that gets too large", os::splice,
      wrong_answer::misreporting<EINVAL, EFBIG>);
FAULT("pipe.splice-offset-errors", "a wrong offset means the beginning of the file", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          loff_t start = 0;
          return moved == -1 && errno == EINVAL && out_at != nullptr ? real(in, in_at, out, &start, size, flags)
                                                                     : moved;
      });

TEST_CASE(
    "pipe.splice-fsize-limit"
    * says("splice into a file past RLIMIT_FSIZE fails with EFBIG and SIGXFSZ, and the bytes stay in the pipe")
    * observed_by("a peer with a limit of 4 bytes: 2 of 6 go up to the limit, then EFBIG; another one, which does "
                  "not handle SIGXFSZ, is ended by it")
    * platform("Linux", "splice(2)", "setrlimit(2)", "gVisor splice"))
{
    require_splice();
    Pipe pipe;
    const TemporaryFile file{2};
    set_up(os::lseek(file.descriptor(), 2, SEEK_SET) == 2);
    write_fully(pipe.write_end, "abcdef");
    const struct rlimit limit
    {
        .rlim_cur = 4, .rlim_max = 4
    };
    Peer limited = spawn("limited", [&] {
        const SignalCounted exceeded{SIGXFSZ};
        set_up(os::setrlimit(RLIMIT_FSIZE, &limit) == 0);
        CHECK(os::splice(pipe.read_end, nullptr, file.descriptor(), nullptr, 6, SPLICE_F_NONBLOCK) == 2);
        const int before = exceeded.deliveries(); // the part may have announced the limit already
        CHECK(fails_with(EFBIG,
                         os::splice(pipe.read_end, nullptr, file.descriptor(), nullptr, 4, SPLICE_F_NONBLOCK)));
        CHECK(exceeded.deliveries() == before + 1);
    });
    CHECK(finished(limited));
    Peer ended = spawn("ended", [&] {
        set_up(os::setrlimit(RLIMIT_FSIZE, &limit) == 0);
        os::splice(pipe.read_end, nullptr, file.descriptor(), nullptr, 4, SPLICE_F_NONBLOCK);
    });
    CHECK(killed_by(ended, SIGXFSZ));
    CHECK(offset_of(file.descriptor()) == 4);
    CHECK(contents_of(file.descriptor()) == std::string("\0\0ab", 4));
    CHECK(take_all(pipe.read_end) == "cdef");
}

FAULT("pipe.splice-fsize-limit", "the bytes are lost at the limit", os::splice, refused_splice_takes);
FAULT("pipe.splice-fsize-limit", "the limit is not enforced", os::setrlimit, wrong_answer::returning<0>);
FAULT("pipe.splice-fsize-limit", "up to the limit, what does not fit is dropped with the rest", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          if (moved > 0)
          {
              lose(in, size - static_cast<std::size_t>(moved));
          }
          return moved;
      });
FAULT("pipe.splice-fsize-limit", "no SIGXFSZ is raised", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const SignalIgnored unheard{SIGXFSZ};
          return real(in, in_at, out, out_at, size, flags);
      });

TEST_CASE("pipe.splice-dev-null"
          * says("splice to /dev/null drains the pipe, after which the next call fails with EAGAIN")
          * observed_by("one byte, then more than two pages; SPLICE_F_NONBLOCK and FIONREAD after each")
          * platform("Linux", "splice(2)", "gVisor splice"))
{
    require_splice();
    Pipe pipe;
    const Descriptor nowhere = open_null_device(O_WRONLY);
    for (const std::size_t size : {std::size_t{1}, 2 * page_size() + 3})
    {
        write_fully(pipe.write_end, std::string(size, 'n'));
        CHECK(os::splice(pipe.read_end, nullptr, nowhere, nullptr, 3 * page_size(), 0)
              == static_cast<ssize_t>(size));
        CHECK(bytes_queued(pipe.read_end) == 0);
        CHECK(fails_with(EAGAIN, os::splice(pipe.read_end, nullptr, nowhere, nullptr, 1, SPLICE_F_NONBLOCK)));
    }
    write_fully(pipe.write_end, "new");
    CHECK(take_all(pipe.read_end) == "new");
}

FAULT("pipe.splice-dev-null", "the bytes are counted but kept", os::splice,
      [](auto /*real*/, int in, loff_t*, int, loff_t*, std::size_t size, unsigned) -> ssize_t {
          const std::size_t there = queued(in);
          errno = EAGAIN;
          return there == 0 ? -1 : static_cast<ssize_t>(std::min(there, size));
      });
FAULT("pipe.splice-dev-null", "an empty pipe is an end of file", os::splice, wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.splice-dev-null", "the device takes all there is, but one slot of it is counted", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          return std::min(real(in, in_at, out, out_at, size, flags), static_cast<ssize_t>(page_size()));
      });
FAULT("pipe.splice-dev-null", "SPLICE_F_NONBLOCK is ignored", os::splice, splice_flags_ignored);
