// splice between two pipes: what moves, how much of it, and when nothing does.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

namespace
{

ssize_t move_bytes(const Channel& source, const Channel& target, std::size_t size, unsigned flags = 0)
{
    return os::splice(source.read_end, nullptr, target.write_end, nullptr, size, flags);
}

} // namespace

TEST_CASE("pipe.splice-moves"
          * says("splice between two pipes removes from the source and appends to the target, in order")
          * observed_by("three of five bytes are moved behind two others, then several pages in odd sizes; both "
                        "pipes are emptied and compared")
          * platform("Linux", "splice(2)"))
{
    require_splice();
    Pipe source;
    Pipe target;
    write_fully(source.write_end, "abcde");
    write_fully(target.write_end, "01");
    CHECK(move_bytes(source, target, 3) == 3);
    CHECK(bytes_queued(source.read_end) == 2);
    CHECK(bytes_queued(target.read_end) == 5);
    CHECK(take_all(target.read_end) == "01abc");
    CHECK(take_all(source.read_end) == "de");

    const std::size_t page = page_size();
    const std::string bytes = random_bytes(4 * page + 7, 1);
    write_fully(source.write_end, bytes);
    for (const std::size_t size : {std::size_t{1}, page - 1, page + 1, 2 * page + 6})
    {
        CHECK(move_bytes(source, target, size) == static_cast<ssize_t>(size));
    }
    CHECK(same_bytes(take_all(target.read_end), bytes));
    CHECK(take_all(source.read_end).empty());
}

FAULT("pipe.splice-moves", "the moved bytes stay in the source as well", os::splice, splice_keeps);
FAULT("pipe.splice-moves", "what is left over of the source is dropped", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          lose(in, size);
          return moved;
      });
FAULT("pipe.splice-moves", "the bytes arrive in another order", os::splice,
      [](auto /*real*/, int in, loff_t*, int out, loff_t*, std::size_t size, unsigned) -> ssize_t {
          std::string bytes = taken(in, size);
          std::ranges::reverse(bytes);
          return put(out, bytes);
      });
FAULT("pipe.splice-moves", "the first byte of a second page is lost, and counted", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const std::size_t page = page_size();
          if (size <= page)
          {
              return real(in, in_at, out, out_at, size, flags);
          }
          const std::string bytes = taken(in, size);
          put(out, bytes.substr(0, page) + bytes.substr(page + 1));
          return static_cast<ssize_t>(bytes.size());
      });

TEST_CASE("pipe.splice-short"
          * says("splice between pipes returns the smaller of data queued and room, without waiting for the rest")
          * observed_by("a page is asked for where 3 bytes are queued, then two pages where one page is free")
          * on("Linux", "3 of 4096; 4096 of 8192") * platform("Linux", "splice(2)", "gVisor splice"))
{
    require_splice();
    const std::size_t page = page_size();
    Pipe source;
    Pipe target;
    write_fully(source.write_end, "abc");
    CHECK(move_bytes(source, target, page) == 3);
    CHECK(take_all(target.read_end) == "abc");

    set_nonblocking(target.write_end);
    const std::size_t capacity = fill(target.write_end, page);
    set_nonblocking(target.write_end, false);
    set_up(read_fully(target.read_end, page).size() == page);
    const std::string bytes = random_bytes(2 * page, 2);
    write_fully(source.write_end, bytes);
    CHECK(move_bytes(source, target, 2 * page) == static_cast<ssize_t>(page));
    CHECK(same_bytes(take_all(target.read_end), std::string(capacity - page, 'f') + bytes.substr(0, page)));
    CHECK(same_bytes(take_all(source.read_end), bytes.substr(page)));
}

FAULT("pipe.splice-short", "the count is what was asked for", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          return real(in, in_at, out, out_at, size, flags) == -1 ? -1 : static_cast<ssize_t>(size);
      });
FAULT("pipe.splice-short", "what the target has no room for is dropped", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          lose(in, size);
          return moved;
      });
FAULT("pipe.splice-short", "all or nothing: less than was asked for is not moved", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          if (queued(in) < size)
          {
              errno = EAGAIN;
              return -1;
          }
          return real(in, in_at, out, out_at, size, flags);
      });

