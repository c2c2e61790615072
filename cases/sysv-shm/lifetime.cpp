// How long a segment lives: the attaches that count, and the removal that waits for them.
#include "fixtures/event.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_segment.hpp"
#include "fixtures/stranger.hpp"

#include <algorithm>
#include <cstring>

using namespace ipc_conform;

TEST_CASE(
    "sysv-shm.nattch"
    * says("shm_nattch counts attaches: up with shmat and fork, down with shmdt, exec and the end of a process")
    * observed_by(
        "shm_nattch after two attaches, a fork, a child's detach and end, a fork with exec, and a detach")
    * on("Darwin", "the same, by reading sysv_shm.c")
    * shall("POSIX.1-2024 shmat()", "POSIX.1-2024 shmdt()", "POSIX.1-2024 exec", "POSIX.1-2024 _exit()",
            "shmop(2)"))
{
    const SharedSegment segment{page_size()};
    CHECK(attaches_of(segment.id()) == 0);
    const Attachment first{permitted(os::shmat(segment.id()))};
    Attachment second{permitted(os::shmat(segment.id(), nullptr, SHM_RDONLY))};
    REQUIRE(first);
    REQUIRE(second);
    CHECK(attaches_of(segment.id()) == 2);

    const Event begin;
    const Event detached;
    const Event leave;
    Peer child = spawn("child", [&] { // inherits both
        begin.wait();
        CHECK(os::shmdt(first.address()) == 0);
        detached.set();
        leave.wait();
    });
    CHECK(attaches_of(segment.id()) == 4);
    begin.set();
    detached.wait();
    CHECK(attaches_of(segment.id()) == 3);
    leave.set();
    REQUIRE(finished(child));
    CHECK(attaches_of(segment.id()) == 2);

    const Event executed;
    const Event seen;
    Peer stranger = spawn_stranger( // forked with both, but now it is a new image
        "stranger",
        [](const Event& here, const Event& go) {
            here.set();
            go.wait();
        },
        executed, seen);
    executed.wait();
    CHECK(attaches_of(segment.id()) == 2);
    seen.set();
    CHECK(finished(stranger));

    CHECK(second.detach() == 0);
    CHECK(attaches_of(segment.id()) == 1);
}

FAULT("sysv-shm.nattch", "what a child inherits is not counted", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          if (command == IPC_STAT)
          {
              state->shm_nattch = std::min<decltype(state->shm_nattch)>(state->shm_nattch, 2);
          }
          return result;
      });
FAULT("sysv-shm.nattch", "detaching does not count", os::shmctl,
      [most = decltype(shmid_ds::shm_nattch){0}](auto real, int id, int command, shmid_ds* state) mutable -> int {
          const int result = real(id, command, state);
          if (command == IPC_STAT)
          {
              most = std::max(most, state->shm_nattch);
              state->shm_nattch = most;
          }
          return result;
      });
FAULT("sysv-shm.nattch", "shmdt reports success and leaves the attach", os::shmdt,
      [](auto /*real*/, const void*) -> int { return 0; });

// POSIX says that the identifier goes and the segment is destroyed, not when; every known system waits.
TEST_CASE(
    "sysv-shm.rmid-deferred"
    * says("a removed segment has no key any more but lives on for those who have it attached, until the last "
           "detach")
    * observed_by("after IPC_RMID: ENOENT for the key, text passes to a child that holds the attach; IPC_STAT "
                  "fails once it has ended")
    * on("Linux", "it lives on until the last detach")
    * on("Darwin", "it lives on until the last detach, by reading sysv_shm.c")
    * defined("POSIX.1-2024 shmctl()", "shmctl(2)"))
{
    const SharedSegment segment{page_size()};
    Attachment memory{arranged(os::shmat(segment.id()))};
    memory.write("before");
    const Event removed;
    Peer holder = spawn("holder", [&] { // inherits the attach
        removed.wait();
        CHECK(memory.text() == "after");
    });

    CHECK(permitted(os::shmctl(segment.id(), IPC_RMID)) == 0);
    CHECK(fails_with(ENOENT, os::shmget(segment.key(), 0, 0)));
    REQUIRE(harmless(fault_of([&] { load(memory.address()); }, memory.address())));
    CHECK(memory.text() == "before");
    memory.write("after");
    CHECK(memory.detach() == 0); // the holder's attach remains
    removed.set();
    REQUIRE(finished(holder));
    shmid_ds state{};
    CHECK(fails_with(EINVAL, os::shmctl(segment.id(), IPC_STAT, &state)));
}

