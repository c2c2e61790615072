// How processes affect each other that have set up nothing between them.
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/stranger.hpp"

#include <algorithm>
#include <array>

using namespace ipc_conform;

namespace
{

int lock_whole(int file)
{
    struct flock whole
    {
    };
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return os::fcntl(file, F_SETLK, reinterpret_cast<std::intptr_t>(&whole));
}

} // namespace

TEST_CASE("process.not-unaffected"
          * says("an unrelated process affects another by a file's content, by a lock on it, and by a signal")
          * observed_by("a stranger writes a file, locks it and sends SIGUSR1: content, refused lock and signal; "
                        "the lock ends with it")
          * shall("POSIX.1-2024 write()", "POSIX.1-2024 fcntl()", "POSIX.1-2024 kill()"))
{
    const TemporaryFile file{6};
    const SignalCounted counted{SIGUSR1};
    const Event acted;
    const Event leave;
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& name, pid_t other, const Event& done, const Event& free) {
            const Descriptor same_file{arranged(os::open(name.c_str(), O_RDWR))};
            CHECK(lock_whole(same_file) == 0);
            CHECK(os::pwrite(same_file, "theirs", 6, 0) == 6);
            CHECK(os::kill(other, SIGUSR1) == 0);
            done.set();
            free.wait();
        },
        file.path(), os::getpid(), acted, leave);
    acted.wait();

    std::array<char, 6> content{};
    CHECK(os::pread(file.descriptor(), content.data(), content.size(), 0) == 6);
    CHECK(std::string_view{content.data(), content.size()} == "theirs");
    CHECK(counted.deliveries() == 1);
    CHECK(lock_whole(file.descriptor()) == -1);
    CHECK((errno == EAGAIN || errno == EACCES)); // POSIX allows either
    leave.set();
    REQUIRE(finished(stranger));
    CHECK(lock_whole(file.descriptor()) == 0);
}

FAULT("process.not-unaffected", "each process sees the file as it was when it opened it", os::pread,
      [](auto /*real*/, int, void* bytes, std::size_t size, off_t) -> ssize_t {
          std::fill_n(static_cast<char*>(bytes), size, '\0');
          return static_cast<ssize_t>(size);
      });
FAULT("process.not-unaffected", "a lock binds only relatives of who holds it", os::fcntl,
      [](auto /*real*/, int, int, long) -> int { return 0; });
FAULT("process.not-unaffected", "a signal reaches relatives only", os::kill,
      [](auto /*real*/, pid_t, int) -> int { return 0; });
FAULT("process.not-unaffected", "a lock outlives its process", os::fcntl,
      [refused = false](auto real, int descriptor, int command, long argument) mutable -> int {
          refused = refused || real(descriptor, command, argument) == -1;
          errno = refused ? EAGAIN : errno;
          return refused ? -1 : 0;
      });
