// vmsplice: memory of a process put into a pipe, and a pipe's contents taken into memory.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/device.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>
#include <cstring>
#include <vector>

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

namespace
{

// How many segments one call may have at most.
std::size_t most_segments()
{
    const long most = ::sysconf(_SC_IOV_MAX);
    return most > 0 ? static_cast<std::size_t>(most) : 16; // _XOPEN_IOV_MAX, the least that there is
}

constexpr auto copying = [](auto /*real*/, int end, const iovec* parts, std::size_t count, unsigned) -> ssize_t {
    return ::writev(end, parts, static_cast<int>(count));
};

} // namespace

TEST_CASE("pipe.vmsplice-references"
          * says("vmsplice without SPLICE_F_GIFT puts the user's pages themselves into the pipe: what is stored "
                 "there later is what the reader gets, until it has read")
          * observed_by("two parts of two pages are queued and then overwritten; what is read is the later text")
          * platform("Linux", "vmsplice(2)"))
{
    require_vmsplice();
    Pipe pipe;
    const std::size_t second = page_size() + 3;
    const Pages memory{std::string(2 * page_size(), '.')};
    memory.store(0, "before");
    memory.store(second, "BEFORE");
    const std::array parts{memory.part(0, 6), memory.part(second, 6)};
    CHECK(os::vmsplice(pipe.write_end, parts.data(), parts.size(), 0) == 12);
    CHECK(bytes_queued(pipe.read_end) == 12);

    memory.store(0, "after!");
    CHECK(read_fully(pipe.read_end, 3) == "aft");
    memory.store(0, "gone??"); // the half that is still queued
    memory.store(second, "AFTER!");
    CHECK(take_all(pipe.read_end) == "e??AFTER!");
    CHECK(memory.load(0, 6) == "gone??");
}

FAULT("pipe.vmsplice-references", "the bytes are copied when they are queued", os::vmsplice, copying);
FAULT("pipe.vmsplice-references", "the first segment is by reference, the others are copies", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          const ssize_t first = real(end, parts, 1, flags);
          return first == -1 || count == 1 ? first : first + ::writev(end, parts + 1, static_cast<int>(count - 1));
      });
FAULT("pipe.vmsplice-references", "a part is taken from the start of its page", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          std::vector<iovec> shifted{parts, parts + count};
          for (iovec& part : shifted)
          {
              part.iov_base = static_cast<char*>(part.iov_base)
                              - reinterpret_cast<std::uintptr_t>(part.iov_base) % page_size();
          }
          return real(end, shifted.data(), count, flags);
      });

TEST_CASE("pipe.vmsplice-read"
          * says("on the read end vmsplice copies queued bytes out to user memory and consumes them")
          * observed_by("five of seven queued bytes into two parts of memory, then the rest, then nothing: the "
                        "memory, FIONREAD, EAGAIN, and 0 once there is no writer")
          * platform("Linux", "vmsplice(2)", "LTP vmsplice03"))
{
    require_vmsplice();
    Pipe pipe;
    write_fully(pipe.write_end, "abcdefg");
    const Pages memory{std::string(16, '.')};
    const std::array parts{memory.part(1, 2), memory.part(5, 3)};
    CHECK(os::vmsplice(pipe.read_end, parts.data(), parts.size(), 0) == 5);
    CHECK(memory.load(0, 10) == ".ab..cde..");
    CHECK(bytes_queued(pipe.read_end) == 2);
    write_fully(pipe.write_end, "h");
    CHECK(memory.load(0, 10) == ".ab..cde.."); // copied out: no longer the pipe's
    CHECK(os::vmsplice(pipe.read_end, parts.data(), parts.size(), 0) == 3);
    CHECK(memory.load(0, 10) == ".fg..hde..");

    CHECK(fails_with(EAGAIN, os::vmsplice(pipe.read_end, parts.data(), parts.size(), SPLICE_F_NONBLOCK)));
    pipe.write_end.close();
    CHECK(os::vmsplice(pipe.read_end, parts.data(), parts.size(), 0) == 0);
    CHECK(memory.load(0, 10) == ".fg..hde..");
}

FAULT("pipe.vmsplice-read", "only the first segment is filled", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t, unsigned flags) -> ssize_t {
          return real(end, parts, 1, flags);
      });
FAULT("pipe.vmsplice-read", "the bytes are copied out but not consumed", os::vmsplice,
      [kept = std::string{}](auto real, int end, const iovec* parts, std::size_t count,
                             unsigned flags) mutable -> ssize_t {
          if (!kept.empty())
          {
              std::memcpy(parts->iov_base, kept.data(), parts->iov_len);
              return static_cast<ssize_t>(kept.size());
          }
          const ssize_t got = real(end, parts, count, flags);
          kept = got > 0 ? "abcde" : "";
          return got;
      });
FAULT("pipe.vmsplice-read", "SPLICE_F_NONBLOCK: an empty pipe is an end of file", os::vmsplice,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.vmsplice-read", "all that is queued is consumed, whatever fits into memory", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          const ssize_t got = real(end, parts, count, flags);
          if (got > 0)
          {
              lose(end, 100);
          }
          return got;
      });

