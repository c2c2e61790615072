// The size of a pipe, asked for and changed: F_GETPIPE_SZ and F_SETPIPE_SZ.
#include "cases/pipe/resizing_bodies.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe_account.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/witness/witness.hpp"

#include <map>

using namespace ipc_conform;
using namespace ipc_conform::resizing;

TEST_CASE("pipe.setsz-roundup"
          * says("F_SETPIPE_SZ rounds up to a power-of-two number of pages and returns the real size, which "
                 "F_GETPIPE_SZ and what fits in agree with")
          * observed_by("a table of requests around one, two and four pages; then the pipe is filled")
          * on("Linux", "1 gives 4096, 5000 gives 8192") * platform("Linux", "fcntl(2)"))
{
    const std::size_t page = page_size();
    const struct
    {
        std::size_t wanted;
        std::size_t pages;
    } requests[] = {{1, 1},        {page, 1},         {page + 1, 2},     {2 * page, 2},
                    {3 * page, 4}, {4 * page - 1, 4}, {4 * page + 1, 8}, {page - 1, 1}};
    Pipe pipe;
    for (const auto& [wanted, pages] : requests)
    {
        CHECK(permitted(resize(pipe.write_end, wanted)) == as_result(pages * page));
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(pages * page));
        CHECK(measured_capacity(pipe) == pages * page);
        CHECK(take_all(pipe.read_end).size() == pages * page);
    }
}

FAULT("pipe.setsz-roundup", "the size that was asked for is reported", os::fcntl,
      [asked = 0L](auto real, int descriptor, int command, long argument) mutable -> int {
          asked = command == F_SETPIPE_SZ ? argument : asked;
          const int result = real(descriptor, command, argument);
          return command == F_GETPIPE_SZ && asked != 0 ? static_cast<int>(asked) : result;
      });
FAULT("pipe.setsz-roundup", "pages are rounded up, but not to a power of two", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          const long page = static_cast<long>(page_size());
          return command == F_SETPIPE_SZ ? static_cast<int>((argument + page - 1) / page * page) : result;
      });
FAULT("pipe.setsz-roundup", "the size is reported but the ring stays as it was", os::fcntl,
      [reported = -1](auto real, int descriptor, int command, long argument) mutable -> int {
          if (command == F_SETPIPE_SZ)
          {
              reported = real(descriptor, command, argument);
              real(descriptor, command, static_cast<long>(16 * page_size()));
              return reported;
          }
          return command == F_GETPIPE_SZ ? reported : real(descriptor, command, argument);
      });
FAULT("pipe.setsz-roundup", "an exact power of two is rounded up to the next one", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command, command == F_SETPIPE_SZ ? argument + 1 : argument);
      });

TEST_CASE("pipe.setsz-either-end"
          * says("the capacity belongs to the pipe: set through one end it is reported through the other")
          * observed_by("set on the read end, asked for and measured at the write end, and the other way round; "
                        "another pipe keeps its own")
          * platform("Linux", "fcntl(2)", "LTP pipe2_04"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    const Pipe other;
    const std::size_t size_of_other = pipe_size(other.write_end);
    CHECK(permitted(resize(pipe.read_end, 4 * page)) == as_result(4 * page));
    CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(4 * page));
    CHECK(measured_capacity(pipe) == 4 * page);
    CHECK(take_all(pipe.read_end).size() == 4 * page);
    CHECK(resize(pipe.write_end, 2 * page) == as_result(2 * page));
    CHECK(os::fcntl(pipe.read_end, F_GETPIPE_SZ) == as_result(2 * page));
    CHECK(measured_capacity(pipe) == 2 * page);
    CHECK(pipe_size(other.write_end) == size_of_other);
}

FAULT("pipe.setsz-either-end", "each end has its own size", os::fcntl,
      [size_of_end = std::map<int, int>{}](auto real, int descriptor, int command, long argument) mutable -> int {
          const int before = command == F_SETPIPE_SZ ? real(descriptor, F_GETPIPE_SZ, 0) : -1;
          const int result = real(descriptor, command, argument);
          if (command == F_SETPIPE_SZ)
          {
              size_of_end.try_emplace(descriptor - 1, before);
              size_of_end.try_emplace(descriptor + 1, before);
              size_of_end[descriptor] = result;
          }
          const auto known = size_of_end.find(descriptor);
          return command == F_GETPIPE_SZ && known != size_of_end.end() ? known->second : result;
      });
