// Sizes that a pipe cannot have: what is queued, the limits, and numbers that make no sense.
#include "cases/pipe/resizing_bodies.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe_account.hpp"
#include "fixtures/privilege.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;
using namespace ipc_conform::resizing;

TEST_CASE("pipe.setsz-busy" * says("shrinking below what is queued fails with EBUSY and keeps the data")
          * observed_by("four full pages, round the end of the ring: to two pages EBUSY, to four allowed; then "
                        "one is read and the rest is compared")
          * platform("Linux", "fcntl(2)"))
{
    const std::size_t page = page_size();
    Pipe pipe;
    const std::string bytes = random_bytes(4 * page, 8);
    advance(pipe, pipe_size(pipe.write_end) / page - 2);
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
FAULT("pipe.setsz-busy", "the wrong error", os::fcntl, wrong_answer::misreporting<EBUSY, EINVAL>);

TEST_CASE("pipe.setsz-limit" * says("raising a pipe above pipe-max-size without CAP_SYS_RESOURCE fails with EPERM")
          * observed_by("a peer without the capability asks for twice the limit and for a byte more than the "
                        "limit; size and data stay; the limit itself is granted")
          * on("Linux", "EPERM; for root too once the capability is dropped")
          * platform("Linux", "pipe(7)", "fcntl(2)"))
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
FAULT("pipe.setsz-limit", "the wrong error", os::fcntl, wrong_answer::misreporting<EPERM, EINVAL>);

TEST_CASE("pipe.setsz-errors"
          * says("F_SETPIPE_SZ above 2^31 is refused with EINVAL and keeps the size, 0 means the one-page "
                 "minimum, and both size commands on something that is not a pipe fail with EBADF")
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
      wrong_answer::misreporting<EBADF, EINVAL>);
