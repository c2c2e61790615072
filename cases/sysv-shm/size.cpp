// How large a segment is and what it starts with: its creator says so, and nobody after it changes that.
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_segment.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/time_of_day.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

using namespace ipc_conform;

TEST_CASE(
    "sysv-shm.zeroed"
    * says("a new segment's bytes are all zero, also where memory of a removed one is used again")
    * observed_by(
        "in four rounds every byte of a new segment is looked at, then overwritten before the segment is removed")
    * shall("POSIX.1-2024 shmget()"))
{
    const std::size_t size = 64 * page_size() + 100;
    for (int round = 0; round < 4; ++round)
    {
        const SharedSegment segment{size};
        const Attachment memory{arranged(os::shmat(segment.id()))};
        const std::string_view bytes{memory.address(), size};
        const std::size_t clean = std::min(bytes.find_first_not_of('\0'), size);
        observe("bytes that were zero", clean);
        CHECK(clean == size);
        std::memset(memory.address(), 'd', size); // for the next round to find, if the system let it
    }
}

FAULT("sysv-shm.zeroed", "the last page keeps a byte of what it was used for", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          auto* const address = static_cast<char*>(real(id, wish, flags));
          address[64 * page_size() + 99] = 's';
          return address;
      });
FAULT("sysv-shm.zeroed", "memory of removed segments is not cleared", os::shmat,
      [used = false](auto real, int id, const void* wish, int flags) mutable -> void* {
          auto* const address = static_cast<char*>(real(id, wish, flags));
          std::memset(address, used ? 'd' : '\0', 64 * page_size());
          used = true;
          return address;
      });

TEST_CASE("sysv-shm.reget-smaller"
          * says("a process that asks for a segment with a smaller size, or with zero, gets the whole of it")
          * observed_by("a stranger asks for the full size, one less, 1 and 0: the same identifier, all of it "
                        "attached, shm_segsz kept")
          * on("Darwin", "the same, by reading sysv_shm.c") * shall("POSIX.1-2024 shmget()"))
{
    const std::size_t size = 3 * page_size();
    const SharedSegment segment{size};
    const Attachment memory{arranged(os::shmat(segment.id()))};
    store(memory.address() + size - 1, 'z');
    Peer stranger = spawn_stranger(
        "stranger",
        [](key_t key, int expected, std::size_t whole) {
            CHECK(os::shmget(key, whole, 0) == expected);
            CHECK(os::shmget(key, whole - 1, 0) == expected);
            CHECK(os::shmget(key, 0, 0) == expected);
            CHECK(os::shmget(key, 1, 0) == expected);
            const Attachment theirs{permitted(os::shmat(expected))};
            REQUIRE(theirs);
            unsigned char last = 0;
            CHECK(harmless(fault_of([&] { last = load(theirs.address() + whole - 1); }, theirs.address())));
            CHECK(last == 'z');
        },
        segment.key(), segment.id(), size);
    CHECK(finished(stranger));
    CHECK(segment_size(segment.id()) == size);
}

FAULT("sysv-shm.reget-smaller", "all processes have to name the same size", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const int id = real(key, size, flags);
          shmid_ds state{};
          ::shmctl(id, IPC_STAT, &state);
          errno = EINVAL;
          return state.shm_segsz == size ? id : -1;
      });

namespace
{

std::size_t last_size_asked = 0;

} // namespace

FAULT(
    "sysv-shm.reget-smaller", "an attach is as long as the size that its process asked for", os::shmget,
    [](auto real, key_t key, std::size_t size, int flags) -> int {
        last_size_asked = size;
        return real(key, size, flags);
    },
    os::shmat,
    [](auto real, int id, const void* wish, int flags) -> void* {
        auto* const address = static_cast<char*>(real(id, wish, flags));
        if (last_size_asked < page_size())
        {
            ::mprotect(address + page_size(), 2 * page_size(), PROT_NONE);
        }
        return address;
    });
FAULT("sysv-shm.reget-smaller", "the segment shrinks to the size that was asked for last", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          if (command == IPC_STAT)
          {
              state->shm_segsz = 1;
          }
          return result;
      });

