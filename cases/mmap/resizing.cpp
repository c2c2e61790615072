// Mappings that change their own size.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/property.hpp"

#include <cstring>

using namespace ipc_conform;

TEST_CASE("mmap.mremap-grow"
          * says("mremap enlarges a shared file mapping, elsewhere if it may and must: old and new pages are the "
                 "file's, and the old addresses are gone")
          * observed_by("ENOMEM where it may not move; moved, its bytes, SIGSEGV at the old address, stores seen "
                        "through another mapping")
          * platform("Linux", "mremap(2)"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(3 * page)};
    set_up(os::pwrite(file.descriptor(), "next", 4, static_cast<off_t>(page)) == 4);
    const Mapping reserved{-1, 2 * page, MAP_PRIVATE | MAP_ANONYMOUS, PROT_NONE}; // no room to grow in place
    char* const old = static_cast<char*>(arranged(
        os::mmap(reserved.data(), page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file.descriptor())));
    std::memcpy(old, "first", 5);

    CHECK(fails_with(ENOMEM, os::mremap(old, page, 3 * page, 0)));
    CHECK(harmless(fault_of([&] { store(old, 'F'); }, old)));
    void* moved = permitted(os::mremap(old, page, 3 * page, MREMAP_MAYMOVE));
    REQUIRE(moved != MAP_FAILED);
    const Mapping grown{moved, 3 * page};
    CHECK(same_bytes(grown.load(0, 5), "First"));
    CHECK(same_bytes(grown.load(page, 4), "next"));
    CHECK(faulted(fault_of([&] { load(old); }, old), SIGSEGV, SEGV_MAPERR, 0));

    const Mapping other{file.descriptor(), 3 * page};
    grown.store(0, "f");
    grown.store(3 * page - 1, "l");
    CHECK(same_bytes(other.load(0, 5), "first"));
    CHECK(same_bytes(other.load(3 * page - 1, 1), "l"));
}

FAULT("mmap.mremap-grow", "the enlarged mapping is a copy without the file", os::mmap, mapping_faults::remembered,
      os::mremap, [](auto real, void* address, std::size_t size, std::size_t wanted, int flags) -> void* {
          if (flags != MREMAP_MAYMOVE)
          {
              return real(address, size, wanted, flags);
          }
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          void* copy = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, offset);
          std::memcpy(copy, address, size);
          ::munmap(address, size);
          return copy;
      });
FAULT("mmap.mremap-grow", "the pages gained are empty and without a file", os::mremap,
      [](auto real, void* address, std::size_t size, std::size_t wanted, int flags) -> void* {
          void* moved = real(address, size, wanted, flags);
          return moved == MAP_FAILED ? moved
                                     : static_cast<char*>(::mmap(static_cast<char*>(moved) + size, wanted - size,
                                                                 PROT_READ | PROT_WRITE,
                                                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0))
                                           - size;
      });
FAULT("mmap.mremap-grow", "a moved mapping stays where it was, too", os::mmap, mapping_faults::remembered,
      os::mremap, [](auto real, void* address, std::size_t size, std::size_t wanted, int flags) -> void* {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          void* moved = real(address, size, wanted, flags);
          return moved == MAP_FAILED
                         || ::mmap(address, size, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor, offset) == address
                     ? moved
                     : MAP_FAILED;
      });
FAULT("mmap.mremap-grow", "a mapping is moved although it may not be", os::mremap,
      [](auto real, void* address, std::size_t size, std::size_t wanted, int) -> void* {
          return real(address, size, wanted, MREMAP_MAYMOVE);
      });
FAULT("mmap.mremap-grow", "a mapping that cannot grow is taken away", os::mremap,
      [](auto real, void* address, std::size_t size, std::size_t wanted, int flags) -> void* {
          void* moved = real(address, size, wanted, flags);
          if (moved == MAP_FAILED)
          {
              ::munmap(address, size);
              errno = ENOMEM;
          }
          return moved;
      });