TEST_CASE("pipe.splice-eof-zero"
          * says("splice from an empty pipe fails with EAGAIN under SPLICE_F_NONBLOCK while there is a writer, "
                 "and returns 0 once there is none")
          * observed_by("both, with two bytes still to be moved in between; then a splice is seen asleep when the "
                        "last writer leaves")
          * platform("Linux", "splice(2)"))
{
    require_splice();
    Pipe target;
    {
        Pipe source;
        CHECK(fails_with(EAGAIN, move_bytes(source, target, 100, SPLICE_F_NONBLOCK)));
        write_fully(source.write_end, "ab");
        source.write_end.close();
        CHECK(move_bytes(source, target, 100) == 2);
        CHECK(move_bytes(source, target, 100) == 0);
        CHECK(move_bytes(source, target, 100, SPLICE_F_NONBLOCK) == 0);
    }
    CHECK(take_all(target.read_end) == "ab");

    Pipe source;
    Peer mover = spawn("mover", [&] {
        source.write_end.close();
        CHECK(move_bytes(source, target, 100) == 0);
    });
    REQUIRE(blocked_in(mover, os::splice, source.read_end));
    const Stamp cause = stamp();
    source.write_end.close();
    CHECK(finished(mover));
    CHECK(returned_after(cause, mover, os::splice));
    CHECK(take_all(target.read_end).empty());
}

FAULT("pipe.splice-eof-zero", "the end of file is reported as nothing yet", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          errno = moved == 0 ? EAGAIN : errno;
          return moved == 0 ? -1 : moved;
      });
FAULT("pipe.splice-eof-zero", "nothing yet is reported as the end of file", os::splice,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.splice-eof-zero", "what is queued is lost when the last writer leaves", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          pollfd state{.fd = in, .events = POLLIN, .revents = 0};
          const bool ended = ::poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0;
          return ended ? 0 : real(in, in_at, out, out_at, size, flags);
      });
FAULT("pipe.splice-eof-zero", "a blocking splice from an empty pipe does not wait", os::splice,
      splice_never_waits<0>);

TEST_CASE(
    "pipe.splice-circular"
    * says("two processes that splice in opposite directions between two pipes neither deadlock nor lose bytes")
    * observed_by("eight different bytes go round for 500 moves, each waiting for what the other brings; then "
                  "each byte is there exactly once")
    * platform("Linux", "splice(2)", "gVisor splice"))
{
    require_splice();
    Pipe left;
    Pipe right;
    write_fully(left.write_end, "0123"); // fewer bytes than slots: each may come to have one of its own
    write_fully(right.write_end, "4567");
    const Event enough;
    Peer there = spawn("there", [&] {
        for (int moves = 0; moves < 500; ++moves)
        {
            const ssize_t moved = move_bytes(left, right, 3);
            REQUIRE(moved >= 1);
            REQUIRE(moved <= 3);
        }
    });
    Peer back = spawn("back", [&] {
        while (!enough.happened())
        {
            REQUIRE(move_bytes(right, left, 5) >= 1);
        }
    });
    CHECK(finished(there));
    enough.set();
    write_fully(right.write_end, "!"); // wakes the other one if it waits
    CHECK(finished(back));

    std::string bytes = take_all(left.read_end) + take_all(right.read_end);
    std::ranges::sort(bytes);
    CHECK(bytes == "!01234567");
}

FAULT("pipe.splice-circular", "moves that meet wait for each other's pipe for ever", os::splice,
      [moves = 0](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size,
                  unsigned flags) mutable -> ssize_t {
          if (++moves == 100)
          {
              ::pause();
          }
          return real(in, in_at, out, out_at, size, flags);
      });
FAULT("pipe.splice-circular", "a byte gets lost on the way", os::splice,
      [lost = false](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size,
                     unsigned flags) mutable -> ssize_t {
          if (!lost && size > 1)
          {
              lost = !taken(in, 1).empty();
              return lost ? 1 : real(in, in_at, out, out_at, size, flags);
          }
          return real(in, in_at, out, out_at, size, flags);
      });
FAULT("pipe.splice-circular", "a byte is moved and kept", os::splice,
      [kept = false](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size,
                     unsigned flags) mutable -> ssize_t {
          if (!kept && size > 1 && queued(in) > 0)
          {
              kept = true;
              return os::tee(in, out, 1, flags);
          }
          return real(in, in_at, out, out_at, size, flags);
      });