FAULT("pipe.setsz-either-end", "the read end cannot be asked", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          if (command == F_SETPIPE_SZ && (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_RDONLY)
          {
              errno = EBADF;
              return -1;
          }
          return real(descriptor, command, argument);
      });
FAULT("pipe.setsz-either-end", "all pipes have one size", os::fcntl,
      [common = -1](auto real, int descriptor, int command, long argument) mutable -> int {
          const int result = real(descriptor, command, argument);
          common = command == F_SETPIPE_SZ ? result : common;
          return command == F_GETPIPE_SZ && common != -1 ? common : result;
      });

TEST_CASE("pipe.setsz-grow-wakes-writer"
          * says("enlarging a full pipe with F_SETPIPE_SZ releases blocked writers without any read")
          * observed_by("two writers are seen asleep in write, another peer in poll; the pipe is enlarged through "
                        "its read end, all return, and everything is there")
          * platform("Linux", "fcntl(2)", "Linux commit e95aada4cb93", "zrepl #424"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    set_up(resize(pipe.write_end, 2 * page) == as_result(2 * page));
    advance(pipe, 1); // the ring is full from its middle round to its middle
    set_up(measured_capacity(pipe) == 2 * page);
    const auto write_page = [&](char letter) {
        const std::string record(page, letter);
        CHECK(os::write(pipe.write_end, record.data(), page) == static_cast<ssize_t>(page));
    };
    Peer first = spawn("first writer", [&] { write_page('1'); });
    Peer second = spawn("second writer", [&] { write_page('2'); });
    Peer poller = spawn("poller", [&] {
        pollfd room{.fd = pipe.write_end, .events = POLLOUT, .revents = 0};
        CHECK(os::poll(&room, 1, -1) == 1);
        CHECK(room.revents == POLLOUT);
    });
    REQUIRE(blocked_in(first, os::write, pipe.write_end));
    REQUIRE(blocked_in(second, os::write, pipe.write_end));
    REQUIRE(blocked_in(poller, os::poll));
    const Stamp cause = stamp();
    CHECK(resize(pipe.read_end, 8 * page) == as_result(8 * page));
    CHECK(finished(first));
    CHECK(finished(second));
    CHECK(finished(poller));
    CHECK(returned_after(cause, first, os::write));
    CHECK(returned_after(cause, second, os::write));

    const std::string bytes = take_all(pipe.read_end);
    const std::string before(2 * page, 'f');
    const std::string one(page, '1');
    const std::string two(page, '2');
    CHECK((same_bytes(bytes, before + one + two) || same_bytes(bytes, before + two + one)));
}

FAULT("pipe.setsz-grow-wakes-writer", "the writers sleep on until the next read", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const bool grows = command == F_SETPIPE_SZ && argument == static_cast<long>(8 * page_size());
          return grows ? static_cast<int>(argument) : real(descriptor, command, argument);
      });
FAULT("pipe.setsz-grow-wakes-writer", "growing drops the first page", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          std::string dropped(page_size(), '\0');
          const bool grows = command == F_SETPIPE_SZ && argument > real(descriptor, F_GETPIPE_SZ, 0);
          const int result = real(descriptor, command, argument);
          return grows && ::read(descriptor, dropped.data(), dropped.size()) == -1 ? -1 : result;
      });
FAULT("pipe.setsz-grow-wakes-writer", "one writer is released, the other sleeps on until the next read", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          std::string page(page_size(), '\0');
          const bool grows = command == F_SETPIPE_SZ && argument == static_cast<long>(8 * page_size());
          const bool released = grows && ::read(descriptor, page.data(), page.size()) != -1; // room for one
          return released ? static_cast<int>(argument) : real(descriptor, command, argument);
      });
