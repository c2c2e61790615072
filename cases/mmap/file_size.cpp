// A mapping and the size of its file: neither binds the other.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;

namespace
{

MemoryFault loading(const Mapping& mapping, std::size_t offset)
{
    return fault_of([&] { load(mapping.at(offset)); }, mapping.data());
}

MemoryFault storing(const Mapping& mapping, std::size_t offset)
{
    return fault_of([&] { store(mapping.at(offset), 's'); }, mapping.data());
}

Finding beyond_end(const MemoryFault& fault, std::size_t offset)
{
    return faulted(fault, SIGBUS, BUS_ADRERR, static_cast<std::ptrdiff_t>(offset));
}

// How a misbehaving mmap() finds the first whole page beyond the end of the file; from the mapping's start.
std::size_t first_page_beyond(int descriptor, off_t offset)
{
    struct stat status
    {
    };
    ::fstat(descriptor, &status);
    const std::size_t page = page_size();
    return (static_cast<std::size_t>(status.st_size - offset) + page - 1) / page * page;
}

} // namespace

TEST_CASE(
    "mmap.sigbus-beyond"
    * says("an access to a whole page beyond the end of the file raises SIGBUS, BUS_ADRERR, with its address")
    * observed_by("the signal, code and address of a load and of a store beyond the end; the rest of the last "
                  "page gives no signal")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 <signal.h>", "mmap(2)"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(page + 1)};
    const Mapping mapping{file.descriptor(), 4 * page};
    const std::size_t offset = 2 * page + 24;

    const MemoryFault seen = loading(mapping, offset);
    observe("signal", name_of_signal(seen.signal));
    observe("si_code", seen.code);
    observe("si_addr from the start", seen.offset);
    CHECK(beyond_end(seen, offset));
    CHECK(beyond_end(storing(mapping, offset), offset));
    CHECK(beyond_end(loading(mapping, 4 * page - 1), 4 * page - 1));
    CHECK(harmless(loading(mapping, page)));         // the file's last byte …
    CHECK(harmless(loading(mapping, 2 * page - 1))); // … and the rest of its page
}

FAULT("mmap.sigbus-beyond", "pages beyond the end are zero pages", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          const std::size_t end = first_page_beyond(descriptor, offset);
          ::mmap(static_cast<char*>(address) + end, size - end, protection,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return address;
      });
FAULT("mmap.sigbus-beyond", "pages beyond the end are not mapped: SIGSEGV", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          const std::size_t end = first_page_beyond(descriptor, offset);
          ::munmap(static_cast<char*>(address) + end, size - end);
          return address;
      });
FAULT("mmap.sigbus-beyond", "stores beyond the end go nowhere, loads fault", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          const std::size_t page = page_size();
          const std::size_t end = first_page_beyond(descriptor, offset);
          ::mmap(static_cast<char*>(address) + end + page, size - end - page, protection,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return address;
      });

TEST_CASE("mmap.map-does-not-extend"
          * says("a mapping longer than its file succeeds, and never makes the file longer")
          * observed_by(
              "the file's size after a mapping of four pages, after a store to its last byte, and after munmap")
          * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t page = page_size();
    const auto size = static_cast<off_t>(page + 100);
    const TemporaryFile file{size};

    void* address = permitted(os::mmap(nullptr, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor()));
    REQUIRE(address != MAP_FAILED);
    Mapping mapping{address, 4 * page};
    CHECK(size_of(file.descriptor()) == size);
    mapping.store(page + 99, "z");
    CHECK(size_of(file.descriptor()) == size);
    mapping.unmap();
    CHECK(size_of(file.descriptor()) == size);
    char byte = 0;
    CHECK(os::pread(file.descriptor(), &byte, 1, size) == 0);
}

FAULT("mmap.map-does-not-extend", "the file grows to the length of the mapping", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          const int grown = ::ftruncate(descriptor, offset + static_cast<off_t>(size));
          return grown == -1 ? MAP_FAILED : real(hint, size, protection, flags, descriptor, offset);
      });
FAULT("mmap.map-does-not-extend", "a mapping longer than the file is refused", os::mmap,
      [](auto /*real*/, void*, std::size_t, int, int, int, off_t) -> void* {
          errno = ENXIO;
          return MAP_FAILED;
      });
FAULT("mmap.map-does-not-extend", "unmapping writes whole pages and so rounds the size up", os::mmap,
      mapping_faults::remembered, os::munmap, [](auto real, void* address, std::size_t size) -> int {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          const int grown = ::ftruncate(descriptor, static_cast<off_t>(first_page_beyond(descriptor, offset)));
          return grown == -1 ? -1 : real(address, size);
      });

