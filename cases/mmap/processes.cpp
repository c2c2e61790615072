// What processes have in common through a mapping, and what each has for itself.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

#include <atomic>
#include <cstring>
#include <pthread.h>

using namespace ipc_conform;

namespace
{

void* map_without_file(std::size_t size, int sharing)
{
    return permitted(os::mmap(nullptr, size, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1));
}

} // namespace

TEST_CASE(
    "mmap.anon-shared"
    * says("an anonymous shared mapping is zeroed memory that a process shares with its children, and "
           "with no other mapping")
    * observed_by(
        "every byte is zero; stores of parent and child are seen by the other; a second mapping is all zero again")
    * on("Darwin", "the same, by reading kern_mman.c")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 fork()", "mmap(2)"))
{
    const std::size_t size = 3 * page_size();
    const std::size_t last = size - 1;
    void* address = map_without_file(size, MAP_SHARED);
    REQUIRE(address != MAP_FAILED);
    const Mapping mapping{address, size};
    CHECK(same_bytes(mapping.load(0, size), std::string(size, '\0')));
    const Event stored;
    Peer child = spawn("child", [&] {
        stored.wait();
        CHECK(mapping.load(0, 6) == "parent");
        mapping.store(last, "c");
    });

    mapping.store(0, "parent");
    stored.set();
    CHECK(finished(child));
    CHECK(mapping.load(last, 1) == "c"); // and back
    void* another = map_without_file(size, MAP_SHARED);
    REQUIRE(another != MAP_FAILED);
    CHECK(same_bytes(Mapping(another, size).load(0, size), std::string(size, '\0')));
}

FAULT("mmap.anon-shared", "memory without a file is private", os::mmap, mapping_faults::private_copy);
FAULT("mmap.anon-shared", "all anonymous memory is one object", os::mmap,
      [object = -1](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
                    off_t offset) mutable -> void* {
          if ((flags & MAP_ANONYMOUS) != 0 && object == -1)
          {
              const OwnedPath path;
              object = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
              const int sized = ::ftruncate(object, static_cast<off_t>(size));
              object = sized == 0 ? object : -1;
          }
          return real(hint, size, protection, flags & ~MAP_ANONYMOUS,
                      (flags & MAP_ANONYMOUS) != 0 ? object : descriptor, offset);
      });
FAULT("mmap.anon-shared", "memory is not cleared before it is given out", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          static_cast<char*>(address)[size - 1] = 's'; // left by whoever had it before
          return address;
      });

TEST_CASE(
    "mmap.fork-private"
    * says("a private mapping is copied by fork: stores made before are in both processes, stores made after "
           "in one only")
    * observed_by("a file's and an anonymous private mapping: what parent and child find before and after the "
                  "other's stores")
    * shall("POSIX.1-2024 fork()", "POSIX.1-2024 mmap()", "mmap(2)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const Mapping of_file{file.descriptor(), page_size(), MAP_PRIVATE};
    void* address = map_without_file(page_size(), MAP_PRIVATE);
    REQUIRE(address != MAP_FAILED);
    const Mapping anonymous{address, page_size()};
    const Event parent_stored;
    const Event child_stored;
    for (const Mapping* mapping : {&of_file, &anonymous})
    {
        mapping->store(0, "before, before");
    }
    Peer child = spawn("child", [&] {
        parent_stored.wait();
        for (const Mapping* mapping : {&of_file, &anonymous})
        {
            CHECK(mapping->load(0, 14) == "before, before");
            mapping->store(8, "child!");
        }
        child_stored.set();
    });

    for (const Mapping* mapping : {&of_file, &anonymous})
    {
        mapping->store(0, "parent");
    }
    parent_stored.set();
    child_stored.wait();
    for (const Mapping* mapping : {&of_file, &anonymous})
    {
        CHECK(mapping->load(0, 14) == "parent, before");
    }
    CHECK(finished(child));
}

FAULT("mmap.fork-private", "parent and child share the pages", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          return real(hint, size, protection, (flags & ~MAP_PRIVATE) | MAP_SHARED, descriptor, offset);
      });
FAULT("mmap.fork-private", "anonymous memory is shared after fork", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          const bool anonymous = (flags & MAP_ANONYMOUS) != 0;
          return real(hint, size, protection, anonymous ? (flags & ~MAP_PRIVATE) | MAP_SHARED : flags, descriptor,
                      offset);
      });
FAULT("mmap.fork-private", "the child starts with the file instead of the parent's changes", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          if ((flags & MAP_ANONYMOUS) != 0)
          {
              return real(hint, size, protection, flags, descriptor, offset);
          }
          ::pthread_atfork(nullptr, nullptr, [] {
              const auto& [start, length, mapped, place] = mapping_faults::latest;
              ::mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, mapped, place);
          });
          return mapping_faults::remembered(real, hint, size, protection, flags, descriptor, offset);
      });

TEST_CASE(
    "mmap.concurrent-atomic" * says("atomic additions by several processes to one shared mapping are never lost")
    * observed_by(
        "four processes, each with a mapping of its own of the file, make 100000 atomic additions each: the sum")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 Memory Ordering and Synchronization", "mmap(2)"))
{
    using Counter = std::atomic<unsigned>;
    static_assert(Counter::is_always_lock_free);
    constexpr unsigned adders = 4;
    constexpr unsigned additions = 100'000;
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const Mapping mapping{file.descriptor(), page_size()};
    const Event start;
    const Event all_done;
    const Shared<std::atomic<unsigned>> done;
    const auto adder = [&] {
        Mapping own{file.descriptor(), page_size()}; // at an address of its own
        auto& counter = *reinterpret_cast<Counter*>(own.data());
        start.wait();
        for (unsigned addition = 0; addition < additions; ++addition)
        {
            counter.fetch_add(1, std::memory_order_relaxed);
        }
        if (done->fetch_add(1) + 1 == adders)
        {
            all_done.set();
        }
        all_done.wait(); // copies that are handed on at the unmap must not make up a sum
        own.unmap();
    };
    Peer first = spawn("first", adder);
    Peer second = spawn("second", adder);
    Peer third = spawn("third", adder);
    Peer fourth = spawn("fourth", adder);

    start.set();
    for (Peer* peer : {&first, &second, &third, &fourth})
    {
        CHECK(finished(*peer));
    }
    const unsigned sum = *reinterpret_cast<const Counter*>(mapping.data());
    observe("sum", sum);
    CHECK(sum == adders * additions);
}

FAULT("mmap.concurrent-atomic", "every process adds to a copy", os::mmap, mapping_faults::private_copy);
FAULT(
    "mmap.concurrent-atomic", "copies are written back when they are unmapped, the last one wins", os::mmap,
    [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor, off_t offset) -> void* {
        return mapping_faults::remembered(
            [&](auto... arguments) { return mapping_faults::private_copy(real, arguments...); }, hint, size,
            protection, flags, descriptor, offset);
    },
    os::munmap,
    [](auto real, void* address, std::size_t size) -> int {
        const auto& [start, length, descriptor, offset] = mapping_faults::latest;
        return ::pwrite(descriptor, address, size, offset) == -1 ? -1 : real(address, size);
    });
FAULT("mmap.concurrent-atomic", "one addition is lost when a process lets go of the page", os::munmap,
      [](auto real, void* address, std::size_t size) -> int {
          static_cast<std::atomic<unsigned>*>(address)->fetch_sub(1);
          return real(address, size);
      });
