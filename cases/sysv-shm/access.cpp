// What an attach allows.
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_segment.hpp"
#include "fixtures/unprivileged.hpp"

using namespace ipc_conform;

TEST_CASE(
    "sysv-shm.rdonly-fault"
    * says("a store through an attach made with SHM_RDONLY raises SIGSEGV with SEGV_ACCERR and stores nothing")
    * observed_by("the signal, code and address of a store through the read-only attach; a load, and stores "
                  "through the other one")
    * on("Darwin", "departs: SIGBUS instead of SIGSEGV, by documentation; not run there")
    * shall("POSIX.1-2024 shmat()", "POSIX.1-2024 <signal.h>"))
{
    const SharedSegment segment{2 * page_size()};
    const auto offset = static_cast<std::ptrdiff_t>(page_size() + 100);
    const Attachment memory{arranged(os::shmat(segment.id()))};
    const Attachment view{permitted(os::shmat(segment.id(), nullptr, SHM_RDONLY))};
    REQUIRE(view);
    store(memory.address() + offset, 'a');

    unsigned char seen = 0;
    REQUIRE(harmless(fault_of([&] { seen = load(view.address() + offset); }, view.address())));
    CHECK(seen == 'a');
    CHECK(faulted(fault_of([&] { store(view.address() + offset, 'b'); }, view.address()), SIGSEGV, SEGV_ACCERR,
                  offset));
    CHECK(load(memory.address() + offset) == 'a');
    store(memory.address() + offset, 'c');       // the other attach is not affected …
    CHECK(load(view.address() + offset) == 'c'); // … and both are still the same bytes
}

FAULT("sysv-shm.rdonly-fault", "SHM_RDONLY is ignored", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* { return real(id, wish, flags & ~SHM_RDONLY); });
FAULT("sysv-shm.rdonly-fault", "only the first page is protected", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          auto* const address = static_cast<char*>(real(id, wish, 0));
          ::mprotect(address, page_size(), (flags & SHM_RDONLY) != 0 ? PROT_READ : PROT_READ | PROT_WRITE);
          return address;
      });
FAULT("sysv-shm.rdonly-fault", "a read-only attach cannot be read", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          void* const address = real(id, wish, flags);
          ::mprotect(address, 2 * page_size(), (flags & SHM_RDONLY) != 0 ? PROT_NONE : PROT_READ | PROT_WRITE);
          return address;
      });
FAULT("sysv-shm.rdonly-fault", "a read-only attach shows the segment as it was at the attach", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          return (flags & SHM_RDONLY) == 0
                     ? real(id, wish, flags)
                     : ::mmap(nullptr, 2 * page_size(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      });

TEST_CASE("sysv-shm.access-rw"
          * says("attaching for reading and writing needs write permission and fails with EACCES without it, "
                 "attaching with SHM_RDONLY needs read permission only")
          * observed_by("a peer that gave up privilege attaches its own segment under modes 0400 and 0200: "
                        "errors, content and shm_nattch")
          * on("Darwin", "the same, by reading sysv_shm.c")
          * shall("POSIX.1-2024 shmat()", "POSIX.1-2024 XSI Interprocess Communication"))
{
    Peer user = spawn("user", [] {
        become_unprivileged();
        const SharedSegment segment{page_size()};
        const Attachment before{arranged(os::shmat(segment.id()))};
        before.write("content");

        set_mode(segment.id(), 0400); // the owner is refused like anyone else
        CHECK(fails_with(EACCES, os::shmat(segment.id())));
        const Attachment view{os::shmat(segment.id(), nullptr, SHM_RDONLY)};
        REQUIRE(view);
        CHECK(view.text() == "content");
        before.write("changed"); // permission is asked for at the attach, not at each access
        CHECK(view.text() == "changed");

        set_mode(segment.id(), 0200);
        CHECK(fails_with(EACCES, os::shmat(segment.id())));
        CHECK(fails_with(EACCES, os::shmat(segment.id(), nullptr, SHM_RDONLY)));

        set_mode(segment.id(), 0600);
        CHECK(attaches_of(segment.id()) == 2); // the refused ones have left nothing behind
    });
    CHECK(finished(user));
}

FAULT("sysv-shm.access-rw", "permission is not checked", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          set_mode(id, 0600);
          return real(id, wish, flags);
      });
FAULT("sysv-shm.access-rw", "without write permission the attach becomes a read-only one", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          void* const address = real(id, wish, flags);
          return address == reinterpret_cast<void*>(-1) ? real(id, wish, flags | SHM_RDONLY) : address;
      });
FAULT("sysv-shm.access-rw", "SHM_RDONLY needs write permission too", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* { return real(id, wish, flags & ~SHM_RDONLY); });
FAULT("sysv-shm.access-rw", "it fails with EPERM", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          void* const address = real(id, wish, flags);
          errno = EPERM;
          return address;
      });
