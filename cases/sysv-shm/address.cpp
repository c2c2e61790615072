// Where a segment comes to stand.
#include "cases/sysv-shm/faults.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_segment.hpp"

#include <cstdint>

using namespace ipc_conform;

namespace
{

std::uintptr_t place_of(const Attachment& memory)
{
    return reinterpret_cast<std::uintptr_t>(memory.address());
}

bool apart(const Attachment& left, const Attachment& right, std::size_t size)
{
    return place_of(left) + size <= place_of(right) || place_of(right) + size <= place_of(left);
}

} // namespace

TEST_CASE("sysv-shm.attach-null"
          * says("for a null address the system attaches the segment where it is free, at a page's start, whole")
          * observed_by(
              "two segments' addresses: page-aligned and apart, the first and last byte of each can be stored to")
          * on("Linux", "the addresses are multiples of SHMLBA") * on("Darwin", "the same, by reading sysv_shm.c")
          * shall("POSIX.1-2024 shmat()", "shmop(2)"))
{
    const std::size_t size = 2 * page_size();
    const SharedSegment first{size};
    const SharedSegment second{size};
    const Attachment memory{permitted(os::shmat(first.id()))};
    const Attachment other{permitted(os::shmat(second.id(), nullptr, SHM_RND))};
    for (const Attachment* attachment : {&memory, &other})
    {
        REQUIRE(*attachment);
        CHECK(place_of(*attachment) % page_size() == 0);
        observe("bytes above a multiple of SHMLBA", place_of(*attachment) % static_cast<std::size_t>(SHMLBA));
        REQUIRE(harmless(fault_of([&] { store(attachment->address(), 'a'); }, attachment->address())));
        REQUIRE(harmless(fault_of([&] { store(attachment->address() + size - 1, 'z'); }, attachment->address())));
    }
    CHECK(apart(memory, other, size));
    store(memory.address() + size - 1, 'm'); // what is apart does not meet
    CHECK(load(other.address() + size - 1) == 'z');
}

FAULT("sysv-shm.attach-null", "the address is not aligned", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          return static_cast<char*>(real(id, wish, flags)) + sizeof(std::uintptr_t);
      });
FAULT("sysv-shm.attach-null", "the system chooses memory that is in use", os::shmat,
      [place = static_cast<void*>(nullptr)](auto real, int id, const void* wish, int flags) mutable -> void* {
          place = place == nullptr ? real(id, wish, flags) : place;
          return place;
      });
FAULT("sysv-shm.attach-null", "only the first page is attached", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          auto* const address = static_cast<char*>(real(id, wish, flags));
          ::mprotect(address + page_size(), page_size(), PROT_NONE);
          return address;
      });

TEST_CASE("sysv-shm.attach-twice"
          * says("a process that attaches a segment twice sees the same bytes at two addresses")
          * observed_by("two addresses, stores through one loaded through the other, both ways; shm_nattch 2, and "
                        "1 after one detach")
          * on("Linux", "it holds")
          * on("Darwin", "it holds, with at most 8 attaches for a process (EMFILE), by reading sysv_shm.c")
          * defined("POSIX.1-2024 shmat()", "shmop(2)"))
{
    const std::size_t last = page_size() - 1;
    const SharedSegment segment{page_size()};
    const Attachment first{permitted(os::shmat(segment.id()))};
    Attachment second{permitted(os::shmat(segment.id()))};
    REQUIRE(first);
    REQUIRE(second);
    CHECK(second.address() != first.address());
    CHECK(attaches_of(segment.id()) == 2);

    store(first.address(), 'a');
    CHECK(load(second.address()) == 'a');
    store(second.address() + last, 'b');
    CHECK(load(first.address() + last) == 'b');

    CHECK(second.detach() == 0); // the one address only
    REQUIRE(harmless(fault_of([&] { store(first.address(), 'c'); }, first.address())));
    CHECK(load(first.address() + last) == 'b');
    CHECK(attaches_of(segment.id()) == 1);
}

FAULT("sysv-shm.attach-twice", "the second attach is a copy", os::shmat, attach_faults::copy_per_attach);
FAULT("sysv-shm.attach-twice", "the second attach gives the first one's address again", os::shmat,
      [place = static_cast<void*>(nullptr)](auto real, int id, const void* wish, int flags) mutable -> void* {
          place = place == nullptr ? real(id, wish, flags) : place;
          return place;
      });
FAULT("sysv-shm.attach-twice", "a segment is attached once at most", os::shmat,
      [attached = false](auto real, int id, const void* wish, int flags) mutable -> void* {
          errno = EINVAL;
          return std::exchange(attached, true) ? reinterpret_cast<void*>(-1) : real(id, wish, flags);
      });

namespace
{

void* first_attach = nullptr;

} // namespace

FAULT(
    "sysv-shm.attach-twice", "a detach takes every attach of the segment away", os::shmat,
    [](auto real, int id, const void* wish, int flags) -> void* {
        void* const address = real(id, wish, flags);
        first_attach = first_attach == nullptr ? address : first_attach;
        return address;
    },
    os::shmdt,
    [](auto real, const void* address) -> int {
        ::shmdt(first_attach);
        return real(address);
    });
