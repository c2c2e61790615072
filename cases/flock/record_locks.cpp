// Record locks by fcntl(): who is kept out of what.
#include "fixtures/files.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"
#include "fixtures/record_lock.hpp"
#include "fixtures/stranger.hpp"

#include <cerrno>

using namespace ipc_conform;

TEST_CASE("flock.posix-conflict"
          * says("a write lock on a range denies other processes every lock that overlaps it, and none that only "
                 "adjoins it")
          * observed_by(
              "a stranger tries the range, its parts, overlaps and neighbours, and the range again once unlocked")
          * on("Linux", "denied with EAGAIN") * on("Darwin", "denied with EAGAIN, by its manual; not run there")
          * shall("POSIX.1-2024 fcntl()"))
{
    const TemporaryFile file{20};
    REQUIRE(permitted(set_lock(file.descriptor(), F_WRLCK, {.start = 5, .length = 5})) == 0);
    const Event tried;
    const Event unlocked;
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& path, const Event& denials_seen, const Event& go_on) {
            const Descriptor same{arranged(os::open(path.c_str(), O_RDWR))};
            const Finding whole = denied(set_lock(same, F_WRLCK, {.start = 5, .length = 5}));
            observe("denied with", whole.seen());
            CHECK(whole);
            CHECK(denied(set_lock(same, F_RDLCK, {.start = 5, .length = 5})));
            CHECK(denied(set_lock(same, F_WRLCK, {.start = 0, .length = 6}))); // by its last byte
            CHECK(denied(set_lock(same, F_WRLCK, {.start = 9, .length = 6}))); // by its first
            CHECK(denied(set_lock(same, F_RDLCK, {.start = 7, .length = 1})));
            CHECK(denied(set_lock(same, F_WRLCK, {.start = 0, .length = 0})));
            CHECK(set_lock(same, F_WRLCK, {.start = 0, .length = 5}) == 0);
            CHECK(set_lock(same, F_WRLCK, {.start = 10, .length = 0}) == 0);
            denials_seen.set();
            go_on.wait();
            CHECK(set_lock(same, F_WRLCK, {.start = 5, .length = 5}) == 0);
        },
        file.path(), tried, unlocked);

    tried.wait();
    CHECK(denied(set_lock(file.descriptor(), F_WRLCK, {.start = 4, .length = 2}))); // it works both ways
    CHECK(set_lock(file.descriptor(), F_UNLCK, {.start = 5, .length = 5}) == 0);
    unlocked.set();
    CHECK(finished(stranger));
}

FAULT("flock.posix-conflict", "a lock is one on the whole file", os::fcntl_lock,
      [](auto real, int descriptor, int command, struct flock* lock) -> int {
          lock->l_start = 0;
          lock->l_len = 0;
          return real(descriptor, command, lock);
      });
FAULT("flock.posix-conflict", "a lock does not include its last byte", os::fcntl_lock,
      [](auto real, int descriptor, int command, struct flock* lock) -> int {
          lock->l_len = lock->l_len > 1 ? lock->l_len - 1 : lock->l_len;
          return real(descriptor, command, lock);
      });
FAULT("flock.posix-conflict", "a lock includes the byte behind it", os::fcntl_lock,
      [](auto real, int descriptor, int command, struct flock* lock) -> int {
          lock->l_len = lock->l_len > 0 ? lock->l_len + 1 : 0;
          return real(descriptor, command, lock);
      });
FAULT("flock.posix-conflict", "a reader is let in beside a writer", os::fcntl_lock,
      [](auto real, int descriptor, int command, struct flock* lock) -> int {
          return lock->l_type == F_RDLCK ? 0 : real(descriptor, command, lock);
      });
FAULT("flock.posix-conflict", "locks keep nobody out", os::fcntl_lock,
      [](auto /*real*/, int, int, struct flock*) -> int { return 0; });
FAULT("flock.posix-conflict", "a conflict is answered with EBUSY", os::fcntl_lock,
      [](auto real, int descriptor, int command, struct flock* lock) -> int {
          const int result = real(descriptor, command, lock);
          errno = EBUSY;
          return result;
      });
