// The size of a pipe, asked for and changed: F_GETPIPE_SZ and F_SETPIPE_SZ.
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/limits.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/pipe_account.hpp"
#include "fixtures/privilege.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/unix_socket.hpp"
#include "fixtures/witness/witness.hpp"

#include <map>
#include <vector>

using namespace ipc_conform;

namespace
{

int resize(int end, std::size_t size)
{
    return os::fcntl(end, F_SETPIPE_SZ, static_cast<long>(size));
}

int as_result(std::size_t size)
{
    return static_cast<int>(size);
}

// Writes pages until there is no room: what the size is worth.
std::size_t measured_capacity(const Channel& pipe)
{
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, page_size());
    set_nonblocking(pipe.write_end, false);
    return capacity;
}

// For faults: F_SETPIPE_SZ is answered as if it had been done, and F_GETPIPE_SZ tells the truth.
constexpr auto only_promised = [](auto real, int descriptor, int command, long argument) -> int {
    return command == F_SETPIPE_SZ ? static_cast<int>(argument) : real(descriptor, command, argument);
};

// For faults: what is refused with this error is answered as if it had been done.
template <int Error>
constexpr auto refusal_forgotten = [](auto real, int descriptor, int command, long argument) -> int {
    const int result = real(descriptor, command, argument);
    return result == -1 && errno == Error ? static_cast<int>(argument) : result;
};

} // namespace

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

TEST_CASE(
    "pipe.setsz-busy" * says("shrinking below what is queued fails with EBUSY and keeps the data")
    * observed_by("four full pages, odd in content: to two pages EBUSY, to four allowed; then one is read and the "
                  "rest is compared")
    * platform("Linux", "fcntl(2)"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    const std::string bytes = random_bytes(4 * page, 8);
    write_fully(pipe.write_end, bytes);
    const std::size_t before = pipe_size(pipe.write_end);
    for (const std::size_t wanted : {std::size_t{1}, page, 2 * page})
    {
        CHECK(fails_with(EBUSY, resize(pipe.write_end, wanted)));
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(before));
    }
    CHECK(resize(pipe.write_end, 4 * page) == as_result(4 * page)); // just enough
    CHECK(bytes_queued(pipe.read_end) == 4 * page);
    std::string got = read_fully(pipe.read_end, page);
    CHECK(fails_with(EBUSY, resize(pipe.write_end, 2 * page))); // three pages are left
    write_fully(pipe.write_end, std::string(page, 'n'));        // round the end of the smaller ring
    got += take_all(pipe.read_end);
    CHECK(same_bytes(got, bytes + std::string(page, 'n')));
    CHECK(resize(pipe.write_end, page) == as_result(page));
}

FAULT("pipe.setsz-busy", "what does not fit into the smaller pipe is dropped", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          int result = real(descriptor, command, argument);
          if (command == F_SETPIPE_SZ && result == -1 && errno == EBUSY)
          {
              const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
              const int back = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
              std::string dropped(page_size(), '\0');
              while (result == -1 && ::read(back, dropped.data(), dropped.size()) > 0)
              {
                  result = real(descriptor, command, argument);
              }
              ::close(back);
          }
          return result;
      });
FAULT("pipe.setsz-busy", "the refused size is reported as done", os::fcntl, refusal_forgotten<EBUSY>);
FAULT("pipe.setsz-busy", "a pipe with data in it cannot shrink at all", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          int count = 0;
          if (command == F_SETPIPE_SZ && argument < real(descriptor, F_GETPIPE_SZ, 0)
              && ::ioctl(descriptor, FIONREAD, &count) == 0 && count > 0)
          {
              errno = EBUSY;
              return -1;
          }
          return real(descriptor, command, argument);
      });
FAULT("pipe.setsz-busy", "the wrong error", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          errno = result == -1 && errno == EBUSY ? EINVAL : errno;
          return result;
      });

TEST_CASE(
    "pipe.setsz-limit" * says("raising a pipe above pipe-max-size without CAP_SYS_RESOURCE fails with EPERM")
    * observed_by("a peer without the capability asks for twice the limit and for a byte more than the limit; "
                  "size and data stay; the limit itself is granted")
    * on("Linux", "EPERM; for root too once the capability is dropped") * platform("Linux", "pipe(7)", "fcntl(2)"))
{
    const std::size_t limit = largest_pipe();
    observe("pipe-max-size", limit);
    Peer peer = spawn("peer", [&] {
        renounce_limit_privilege();
        Pipe pipe;
        write_fully(pipe.write_end, "abc");
        const std::size_t before = pipe_size(pipe.write_end);
        CHECK(fails_with(EPERM, resize(pipe.write_end, 2 * limit)));
        CHECK(fails_with(EPERM, resize(pipe.write_end, limit + 1)));
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(before));
        CHECK(resize(pipe.write_end, limit) == as_result(limit));
        CHECK(fails_with(EPERM, resize(pipe.read_end, limit + 1)));
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(limit));
        CHECK(take_all(pipe.read_end) == "abc");
    });
    CHECK(finished(peer));
}

