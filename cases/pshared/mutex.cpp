// Mutexes between processes.
#include "fixtures/event.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_mutex.hpp"
#include "fixtures/witness/witness.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>

using namespace ipc_conform;

namespace
{

struct Guarded
{
    pthread_mutex_t mutex;
    std::atomic<std::uint32_t> inside; // how many processes hold it now: atomic, so that it can tell of two
    std::atomic<std::uint32_t> met;    // how often a process found another one inside
    std::uint64_t counter;             // by nothing but the mutex
};

constexpr std::uint64_t turns = 10'000;

void take_turns(Guarded& guarded)
{
    for (std::uint64_t turn = 0; turn < turns; ++turn)
    {
        REQUIRE(os::pthread_mutex_lock(&guarded.mutex) == 0);
        guarded.met += guarded.inside.fetch_add(1) == 0 ? 0U : 1U;
        guarded.counter += 1;
        guarded.inside.fetch_sub(1);
        REQUIRE(os::pthread_mutex_unlock(&guarded.mutex) == 0);
    }
}

} // namespace

TEST_CASE(
    "pshared.mutex-excl"
    * says("a PTHREAD_PROCESS_SHARED mutex in shared memory admits one process at a time: the others find it "
           "busy, or wait until it is unlocked")
    * observed_by("trylock's EBUSY, a peer seen asleep in lock, then 10000 turns each: nobody met inside, the "
                  "plain counter exact")
    * shall("POSIX.1-2024 pthread_mutexattr_setpshared()", "POSIX.1-2024 pthread_mutex_lock()"))
{
    const Shared<Guarded> guarded;
    const Event admitted;
    initialise_process_shared(guarded->mutex);
    REQUIRE(os::pthread_mutex_lock(&guarded->mutex) == 0);
    Peer other = spawn("other", [&] {
        CHECK(os::pthread_mutex_trylock(&guarded->mutex) == EBUSY);
        REQUIRE(os::pthread_mutex_lock(&guarded->mutex) == 0);
        CHECK(guarded->counter == 1); // what was done under the lock before
        CHECK(os::pthread_mutex_unlock(&guarded->mutex) == 0);
        admitted.set();
        take_turns(*guarded);
    });

    REQUIRE(blocked_in(other, os::pthread_mutex_lock));
    guarded->counter = 1;
    REQUIRE(os::pthread_mutex_unlock(&guarded->mutex) == 0);
    admitted.wait();
    take_turns(*guarded);
    REQUIRE(finished(other));
    observe("locked and unlocked", guarded->counter);
    CHECK(guarded->met == 0);
    CHECK(guarded->counter == 1 + 2 * turns);
}

FAULT("pshared.mutex-excl", "an unlock wakes waiters of its own process only", os::pthread_mutexattr_setpshared,
      [](auto /*real*/, pthread_mutexattr_t*, int) -> int { return 0; });
FAULT(
    "pshared.mutex-excl", "each process has a mutex of its own", os::pthread_mutex_lock,
    [](auto /*real*/, pthread_mutex_t*) -> int { return 0; }, os::pthread_mutex_trylock,
    [](auto /*real*/, pthread_mutex_t*) -> int { return 0; }, os::pthread_mutex_unlock,
    [](auto /*real*/, pthread_mutex_t*) -> int { return 0; });
FAULT("pshared.mutex-excl", "a lock that another process holds is granted as well", os::pthread_mutex_lock,
      [](auto /*real*/, pthread_mutex_t* mutex) -> int {
          ::pthread_mutex_trylock(mutex);
          return 0;
      });
FAULT("pshared.mutex-excl", "waiting for a lock ends with EBUSY", os::pthread_mutex_lock,
      [](auto /*real*/, pthread_mutex_t* mutex) -> int { return ::pthread_mutex_trylock(mutex); });
