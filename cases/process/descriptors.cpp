// What fork copies of a descriptor, and what stays one for both processes.
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;

TEST_CASE(
    "process.fd-shared-offset"
    * says("a descriptor copied by fork shares the file offset: where one process stops the other goes on")
    * observed_by("reads and lseek in a child and in its parent, in turn, on one file: where the other goes on")
    * shall("POSIX.1-2024 fork()", "fork(2)"))
{
    const TemporaryFile file;
    write_fully(file.descriptor(), "firstsecondthird");
    set_up(os::lseek(file.descriptor(), 0, SEEK_SET) == 0);
    Peer child = spawn("child", [&] { CHECK(read_fully(file.descriptor(), 5) == "first"); });
    CHECK(finished(child));
    CHECK(os::lseek(file.descriptor(), 0, SEEK_CUR) == 5);
    CHECK(read_fully(file.descriptor(), 6) == "second");

    Peer moving = spawn("moving", [&] {
        CHECK(read_fully(file.descriptor(), 5) == "third");
        CHECK(os::lseek(file.descriptor(), 0, SEEK_SET) == 0);
    });
    CHECK(finished(moving));
    CHECK(read_fully(file.descriptor(), 5) == "first");
}

FAULT("process.fd-shared-offset", "the offset is copied: a child's reads do not move its parent's", os::read,
      [parent = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const off_t before = ::lseek(descriptor, 0, SEEK_CUR);
          const ssize_t got = real(descriptor, bytes, size);
          ::getpid() == parent ? 0 : ::lseek(descriptor, before, SEEK_SET);
          return got;
      });
FAULT("process.fd-shared-offset", "a child's seeks do not move its parent's offset", os::lseek,
      [parent = ::getpid()](auto real, int descriptor, off_t offset, int whence) -> off_t {
          return ::getpid() == parent ? real(descriptor, offset, whence) : offset;
      });
FAULT("process.fd-shared-offset", "a child starts at the beginning of the file", os::read,
      [parent = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::getpid() == parent ? 0 : ::lseek(descriptor, 0, SEEK_SET);
          return real(descriptor, bytes, size);
      });

namespace
{

bool is_open(int descriptor)
{
    return os::fcntl(descriptor, F_GETFD) != -1;
}

} // namespace

TEST_CASE("process.fd-table-private"
          * says("after fork what a process opens or closes is open or closed for that process only")
          * observed_by("a child dups and closes, the parent closes: F_GETFD of each other's numbers, and a write "
                        "through what is still open")
          * shall("POSIX.1-2024 fork()", "fork(2)"))
{
    Pipe pipe;
    const Shared<int> opened_by_child;
    const Event child_changed;
    const Event parent_changed;
    Peer child = spawn("child", [&] {
        *opened_by_child = arranged(os::dup(pipe.read_end));
        pipe.read_end.close();
        child_changed.set();
        parent_changed.wait();
        CHECK(is_open(pipe.write_end));
        CHECK(os::write(pipe.write_end, "still open", 10) == 10);
    });
    child_changed.wait();
    CHECK(is_open(pipe.read_end));
    CHECK(!is_open(*opened_by_child));
    pipe.write_end.close();
    parent_changed.set();
    CHECK(finished(child));
    CHECK(read_fully(pipe.read_end, 100) == "still open");
}

namespace
{

// One table for parent and child, as each of them sees it where it asks for the other's changes.
constexpr auto answer_in = [](bool in_parent, int answer) {
    return [=, parent = ::getpid()](auto real, int descriptor, int command, long argument) -> int {
        errno = EBADF;
        return command == F_GETFD && (::getpid() == parent) == in_parent ? answer
                                                                         : real(descriptor, command, argument);
    };
};

} // namespace

FAULT("process.fd-table-private", "the child's close is its parent's too", os::fcntl, answer_in(true, -1));
FAULT("process.fd-table-private", "what the child opens its parent has too", os::fcntl, answer_in(true, 0));
FAULT("process.fd-table-private", "the parent's close is its child's too", os::fcntl, answer_in(false, -1));
FAULT("process.fd-table-private", "the parent's close ends the child's writing", os::write,
      [parent = ::getpid()](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          errno = EBADF;
          return ::getpid() == parent ? real(descriptor, bytes, size) : -1;
      });
