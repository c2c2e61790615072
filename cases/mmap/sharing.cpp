// Who sees what is stored in a mapping.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <pthread.h>

using namespace ipc_conform;

TEST_CASE("mmap.shared-visible"
          * says("a store through MAP_SHARED is seen by an unrelated process that maps the same file")
          * observed_by(
              "a stranger has read the page through its own mapping, then finds the new bytes there, and answers")
          * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t last = page_size() - 1;
    const TemporaryFile file{static_cast<off_t>(page_size())};
    set_up(os::pwrite(file.descriptor(), "early", 5, 0) == 5);
    const Mapping mapping{file.descriptor(), page_size()};
    const Event mapped;
    const Event stored;
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& path, std::size_t place, const Event& looking, const Event& there) {
            const Descriptor same{arranged(os::open(path.c_str(), O_RDWR))};
            const Mapping own{same, page_size()};
            CHECK(own.load(0, 5) == "early"); // its page is in use before the store comes
            looking.set();
            there.wait();
            CHECK(own.load(0, 5) == "there");
            own.store(place, "b");
        },
        file.path(), last, mapped, stored);

    mapped.wait();
    mapping.store(0, "there");
    stored.set();
    CHECK(finished(stranger));
    CHECK(same_bytes(mapping.load(last, 1), "b")); // and back
}

FAULT("mmap.shared-visible", "every process gets a private copy", os::mmap, mapping_faults::private_copy);
FAULT("mmap.shared-visible", "a mapping shows the file as it was when it was mapped", os::mmap,
      mapping_faults::snapshot);

TEST_CASE(
    "mmap.private-isolated"
    * says("a store through MAP_PRIVATE is not seen through the file, another mapping or another process")
    * observed_by("after the store: a peer's private mapping, a shared mapping, and pread, again after munmap")
    * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    set_up(os::pwrite(file.descriptor(), "file", 4, 0) == 4);
    const Mapping shared{file.descriptor(), page_size()};
    Mapping isolated{file.descriptor(), page_size(), MAP_PRIVATE};
    const Event stored;
    Peer peer = spawn("peer", [&] {
        const Mapping own{file.descriptor(), page_size(), MAP_PRIVATE};
        stored.wait();
        CHECK(own.load(0, 4) == "file");
    });
    const auto in_the_file = [&] {
        std::string bytes(4, '\0');
        CHECK(os::pread(file.descriptor(), bytes.data(), bytes.size(), 0) == 4);
        return bytes;
    };

    isolated.store(0, "mine");
    stored.set();
    CHECK(finished(peer));
    CHECK(isolated.load(0, 4) == "mine");
    CHECK(shared.load(0, 4) == "file");
    CHECK(in_the_file() == "file");
    isolated.unmap();
    CHECK(in_the_file() == "file"); // nor does the store come out when its page goes
}

FAULT("mmap.private-isolated", "a private store is written through", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          return real(hint, size, protection, (flags & ~MAP_PRIVATE) | MAP_SHARED, descriptor, offset);
      });
FAULT("mmap.private-isolated", "private pages are written to the file when they are unmapped", os::mmap,
      mapping_faults::remembered, os::munmap, [](auto real, void* address, std::size_t size) -> int {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          return ::pwrite(descriptor, address, size, offset) == -1 ? -1 : real(address, size);
      });

TEST_CASE(
    "mmap.fork-shared" * says("a shared mapping stays shared across fork, in both directions")
    * observed_by("what the child finds before and after its parent's store, and the parent after the child's")
    * shall("POSIX.1-2024 fork()", "POSIX.1-2024 mmap()"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const Mapping mapping{file.descriptor(), page_size()};
    mapping.store(0, "before");
    const Event looked;
    const Event stored;
    Peer child = spawn("child", [&] {
        CHECK(mapping.load(0, 6) == "before");
        looked.set();
        stored.wait();
        CHECK(mapping.load(0, 6) == "after!");
        mapping.store(0, "answer");
    });

    looked.wait();
    mapping.store(0, "after!");
    stored.set();
    CHECK(finished(child));
    CHECK(mapping.load(0, 6) == "answer");
}

FAULT("mmap.fork-shared", "the pages are copied when either process stores", os::mmap,
      mapping_faults::private_copy);
FAULT("mmap.fork-shared", "fork gives the child a copy of its own", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          ::pthread_atfork(nullptr, nullptr, [] {
              const auto& [start, length, file, place] = mapping_faults::latest;
              ::mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, place);
              auto* const first = static_cast<volatile char*>(start);
              *first = *first; // the store that makes it a copy
          });
          return mapping_faults::remembered(real, hint, size, protection, flags, descriptor, offset);
      });

TEST_CASE(
    "mmap.close-keeps" * says("closing the descriptor keeps the mapping, and it still reaches the file")
    * observed_by(
        "after close the bytes are there, and a store is found through another mapping of the file opened anew")
    * on("Darwin", "the same, by reading its manual mmap(2)")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 close()", "mmap(2)"))
{
    const OwnedPath path;
    Descriptor file{arranged(os::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600))};
    set_up(os::write(file, "content", 7) == 7);
    const Mapping mapping{file, page_size()};

    CHECK(os::close(file.release()) == 0);
    CHECK(same_bytes(mapping.load(0, 7), "content"));
    mapping.store(0, "altered");
    const Descriptor again{arranged(os::open(path.c_str(), O_RDWR))};
    const Mapping other{again, page_size()};
    CHECK(same_bytes(other.load(0, 7), "altered"));
}

FAULT("mmap.close-keeps", "close takes the file's pages away", os::mmap, mapping_faults::remembered, os::close,
      [](auto real, int descriptor) -> int {
          const auto& [start, length, file, place] = mapping_faults::latest;
          ::mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return real(descriptor);
      });
FAULT("mmap.close-keeps", "after close stores no longer reach the file", os::mmap, mapping_faults::remembered,
      os::close, [](auto real, int descriptor) -> int {
          const auto& [start, length, file, place] = mapping_faults::latest;
          ::mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, place);
          return real(descriptor);
      });
FAULT("mmap.close-keeps", "close unmaps", os::mmap, mapping_faults::remembered, os::close,
      [](auto real, int descriptor) -> int {
          ::munmap(mapping_faults::latest.address, mapping_faults::latest.size);
          return real(descriptor);
      });