TEST_CASE(
    "mmap.grow-while-mapped"
    * says("a file can be enlarged while it is mapped: pages it reaches become usable without a new mapping")
    * observed_by("a store beyond the end raises SIGBUS; after ftruncate it succeeds and pread finds it, the page "
                  "behind still SIGBUS")
    * on("Linux", "it holds")
    * on("Darwin",
         "holds for files, by documentation; a shared memory object is sized only once, by reading posix_shm.c")
    * defined("POSIX.1-2024 ftruncate()", "POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(page)};
    require_room(file.descriptor(), static_cast<off_t>(3 * page));
    const Mapping mapping{file.descriptor(), 4 * page};
    CHECK(beyond_end(storing(mapping, 2 * page), 2 * page));

    CHECK(os::ftruncate(file.descriptor(), static_cast<off_t>(3 * page)) == 0);
    CHECK(size_of(file.descriptor()) == static_cast<off_t>(3 * page));
    CHECK(harmless(storing(mapping, 2 * page)));
    char byte = 0;
    CHECK(os::pread(file.descriptor(), &byte, 1, static_cast<off_t>(2 * page)) == 1);
    CHECK(byte == 's');
    CHECK(harmless(loading(mapping, 3 * page - 1)));
    CHECK(beyond_end(storing(mapping, 3 * page), 3 * page)); // the end has moved, not gone
}

FAULT("mmap.grow-while-mapped", "a file is not resized while it is mapped", os::mmap, mapping_faults::remembered,
      os::ftruncate, [](auto real, int descriptor, off_t size) -> int {
          errno = ETXTBSY;
          return mapping_faults::latest.address == nullptr ? real(descriptor, size) : -1;
      });
FAULT("mmap.grow-while-mapped", "pages that faulted once stay unusable", os::mmap, mapping_faults::remembered,
      os::ftruncate, [](auto real, int descriptor, off_t size) -> int {
          const int result = real(descriptor, size);
          const auto& [start, length, file, place] = mapping_faults::latest;
          if (start != nullptr)
          {
              ::mmap(static_cast<char*>(start) + page_size(), length - page_size(), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED, file, static_cast<off_t>(length));
          }
          return result;
      });
FAULT("mmap.grow-while-mapped", "the new pages are usable but have no file behind them", os::mmap,
      mapping_faults::remembered, os::ftruncate, [](auto real, int descriptor, off_t size) -> int {
          const int result = real(descriptor, size);
          const auto& [start, length, file, place] = mapping_faults::latest;
          if (start != nullptr)
          {
              ::mmap(static_cast<char*>(start) + page_size(), static_cast<std::size_t>(size) - page_size(),
                     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          }
          return result;
      });

TEST_CASE(
    "mmap.shrink-while-mapped"
    * says("a file can be truncated while it is mapped; whole pages beyond its new end then raise SIGBUS")
    * observed_by(
        "another process truncates: its result, the size, SIGBUS beyond the new end, and what is left unchanged")
    * shall("POSIX.1-2024 ftruncate()", "POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(4 * page)};
    const Mapping mapping{file.descriptor(), 4 * page};
    mapping.store(0, std::string(4 * page, 'f')); // every page is in use
    const auto end = static_cast<off_t>(page + 1);

    Peer other = spawn("other", [&] { CHECK(os::ftruncate(file.descriptor(), end) == 0); });
    CHECK(finished(other));
    CHECK(size_of(file.descriptor()) == end);
    CHECK(beyond_end(loading(mapping, 2 * page), 2 * page));
    CHECK(beyond_end(storing(mapping, 2 * page), 2 * page));
    CHECK(beyond_end(loading(mapping, 4 * page - 1), 4 * page - 1));
    REQUIRE(harmless(loading(mapping, page)));
    CHECK(same_bytes(mapping.load(0, page + 1),
                     std::string(page + 1, 'f'))); // what is left of the file is untouched
}

FAULT("mmap.shrink-while-mapped", "a file is not truncated while it is mapped", os::mmap,
      mapping_faults::remembered, os::ftruncate, [](auto real, int descriptor, off_t size) -> int {
          errno = ETXTBSY;
          return mapping_faults::latest.address == nullptr ? real(descriptor, size) : -1;
      });
FAULT("mmap.shrink-while-mapped", "pages in use stay accessible although the file has lost them", os::mmap,
      mapping_faults::snapshot);
FAULT("mmap.shrink-while-mapped", "the page with the new end is lost too", os::mmap, mapping_faults::remembered,
      os::ftruncate, [](auto real, int descriptor, off_t size) -> int {
          const auto page = static_cast<off_t>(page_size());
          const bool mapped = mapping_faults::latest.address != nullptr;
          const int result = real(descriptor, mapped ? size / page * page : size);
          return mapped && result == 0 ? real(descriptor, size) : result;
      });
