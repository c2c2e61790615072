// Locks on memory: what they hold, whom they bind, and how many there may be.
#include "fixtures/mapping.hpp"
#include "fixtures/memory_locks.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <pthread.h>

using namespace ipc_conform;

namespace
{

constexpr int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

} // namespace

TEST_CASE("mmap.mlock"
          * says("after mlock all pages are resident and locked, until they are unlocked or unmapped or another "
                 "program is executed; a forked child has no lock")
          * observed_by("mincore, and msync's EBUSY for locked pages: in a child, after munlock, in a new mapping "
                        "there, and after exec")
          * shall("POSIX.1-2024 mlock()", "POSIX.1-2024 munlock()", "POSIX.1-2024 fork()", "mlock(2)"))
{
    const std::size_t size = 4 * page_size();
    Mapping mapping{-1, size, anonymous};
    keep_pages_small(mapping);
    REQUIRE(permitted(os::mlock(mapping.data(), size)) == 0);
    REQUIRE(resident(mapping));
    if (!locked(mapping))
    {
        unsupported("the system does not show which pages are locked (msync, EBUSY)");
    }
    CHECK(locked(mapping.at(size - page_size()), page_size()));

    Peer child = spawn("child", [&] { CHECK(!locked(mapping)); });
    CHECK(finished(child));
    CHECK(locked(mapping));
    CHECK(os::munlock(mapping.data(), size) == 0);
    CHECK(!locked(mapping));

    set_up(os::mlock(mapping.data(), size) == 0);
    char* const place = mapping.data();
    mapping.unmap();
    const Mapping successor{os::mmap(place, size, PROT_READ, anonymous | MAP_FIXED, -1), size};
    REQUIRE(successor.data() == place);
    CHECK(!locked(successor));

    // What counts against the limit shows that a lock is gone although its page is.
    Peer executing = spawn("executing", [size] {
        const Mapping own{-1, size, anonymous};
        give_up_locking_privilege();
        limit_locked_memory(size);
        set_up(os::mlock(own.data(), size) == 0);
        execute(
            running_program(),
            [](std::size_t all) {
                const Mapping fresh{-1, all, anonymous};
                CHECK(!locked(fresh));
                CHECK(os::mlock(fresh.data(), all) == 0);
            },
            size);
    });
    CHECK(finished(executing));
}

FAULT("mmap.mlock", "mlock does nothing", os::mlock,
      [](auto /*real*/, const void*, std::size_t) -> int { return 0; });
FAULT("mmap.mlock", "the last page of the range is left out", os::mlock,
      [](auto real, const void* address, std::size_t size) -> int { return real(address, size - page_size()); });
FAULT("mmap.mlock", "munlock does nothing", os::munlock,
      [](auto /*real*/, const void*, std::size_t) -> int { return 0; });
FAULT("mmap.mlock", "a forked child has the locks of its parent", os::mlock,
      [](auto real, const void* address, std::size_t size) -> int {
          static const void* start = nullptr;
          static std::size_t length = 0;
          start = address;
          length = size;
          ::pthread_atfork(nullptr, nullptr, [] { ::mlock(start, length); });
          return real(address, size);
      });
FAULT("mmap.mlock", "a lock stays with the addresses when their memory is unmapped", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          return (flags & MAP_FIXED) != 0 && ::mlock(address, size) == -1 ? MAP_FAILED : address;
      });

TEST_CASE(
    "mmap.mlock-limit"
    * says("without privilege a process locks memory up to RLIMIT_MEMLOCK, no page more (ENOMEM), and none at "
           "limit 0 (EPERM)")
    * observed_by("a peer without the capability locks up to a limit and beyond, then under limit 0: errors and "
                  "what is locked")
    * platform("Linux", "mlock(2)", "getrlimit(2)", "capabilities(7)"))
{
    const std::size_t page = page_size();
    Peer bound = spawn("bound", [page] {
        const Mapping mapping{-1, 3 * page, anonymous};
        set_up(os::mlock(mapping.data(), page) == 0); // a sandbox may deny it altogether
        set_up(os::munlock(mapping.data(), page) == 0);
        give_up_locking_privilege();
        limit_locked_memory(2 * page);

        CHECK(os::mlock(mapping.data(), 2 * page) == 0);
        CHECK(fails_with(ENOMEM, os::mlock(mapping.at(2 * page), 1)));
        CHECK(locked(mapping.at(page), page));
        CHECK(!locked(mapping.at(2 * page), page));
        CHECK(os::munlock(mapping.data(), 1) == 0);
        CHECK(os::mlock(mapping.at(2 * page), page) == 0); // what counts is what is locked now

        limit_locked_memory(0);
        CHECK(fails_with(EPERM, os::mlock(mapping.data(), 1)));
        CHECK(!locked(mapping.data(), page));
        CHECK(locked(mapping.at(page), page)); // a lower limit takes no lock away
    });
    CHECK(finished(bound));
}

FAULT("mmap.mlock-limit", "the limit is ignored", os::setrlimit,
      [](auto /*real*/, int, const struct rlimit*) -> int { return 0; });
FAULT("mmap.mlock-limit", "the limit holds for a call, not for a process", os::mlock,
      [](auto real, const void* address, std::size_t size) -> int {
          struct rlimit limit
          {
          };
          ::getrlimit(RLIMIT_MEMLOCK, &limit);
          const int result = real(address, size);
          return result == -1 && errno == ENOMEM && size <= limit.rlim_cur ? 0 : result;
      });
FAULT("mmap.mlock-limit", "the limit is one page lower than it says", os::mlock,
      [](auto real, const void* address, std::size_t size) -> int {
          errno = ENOMEM;
          return size > page_size() ? -1 : real(address, size);
      });
FAULT("mmap.mlock-limit", "limit 0 is a limit like others", os::mlock,
      [](auto real, const void* address, std::size_t size) -> int {
          const int result = real(address, size);
          errno = errno == EPERM ? ENOMEM : errno;
          return result;
      });