TEST_CASE(
    "sysv-shm.reget-larger"
    * says("asking for a segment with a size larger than its own fails with EINVAL and leaves it as it is")
    * observed_by(
        "the errors for one byte, a page, and more above 1000 bytes, with IPC_CREAT too; shm_segsz still 1000")
    * on("Darwin", "the same, by reading sysv_shm.c") * shall("POSIX.1-2024 shmget()"))
{
    constexpr std::size_t size = 1000; // the last page has room for more, but the segment has not
    const SharedSegment segment{size};
    CHECK(fails_with(EINVAL, os::shmget(segment.key(), size + 1, 0)));
    CHECK(fails_with(EINVAL, os::shmget(segment.key(), page_size(), 0)));
    CHECK(fails_with(EINVAL, os::shmget(segment.key(), page_size() + 1, 0)));
    CHECK(fails_with(EINVAL, os::shmget(segment.key(), 2 * page_size(), IPC_CREAT | 0600)));
    CHECK(segment_size(segment.id()) == size);
    CHECK(os::shmget(segment.key(), size, 0) == segment.id());
}

FAULT("sysv-shm.reget-larger", "sizes are compared in whole pages", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const bool same_page = (flags & IPC_CREAT) == 0 && size <= page_size();
          return real(key, same_page ? 0 : size, flags);
      });
FAULT("sysv-shm.reget-larger", "a segment that is too small is replaced", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const int id = real(key, size, flags);
          if (id != -1 || (flags & IPC_CREAT) == 0)
          {
              return id;
          }
          ::shmctl(real(key, 0, 0), IPC_RMID, nullptr);
          return real(key, size, flags);
      });
FAULT("sysv-shm.reget-larger", "the failed call has grown the segment", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          if (command == IPC_STAT)
          {
              state->shm_segsz += 1;
          }
          return result;
      });
FAULT("sysv-shm.reget-larger", "it fails with ENOMEM", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const int id = real(key, size, flags);
          errno = ENOMEM;
          return id;
      });

TEST_CASE("sysv-shm.init-fields"
          * says("a new segment has the size and the permission bits that were asked for, its creator's ids, the "
                 "time of its creation, and no history of attaches")
          * observed_by("IPC_STAT of a new segment of 1000 bytes and mode 0642, made under umask 077 after "
                        "another one was removed")
          * on("Darwin", "the same, by reading sysv_shm.c")
          * shall("POSIX.1-2024 shmget()", "POSIX.1-2024 <sys/shm.h>"))
{
    {
        const SharedSegment former{page_size()}; // whose place in the system's tables may be used again
        const Attachment memory{arranged(os::shmat(former.id()))};
    }
    const mode_t mask = os::umask(077); // restricts files, not segments
    const TimeOfDay time;
    const OwnedSegmentKey key;
    const int id = permitted(os::shmget(key, 1000, IPC_CREAT | IPC_EXCL | 0642));
    REQUIRE(id != -1);
    os::umask(mask);

    shmid_ds state{};
    REQUIRE(permitted(os::shmctl(id, IPC_STAT, &state)) == 0);
    CHECK(state.shm_segsz == 1000);
    CHECK((state.shm_perm.mode & 0777U) == 0642);
    CHECK(state.shm_perm.uid == ::geteuid());
    CHECK(state.shm_perm.cuid == ::geteuid());
    CHECK(state.shm_perm.gid == ::getegid());
    CHECK(state.shm_perm.cgid == ::getegid());
    CHECK(state.shm_cpid == os::getpid());
    CHECK(time.covers(state.shm_ctime));
    CHECK(state.shm_lpid == 0);
    CHECK(state.shm_nattch == 0);
    CHECK(state.shm_atime == 0);
    CHECK(state.shm_dtime == 0);
}

FAULT("sysv-shm.init-fields", "the size is rounded up to whole pages", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          state->shm_segsz = (state->shm_segsz + page_size() - 1) / page_size() * page_size();
          return result;
      });
FAULT("sysv-shm.init-fields", "the file mode creation mask is applied", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          const mode_t mask = ::umask(0);
          ::umask(mask);
          return real(key, size, flags & ~static_cast<int>(mask));
      });
FAULT("sysv-shm.init-fields", "a segment inherits the history of the place it takes", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          state->shm_lpid = ::getpid();
          state->shm_atime = state->shm_ctime;
          state->shm_dtime = state->shm_ctime;
          return result;
      });
FAULT("sysv-shm.init-fields", "the time of creation is not noted", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          state->shm_ctime = 0;
          return result;
      });
FAULT("sysv-shm.init-fields", "the creator is its parent", os::shmctl,
      [](auto real, int id, int command, shmid_ds* state) -> int {
          const int result = real(id, command, state);
          state->shm_cpid = ::getppid();
          return result;
      });
