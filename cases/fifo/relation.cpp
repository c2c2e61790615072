// Which processes can use a FIFO: those that know its name, whatever their family, and may open it.
#include "fixtures/fifo.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/unprivileged.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE(
    "fifo.unrelated-processes"
    * says(
        "processes that have neither a descriptor nor a parent in common exchange data by opening the same name")
    * observed_by("two strangers, started with the name alone and another parent, open it; the reader gets the "
                  "writer's words")
    * shall("POSIX.1-2024 mkfifo()", "POSIX.1-2024 open()", "fifo(7)"))
{
    const Fifo fifo;
    const pid_t maker = os::getpid();
    Peer reader = spawn_stranger(
        "reader",
        [](const std::string& name, pid_t no_relative) {
            CHECK(os::getppid() != no_relative);
            const Descriptor read_end{os::open(name.c_str(), O_RDONLY)};
            REQUIRE(read_end >= 0);
            CHECK(read_fully(read_end, 100) == "by its name alone");
        },
        fifo.path(), maker);
    Peer writer = spawn_stranger(
        "writer",
        [](const std::string& name, pid_t no_relative) {
            CHECK(os::getppid() != no_relative);
            const Descriptor write_end{os::open(name.c_str(), O_WRONLY)};
            REQUIRE(write_end >= 0);
            CHECK(os::write(write_end, "by its name alone", 17) == 17);
        },
        fifo.path(), maker);

    CHECK(finished(reader));
    CHECK(finished(writer));
}

namespace
{

bool made_here = false; // by this process, or by the one it was forked from

} // namespace

FAULT(
    "fifo.unrelated-processes", "only relatives of its maker can open a FIFO", os::mkfifo,
    [](auto real, const char* path, mode_t mode) -> int {
        made_here = true;
        return real(path, mode);
    },
    os::open,
    [](auto real, const char* path, int flags, mode_t mode) -> int {
        errno = EACCES;
        return made_here ? real(path, flags, mode) : -1;
    });
FAULT("fifo.unrelated-processes", "what a stranger writes gets lost", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE("fifo.related-processes-too"
          * says("a parent and its child exchange data by opening the name as well, both ways")
          * observed_by("parent and child each open two FIFOs by name after fork, and one message passes each way")
          * shall("POSIX.1-2024 open()", "fifo(7)"))
{
    const Fifo to_child;
    const Fifo to_parent;
    Peer child = spawn("child", [&] {
        const Descriptor read_end{os::open(to_child.c_str(), O_RDONLY)};
        REQUIRE(read_end >= 0);
        CHECK(read_fully(read_end, 100) == "to the child");
        const Descriptor write_end{os::open(to_parent.c_str(), O_WRONLY)};
        REQUIRE(write_end >= 0);
        CHECK(os::write(write_end, "to the parent", 13) == 13);
    });

    Descriptor write_end{os::open(to_child.c_str(), O_WRONLY)};
    REQUIRE(write_end >= 0);
    CHECK(os::write(write_end, "to the child", 12) == 12);
    write_end.close();
    const Descriptor read_end{os::open(to_parent.c_str(), O_RDONLY)};
    REQUIRE(read_end >= 0);
    CHECK(read_fully(read_end, 100) == "to the parent");
    CHECK(finished(child));
}

FAULT("fifo.related-processes-too", "relatives of its maker are sent to use a pipe", os::open,
      [](auto /*real*/, const char*, int, mode_t) -> int {
          errno = EPERM;
          return -1;
      });
FAULT("fifo.related-processes-too", "what relatives write gets lost", os::write,
      [](auto /*real*/, int, const void*, std::size_t size) { return static_cast<ssize_t>(size); });

TEST_CASE("fifo.permission-denied"
          * says("opening a FIFO without the permission that the access needs fails with EACCES")
          * observed_by(
              "a peer that gave up privilege opens both ways under modes 0666, 0444, 0222 and 0000: its errors")
          * shall("POSIX.1-2024 open()", "open(2)"))
{
    struct Row
    {
        mode_t mode;
        int error_of_reader; // 0: it may
        int error_of_writer; // ENXIO: it may, but nobody reads
    };
    constexpr std::array rows{Row{0666, 0, ENXIO}, Row{0444, 0, EACCES}, Row{0222, EACCES, ENXIO},
                              Row{0000, EACCES, EACCES}};
    const Fifo fifo;
    for (const Row& row : rows)
    {
        set_up(os::chmod(fifo.c_str(), row.mode) == 0);
        Peer user = spawn("user", [&] {
            become_unprivileged();
            CHECK(fails_with(row.error_of_writer, os::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)));
            const Descriptor read_end{os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK)};
            CHECK((read_end >= 0 ? 0 : errno) == row.error_of_reader);
        });
        CHECK(finished(user));
    }
}

FAULT("fifo.permission-denied", "a FIFO's permissions are ignored", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          return descriptor == -1 && errno == EACCES ? ::open("/dev/null", flags) : descriptor;
      });
FAULT("fifo.permission-denied", "the permission to read is enough to write", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          errno = descriptor == -1 && (flags & O_ACCMODE) == O_WRONLY ? ENXIO : errno;
          return descriptor;
      });
FAULT("fifo.permission-denied", "the wrong errno", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          errno = descriptor == -1 && errno == EACCES ? EPERM : errno;
          return descriptor;
      });