TEST_CASE(
    "pipe.vmsplice-full"
    * says("vmsplice into a full pipe sleeps until room appears, or fails with EAGAIN under SPLICE_F_NONBLOCK")
    * observed_by("a pipe filled by vmsplice with a letter a page: EAGAIN; a peer is seen asleep until one page "
                  "is read; then all pages in their order")
    * platform("Linux", "vmsplice(2)", "LTP vmsplice04"))
{
    require_vmsplice();
    const std::size_t page = page_size();
    Pipe pipe;
    const std::size_t slots = static_cast<std::size_t>(arranged(os::fcntl(pipe.write_end, F_GETPIPE_SZ))) / page;
    std::string letters;
    for (std::size_t slot = 0; slot <= slots; ++slot)
    {
        letters += std::string(page, static_cast<char>('a' + slot % 26));
    }
    const Pages memory{letters};
    const auto queue_page = [&](std::size_t slot, unsigned flags) {
        const iovec part = memory.part(slot * page, page);
        return os::vmsplice(pipe.write_end, &part, 1, flags);
    };
    for (std::size_t slot = 0; slot < slots; ++slot)
    {
        CHECK(queue_page(slot, SPLICE_F_NONBLOCK) == static_cast<ssize_t>(page));
    }
    CHECK(fails_with(EAGAIN, queue_page(slots, SPLICE_F_NONBLOCK)));
    CHECK(bytes_queued(pipe.read_end) == slots * page);

    Peer filler = spawn("filler", [&] { CHECK(queue_page(slots, 0) == static_cast<ssize_t>(page)); });
    REQUIRE(blocked_in(filler, os::vmsplice, pipe.write_end));
    const Stamp cause = stamp();
    std::string got = read_fully(pipe.read_end, page);
    CHECK(finished(filler));
    CHECK(returned_after(cause, filler, os::vmsplice));
    got += take_all(pipe.read_end);
    CHECK(same_bytes(got, letters));
}

FAULT("pipe.vmsplice-full", "what had to wait takes the place of the oldest page", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          const ssize_t stored = real(end, parts, count, flags);
          if (stored > 0 && (flags & SPLICE_F_NONBLOCK) == 0)
          {
              const std::string path = "/proc/self/fd/" + std::to_string(end);
              const int back = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
              lose(back, page_size());
              ::close(back);
          }
          return stored;
      });
FAULT("pipe.vmsplice-full", "a blocking vmsplice fails with EAGAIN", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          return real(end, parts, count, flags | SPLICE_F_NONBLOCK);
      });
FAULT("pipe.vmsplice-full", "a pipe takes one page less than it has slots for", os::vmsplice,
      [pages = 0](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) mutable -> ssize_t {
          if (end != -1 && ++pages == 16)
          {
              errno = EAGAIN;
              return -1;
          }
          return real(end, parts, count, flags);
      });
FAULT("pipe.vmsplice-full", "under SPLICE_F_NONBLOCK a full pipe takes nothing and that counts as success",
      os::vmsplice, wrong_answer::hiding<EAGAIN, 0>);

TEST_CASE("pipe.vmsplice-errors"
          * says("vmsplice on a descriptor that is no pipe fails with EBADF, with more than IOV_MAX segments with "
                 "EINVAL, without a reader with EPIPE and SIGPIPE")
          * observed_by("a file, a device, a closed number; one segment too many, and exactly IOV_MAX; a pipe "
                        "whose reader left: nothing is queued by what fails")
          * on("Linux", "IOV_MAX is 1024") * platform("Linux", "vmsplice(2)", "LTP vmsplice02"))
{
    require_vmsplice();
    Pipe pipe;
    const TemporaryFile file;
    const Descriptor device = open_null_device(O_RDWR);
    const Pages memory{"x"};
    const iovec part = memory.part(0, 1);
    for (const int wrong : {file.descriptor(), int{device}, closed_number()})
    {
        CHECK(fails_with(EBADF, os::vmsplice(wrong, &part, 1, 0)));
    }
    CHECK(size_of(file.descriptor()) == 0);

    std::vector<iovec> many(most_segments() + 1, memory.part(0, 0));
    many[0] = part;
    CHECK(fails_with(EINVAL, os::vmsplice(pipe.write_end, many.data(), many.size(), SPLICE_F_NONBLOCK)));
    CHECK(bytes_queued(pipe.read_end) == 0);
    std::swap(many[0], many[many.size() - 2]);
    CHECK(os::vmsplice(pipe.write_end, many.data(), many.size() - 1, SPLICE_F_NONBLOCK) == 1);
    CHECK(take_all(pipe.read_end) == "x");

    const SignalCounted broken{SIGPIPE};
    pipe.read_end.close();
    CHECK(fails_with(EPIPE, os::vmsplice(pipe.write_end, &part, 1, 0)));
    CHECK(broken.deliveries() == 1);
}

FAULT("pipe.vmsplice-errors", "the number of segments is not checked", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          return real(end, parts, std::min(count, most_segments()), flags);
      });
FAULT("pipe.vmsplice-errors", "one segment less than IOV_MAX is the most", os::vmsplice,
      [](auto real, int end, const iovec* parts, std::size_t count, unsigned flags) -> ssize_t {
          if (count == most_segments())
          {
              errno = EINVAL;
              return -1;
          }
          return real(end, parts, count, flags);
      });
FAULT("pipe.vmsplice-errors", "what is no pipe is an invalid argument", os::vmsplice,
      wrong_answer::misreporting<EBADF, EINVAL>);
FAULT("pipe.vmsplice-errors", "a pipe without reader swallows the page", os::vmsplice,
      wrong_answer::hiding<EPIPE, 1>);