namespace
{

void* latest_attach = nullptr;

} // namespace

FAULT(
    "sysv-shm.rmid-deferred", "the removal takes the memory away at once", os::shmat,
    [](auto real, int id, const void* wish, int flags) -> void* {
        latest_attach = real(id, wish, flags);
        return latest_attach;
    },
    os::shmctl,
    [](auto real, int id, int command, shmid_ds* state) -> int {
        if (command == IPC_RMID)
        {
            ::shmdt(latest_attach);
        }
        return real(id, command, state);
    });
FAULT("sysv-shm.rmid-deferred", "the removal clears the memory", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          if (command == IPC_RMID)
          {
              void* const address = ::shmat(id, nullptr, 0);
              std::memset(address, 0, page_size());
              ::shmdt(address);
          }
          return real(id, command, state);
      });
FAULT("sysv-shm.rmid-deferred", "the key is found until the last detach", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          return command == IPC_RMID ? 0 : real(id, command, state);
      });
FAULT("sysv-shm.rmid-deferred", "the segment outlives its last detach", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          return command == IPC_STAT ? 0 : result;
      });

TEST_CASE("sysv-shm.persist"
          * says("a segment and its contents outlive every detach and its creator, until it is removed")
          * observed_by("a stranger creates, writes, detaches and ends: shm_nattch is 0, the text is there, and "
                        "after IPC_RMID ENOENT")
          * on("Linux", "not where kernel.shm_rmid_forced is set")
          * shall("POSIX.1-2024 shmget()", "POSIX.1-2024 shmctl()", "sysvipc(7)"))
{
    require_unattached_segments_to_stay();
    const OwnedSegmentKey key;
    Peer creator = spawn_stranger(
        "creator",
        [](key_t name) {
            const int id = permitted(os::shmget(name, 100, IPC_CREAT | IPC_EXCL | 0600));
            REQUIRE(id != -1);
            Attachment memory{permitted(os::shmat(id))};
            REQUIRE(memory);
            memory.write("left behind");
            CHECK(memory.detach() == 0);
        },
        key_t{key});
    REQUIRE(finished(creator));

    const int id = os::shmget(key, 0, 0);
    REQUIRE(id != -1);
    CHECK(attaches_of(id) == 0);
    const Attachment memory{permitted(os::shmat(id, nullptr, SHM_RDONLY))};
    REQUIRE(memory);
    CHECK(memory.text() == "left behind");
    CHECK(os::shmctl(id, IPC_RMID) == 0);
    CHECK(fails_with(ENOENT, os::shmget(key, 0, 0)));
}

FAULT("sysv-shm.persist", "the last detach removes the segment", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          void* const address = real(id, wish, flags);
          ::shmctl(id, IPC_RMID, nullptr); // takes effect at the last detach
          return address;
      });
FAULT("sysv-shm.persist", "contents are given up when nobody is attached", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          void* const writable = real(id, wish, 0);
          std::memset(writable, 0, 100);
          ::shmdt(writable);
          return real(id, wish, flags);
      });
FAULT("sysv-shm.persist", "a segment ends with its creator", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const int id = real(key, size, flags);
          if ((flags & IPC_CREAT) == 0)
          {
              ::shmctl(id, IPC_RMID, nullptr);
              return real(key, size, flags);
          }
          return id;
      });
