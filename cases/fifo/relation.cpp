// Which processes can use a FIFO: those that know its name, whatever their family.
#include "fixtures/fifo.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

using namespace ipc_conform;

TEST_CASE(
    "fifo.unrelated-processes"
    * says(
        "processes that have neither a descriptor nor a parent in common exchange data by opening the same name")
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
