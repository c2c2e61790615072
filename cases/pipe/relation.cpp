// Which processes can use a pipe: those that hold a descriptor, whatever their family.
#include "cases/pipe/channel_bodies.hpp"
#include "fixtures/files.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/unix_socket.hpp"

#include <array>
#include <utility>

using namespace ipc_conform;

TEST_CASE("pipe.ppid-equal-not-needed"
          * says("processes with different parents exchange data over one pipe: an equal PPID is not needed")
          * observed_by("a grandchild writes and its grandparent reads, their PPIDs seen to differ")
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
    * observed_by(
        "two children forked before pipe() try its descriptor numbers: EBADF, while getppid() is the pipe's maker")
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

TEST_CASE(
    "pipe.any-related-process"
    * says("siblings, cousins, and a grandparent and its grandchild exchange data over an inherited pipe alike")
    * observed_by("a tree of two children and two grandchildren: a token between siblings, between cousins, and "
                  "from the grandparent")
    * shall("POSIX.1-2024 fork()", "pipe(7)"))
{
    Pipe between_siblings;
    Pipe between_cousins;
    Pipe to_grandchild;
    Peer sibling = spawn("sibling", [&] {
        observe("sibling's PPID", os::getppid());
        CHECK(os::write(between_siblings.write_end, "sibling", 7) == 7);
        Peer cousin = spawn("cousin", [&] {
            observe("cousin's PPID", os::getppid());
            CHECK(read_fully(to_grandchild.read_end, 11) == "grandparent");
            CHECK(os::write(between_cousins.write_end, "cousin", 6) == 6);
        });
        CHECK(finished(cousin));
    });
    Peer other_sibling = spawn("other sibling", [&] {
        CHECK(read_fully(between_siblings.read_end, 7) == "sibling");
        Peer other_cousin = spawn("other cousin", [&] {
            observe("other cousin's PPID", os::getppid());
            CHECK(os::getppid() != sibling.pid());
            CHECK(read_fully(between_cousins.read_end, 6) == "cousin");
        });
        CHECK(finished(other_cousin));
    });

    CHECK(os::write(to_grandchild.write_end, "grandparent", 11) == 11);
    CHECK(finished(sibling));
    CHECK(finished(other_sibling));
}

FAULT("pipe.any-related-process", "a reader must be the maker of the pipe", os::read,
      [maker = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::getpid() == maker ? real(descriptor, bytes, size) : -1;
      });
FAULT("pipe.any-related-process", "a reader must be a child of the pipe's maker", os::read,
      [maker = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::getppid() == maker ? real(descriptor, bytes, size) : -1;
      });

TEST_CASE("pipe.reparent-survives"
          * says("a pipe goes on working when the parent of a process that uses it dies and its PPID changes")
          * observed_by("the orphan's parent is killed and its PPID seen to change; then a question and an answer "
                        "pass through two pipes")
          * shall("POSIX.1-2024 _exit()", "pipe(7)"))
{
    Pipe to_orphan;
    Pipe from_orphan;
    const Shared<std::array<pid_t, 2>> parents;
    const Event started;
    const Event orphaned;
    Peer middle = spawn("middle", [&] {
        Peer orphan = spawn("orphan", [&] {
            (*parents)[0] = os::getppid();
            started.set();
            orphaned.wait();
            (*parents)[1] = os::getppid();
            CHECK(read_fully(to_orphan.read_end, 8) == "question");
            CHECK(os::write(from_orphan.write_end, "answer", 6) == 6);
        });
        os::waitpid(orphan.pid(), nullptr, 0); // killed while it waits, so that nobody ends the orphan
    });
    started.wait();
    set_up(os::kill(middle.pid(), SIGKILL) == 0);
    REQUIRE(killed_by(middle, SIGKILL));
    orphaned.set();

    from_orphan.write_end.close(); // from here on only the orphan can write, and its end ends the file
    REQUIRE(os::write(to_orphan.write_end, "question", 8) == 8);
    CHECK(read_fully(from_orphan.read_end, 100) == "answer");
    observe("PPID before", (*parents)[0]);
    observe("PPID after", (*parents)[1]);
    CHECK((*parents)[0] == middle.pid());
    CHECK((*parents)[1] != middle.pid());
}

namespace
{

bool is_orphan = false;

// A process that asks for its parent again has become an orphan.
constexpr auto note_orphan = [](auto real) -> pid_t {
    static pid_t asked = 0;
    is_orphan = std::exchange(asked, ::getpid()) == ::getpid();
    return real();
};

} // namespace

FAULT(
    "pipe.reparent-survives", "a pipe is torn down with the parent of one of its users", os::kill,
    [](auto real, pid_t process, int signal) -> int {
        is_orphan = true;
        return real(process, signal);
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
        errno = EPIPE;
        return is_orphan ? -1 : real(descriptor, bytes, size);
    });
FAULT("pipe.reparent-survives", "an orphan's descriptors go bad", os::getppid, note_orphan, os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return is_orphan ? -1 : real(descriptor, bytes, size);
      });
FAULT("pipe.reparent-survives", "what an orphan writes gets lost", os::getppid, note_orphan, os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return is_orphan ? static_cast<ssize_t>(size) : real(descriptor, bytes, size);
      });

TEST_CASE("pipe.unrelated-via-fd-pass"
          * says("an unrelated process that received an end over an AF_UNIX socket can use the pipe fully")
          * observed_by("a stranger with another parent gets the write end by SCM_RIGHTS and writes; the read end "
                        "gives it, then end of file")
          * on("Darwin", "pipes can be sent, by reading uipc_usrreq.c")
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
          * observed_by("two readers seen asleep in read, one still while the other's byte passes; then 300000 "
                        "bytes each way at once")
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
