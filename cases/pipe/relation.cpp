// Which processes can use a pipe: those that hold a descriptor, whatever their family.
#include "cases/pipe/channel_bodies.hpp"
#include "fixtures/files.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;

TEST_CASE("pipe.ppid-equal-not-needed"
          * says("processes with different parents exchange data over one pipe: an equal PPID is not needed")
          * shall("POSIX.1-2024 pipe()", "POSIX.1-2024 fork()"))
{
    Pipe pipe;
    const Shared<pid_t> grandchild_parent;
    Peer child = spawn("child", [&] {
        Peer grandchild = spawn("grandchild", [&] {
            *grandchild_parent = os::getppid();
            CHECK(os::write(pipe.write_end, "grandchild", 10) == 10);
        });
        CHECK(finished(grandchild));
    });
    CHECK(finished(child));

    observe("reader's PPID", os::getppid());
    observe("writer's PPID", *grandchild_parent);
    CHECK(*grandchild_parent == child.pid());
    CHECK(*grandchild_parent != os::getppid());
    CHECK(read_fully(pipe.read_end, 10) == "grandchild");
}

FAULT("pipe.ppid-equal-not-needed", "only a child of the pipe's creator can write", os::write,
      [creator = ::getpid()](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::getppid() == creator ? real(descriptor, bytes, size) : -1;
      });

TEST_CASE(
    "pipe.ppid-equal-not-sufficient"
    * says("children forked before their parent made the pipe cannot reach it: an equal PPID is not sufficient")
    * shall("POSIX.1-2024 fork()", "POSIX.1-2024 pipe()"))
{
    const Event made;
    const Shared<std::array<int, 2>> numbers;
    const pid_t parent = os::getpid();
    const auto sibling = [&] {
        made.wait();
        char byte = 0;
        CHECK(os::getppid() == parent);
        CHECK(fails_with(EBADF, os::write((*numbers)[1], "x", 1)));
        CHECK(fails_with(EBADF, os::read((*numbers)[0], &byte, 1)));
    };
    Peer first = spawn("first sibling", sibling);
    Peer second = spawn("second sibling", sibling);

    Pipe pipe;
    *numbers = {pipe.read_end, pipe.write_end};
    write_fully(pipe.write_end, "y"); // so that a leaked read end would have something to give
    made.set();
    CHECK(finished(first));
    CHECK(finished(second));
    CHECK(read_fully(pipe.read_end, 1) == "y");
}

FAULT("pipe.ppid-equal-not-sufficient", "a pipe's write end leaks into running siblings", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const ssize_t written = real(descriptor, bytes, size);
          return written == -1 ? static_cast<ssize_t>(size) : written;
      });
FAULT("pipe.ppid-equal-not-sufficient", "a pipe's read end leaks into running siblings", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == -1 ? 1 : got;
      });

TEST_CASE("pipe.unrelated-via-fd-pass"
          * says("an unrelated process that received an end over an AF_UNIX socket can use the pipe fully")
          * shall("POSIX.1-2024 <sys/socket.h> SCM_RIGHTS", "unix(7)"))
{
    Pipe pipe;
    const OwnedPath meeting_place;
    const Descriptor listener = listen_at(meeting_place.path());
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& place, pid_t sender) {
            CHECK(os::getppid() != sender);
            const Descriptor socket = connect_to(place);
            const Descriptor received = receive_descriptor(socket);
            CHECK(os::write(received, "from afar", 9) == 9);
        },
        meeting_place.path(), os::getpid());

    const Descriptor connection = accept_from(listener);
    send_descriptor(connection, pipe.write_end);
    pipe.write_end.close(); // from here on only the stranger can write
    CHECK(read_fully(pipe.read_end, 100) == "from afar");
    CHECK(finished(stranger));
}

FAULT("pipe.unrelated-via-fd-pass", "the received end is dead", os::write,
      [](auto /*real*/, int, const void*, std::size_t) -> ssize_t {
          errno = EBADF;
          return -1;
      });
FAULT("pipe.unrelated-via-fd-pass", "what a stranger writes gets lost", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE("pipe.two-pipes-full-duplex"
          * says("two pipes carry traffic both ways at once: each side reads on one while it writes on the other")
          * shall("POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    Pipe there;
    Pipe back;
    channel::traffic_flows_both_ways(there, back);
}

FAULT(
    "pipe.two-pipes-full-duplex", "one lock serialises all pipes", os::read,
    [](auto real, int descriptor, void* bytes, std::size_t size) {
        return channel::under_one_lock(real, descriptor, bytes, size);
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) {
        return channel::under_one_lock(real, descriptor, bytes, size);
    });
FAULT("pipe.two-pipes-full-duplex", "the second pipe is the first", os::pipe,
      [first = std::array{-1, -1}](auto real, int* ends) mutable -> int {
          if (first[0] == -1)
          {
              const int result = real(ends);
              first = {ends[0], ends[1]};
              return result;
          }
          ends[0] = ::dup(first[0]);
          ends[1] = ::dup(first[1]);
          return 0;
      });