FAULT("pipe.setsz-limit", "the limit is not enforced", os::fcntl, refusal_forgotten<EPERM>);
FAULT("pipe.setsz-limit", "the limit itself is one too many", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command, command == F_SETPIPE_SZ ? argument + 1 : argument);
      });
FAULT("pipe.setsz-limit", "a request above the limit is cut down to it", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          return result == -1 && errno == EPERM ? real(descriptor, command, static_cast<long>(largest_pipe()))
                                                : result;
      });
FAULT("pipe.setsz-limit", "the wrong error", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          errno = result == -1 && errno == EPERM ? EINVAL : errno;
          return result;
      });

TEST_CASE(
    "pipe.setsz-errors"
    * says("F_SETPIPE_SZ above 2^31 is refused with EINVAL and keeps the size, 0 means the one-page minimum, and "
           "both size commands on something that is not a pipe fail with EBADF")
    * observed_by("a table of calls; F_GETPIPE_SZ and the room after each refusal")
    * platform("Linux", "fcntl(2)", "LTP fcntl37", "gVisor pipe"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    const std::size_t before = pipe_size(pipe.write_end);
    for (const unsigned long wanted : {0x80000001UL, 0xffffffffUL})
    {
        CHECK(fails_with(EINVAL, resize(pipe.write_end, wanted)));
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(before));
    }
    CHECK(measured_capacity(pipe) == before);
    CHECK(take_all(pipe.read_end).size() == before);

    CHECK(resize(pipe.write_end, 0) == as_result(page));
    CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(page));
    CHECK(measured_capacity(pipe) == page);

    const TemporaryFile file;
    const UnixConnection connection;
    for (const int wrong : {file.descriptor(), int{connection.client}, closed_number()})
    {
        CHECK(fails_with(EBADF, os::fcntl(wrong, F_GETPIPE_SZ)));
        CHECK(fails_with(EBADF, resize(wrong, page)));
    }
    CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(page));
}

FAULT("pipe.setsz-errors", "a size that overflows becomes a tiny ring", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          return result == -1 && errno == EINVAL ? real(descriptor, command, 1) : result;
      });
FAULT("pipe.setsz-errors", "0 is refused", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          if (command == F_SETPIPE_SZ && argument == 0)
          {
              errno = EINVAL;
              return -1;
          }
          return real(descriptor, command, argument);
      });
FAULT("pipe.setsz-errors", "what is no pipe has a size too", os::fcntl, refusal_forgotten<EBADF>);
FAULT("pipe.setsz-errors", "what is no pipe is an invalid argument", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          errno = result == -1 && errno == EBADF ? EINVAL : errno;
          return result;
      });

TEST_CASE(
    "pipe.setsz-grow-wakes-writer"
    * says("enlarging a full pipe with F_SETPIPE_SZ releases blocked writers without any read")
    * observed_by("two writers are seen asleep in write, another peer in poll; the pipe is enlarged through its "
                  "read end, all return, and everything is there")
    * platform("Linux", "fcntl(2)", "Linux commit e95aada4cb93", "zrepl #424"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    set_up(resize(pipe.write_end, 2 * page) == as_result(2 * page));
    REQUIRE(measured_capacity(pipe) == 2 * page);
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

FAULT("pipe.setsz-grow-wakes-writer", "the writers sleep on until the next read", os::fcntl, only_promised);
FAULT("pipe.setsz-grow-wakes-writer", "growing drops the first page", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          std::string dropped(page_size(), '\0');
          const bool grows = command == F_SETPIPE_SZ && argument > real(descriptor, F_GETPIPE_SZ, 0);
          const int result = real(descriptor, command, argument);
          return grows && ::read(descriptor, dropped.data(), dropped.size()) == -1 ? -1 : result;
      });
FAULT("pipe.setsz-grow-wakes-writer", "one writer is released, the other sleeps on until the next read", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const bool is_second = size == page_size() && *static_cast<const char*>(bytes) == '2';
          if (is_second)
          {
              ::pause();
          }
          return real(descriptor, bytes, size);
      });
