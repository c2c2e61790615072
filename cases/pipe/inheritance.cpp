// What a child of fork, and an image started by exec, have of a pipe.
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE("pipe.fork-inherit"
          * says("a child made by fork can use both ends, and they are those of its parent's pipe, not of a copy")
          * observed_by(
              "a child reads what was queued before fork and writes an answer; the parent finds the answer only")
          * shall("POSIX.1-2024 fork()", "POSIX.1-2024 pipe()"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "before");
    Peer child = spawn("child", [&] {
        CHECK(read_fully(pipe.read_end, 6) == "before");
        CHECK(os::write(pipe.write_end, "after", 5) == 5);
    });
    CHECK(finished(child));

    set_nonblocking(pipe.read_end);
    CHECK(read_fully(pipe.read_end, 100) == "after"); // what the child has read is read
}

namespace
{

std::array<int, 2> ends_of_case{-1, -1};

constexpr auto remember_ends = [](auto real, int* ends) {
    const int result = real(ends);
    ends_of_case = {ends[0], ends[1]};
    return result;
};

} // namespace

FAULT("pipe.fork-inherit", "the child reads from a copy of the buffer", os::pipe, remember_ends, os::read,
      [parent = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got > 0 && ::getpid() != parent ? ::write(ends_of_case[1], bytes, static_cast<std::size_t>(got))
                                                 : got;
      });
FAULT("pipe.fork-inherit", "the child writes to a copy of the buffer", os::write,
      [parent = ::getpid()](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return ::getpid() == parent ? real(descriptor, bytes, size) : static_cast<ssize_t>(size);
      });
FAULT("pipe.fork-inherit", "the read end is not inherited", os::read,
      [parent = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::getpid() == parent ? real(descriptor, bytes, size) : -1;
      });

TEST_CASE("pipe.exec-inherit"
          * says("after exec an end without FD_CLOEXEC is usable as before, one with FD_CLOEXEC is closed")
          * observed_by("a fresh image is given both descriptor numbers: F_GETFD fails with EBADF on one, a write "
                        "to the other arrives")
          * shall("POSIX.1-2024 exec", "POSIX.1-2024 fcntl()", "execve(2)"))
{
    Pipe pipe;
    REQUIRE(os::fcntl(pipe.read_end, F_SETFD, FD_CLOEXEC) == 0);
    Peer child = spawn("child", [&] {
        execute_afresh(
            [](int read_end, int write_end) {
                CHECK(fails_with(EBADF, os::fcntl(read_end, F_GETFD)));
                CHECK(os::write(write_end, "from the new image", 18) == 18);
            },
            int{pipe.read_end}, int{pipe.write_end});
    });
    CHECK(finished(child));
    pipe.write_end.close();
    CHECK(read_fully(pipe.read_end, 100) == "from the new image");
}

FAULT("pipe.exec-inherit", "FD_CLOEXEC is ignored", os::execv,
      [](auto real, const char* path, char* const* arguments) -> int {
          for (const int descriptor : open_descriptors())
          {
              ::fcntl(descriptor, F_SETFD, 0);
          }
          return real(path, arguments);
      });
FAULT("pipe.exec-inherit", "FD_CLOEXEC is not stored", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_SETFD ? 0 : real(descriptor, command, argument);
      });
FAULT("pipe.exec-inherit", "exec closes every descriptor", os::execv,
      [](auto real, const char* path, char* const* arguments) -> int {
          close_descriptors_from(3);
          return real(path, arguments);
      });
