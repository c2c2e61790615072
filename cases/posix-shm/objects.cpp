// What a name stands for: one object for all who open it, sized at will, alive as long as it is used.
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_object.hpp"
#include "fixtures/stranger.hpp"

#include <cstring>

using namespace ipc_conform;

TEST_CASE(
    "posix-shm.shared-name"
    * says("two unrelated processes that map the object of one name see each other's stores")
    * observed_by(
        "a stranger opens the name: text is seen across before it maps, and both ways while both have it mapped")
    * shall("POSIX.1-2024 shm_open()", "POSIX.1-2024 mmap()", "shm_overview(7)"))
{
    const SharedObject object{static_cast<off_t>(page_size())};
    const ObjectMapping memory{object.descriptor(), page_size()};
    REQUIRE(memory);
    memory.write("before the map");
    const Event answered;
    const Event replied;
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& name, const Event& answer, const Event& reply) {
            const Descriptor opened{os::shm_open(name.c_str(), O_RDWR)};
            REQUIRE(opened != -1);
            const ObjectMapping theirs{opened, page_size()};
            REQUIRE(theirs);
            CHECK(theirs.text() == "before the map");
            theirs.write("answer");
            answer.set();
            reply.wait();
            CHECK(theirs.text() == "reply");
        },
        object.name(), answered, replied);

    answered.wait();
    CHECK(memory.text() == "answer");
    memory.write("reply"); // while both have it mapped
    replied.set();
    CHECK(finished(stranger));
}

FAULT("posix-shm.shared-name", "a mapping is a copy of the object", os::mmap,
      [](auto real, void* wish, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          return real(wish, size, protection, (flags & ~MAP_SHARED) | MAP_PRIVATE, descriptor, offset);
      });
FAULT("posix-shm.shared-name", "a name means something only in the process that made the object", os::shm_open,
      [](auto real, const char* name, int flags, mode_t mode) -> int {
          errno = ENOENT;
          return (flags & O_CREAT) != 0 ? real(name, flags, mode) : -1;
      });

TEST_CASE("posix-shm.resize-again"
          * says("ftruncate may be repeated on an object: it grows and shrinks, and what it keeps is unchanged")
          * observed_by("ftruncate to 100, 300000 and 50 bytes: the size each time, stored bytes kept, a store to "
                        "the new last byte")
          * on("Darwin", "departs: sized once only, a later ftruncate fails with EINVAL, by reading posix_shm.c")
          * shall("POSIX.1-2024 ftruncate()", "shm_open(3)"))
{
    constexpr off_t larger = 300'000; // more than one page on every system
    const SharedObject object;
    require_room(object.descriptor(), larger);
    CHECK(permitted(os::ftruncate(object.descriptor(), 100)) == 0);
    CHECK(size_of(object.descriptor()) == 100);
    const ObjectMapping memory{object.descriptor(), 100};
    REQUIRE(memory);
    store(memory.address(), 'a');
    store(memory.address() + 49, 'b');
    store(memory.address() + 99, 'c');

    CHECK(permitted(os::ftruncate(object.descriptor(), larger)) == 0);
    CHECK(size_of(object.descriptor()) == larger);
    const ObjectMapping whole{object.descriptor(), larger};
    REQUIRE(whole);
    CHECK(harmless(fault_of([&] { store(whole.address() + larger - 1, 'd'); }, whole.address())));
    CHECK(load(whole.address() + 99) == 'c');

    CHECK(os::ftruncate(object.descriptor(), 50) == 0);
    CHECK(size_of(object.descriptor()) == 50);
    CHECK(load(memory.address()) == 'a');
    CHECK(load(memory.address() + 49) == 'b');
}

namespace
{

off_t current_size(int descriptor)
{
    struct stat status
    {
    };
    ::fstat(descriptor, &status);
    return status.st_size;
}

} // namespace

FAULT("posix-shm.resize-again", "an object can be sized only once", os::ftruncate,
      [](auto real, int descriptor, off_t size) -> int {
          errno = EINVAL;
          return current_size(descriptor) == 0 ? real(descriptor, size) : -1;
      });
FAULT("posix-shm.resize-again", "an object never shrinks", os::ftruncate,
      [](auto real, int descriptor, off_t size) -> int {
          return size < current_size(descriptor) ? 0 : real(descriptor, size);
      });
FAULT("posix-shm.resize-again", "growing starts with an empty object", os::ftruncate,
      [](auto real, int descriptor, off_t size) -> int {
          return real(descriptor, 0) == 0 ? real(descriptor, size) : -1;
      });

TEST_CASE("posix-shm.unlink-mapped"
          * says("an unlinked object lives on in its mappings and descriptors, and its name can get a new object")
          * observed_by("after shm_unlink: ENOENT, an empty object made anew under the name, and each object's "
                        "text apart, also mapped later")
          * on("Darwin", "the same: objects are counted by reference, by reading posix_shm.c")
          * shall("POSIX.1-2024 shm_unlink()"))
{
    const SharedObject old_object{static_cast<off_t>(page_size())};
    const ObjectMapping old_memory{old_object.descriptor(), page_size()};
    REQUIRE(old_memory);
    old_memory.write("old");
    CHECK(os::shm_unlink(old_object.c_str()) == 0);
    CHECK(fails_with(ENOENT, os::shm_open(old_object.c_str(), O_RDWR)));

    const Descriptor renewed{permitted(os::shm_open(old_object.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600))};
    REQUIRE(renewed != -1);
    CHECK(size_of(renewed) == 0);
    set_up(os::ftruncate(renewed, static_cast<off_t>(page_size())) == 0);
    require_room(renewed, static_cast<off_t>(page_size()));
    const ObjectMapping new_memory{renewed, page_size()};
    REQUIRE(new_memory);
    new_memory.write("new");

    CHECK(old_memory.text() == "old");
    old_memory.write("still used");
    const ObjectMapping mapped_later{old_object.descriptor(), page_size()};
    REQUIRE(mapped_later);
    CHECK(mapped_later.text() == "still used");
    CHECK(new_memory.text() == "new");
}

FAULT("posix-shm.unlink-mapped", "unlinking clears what is mapped", os::shm_unlink,
      [](auto real, const char* name) -> int {
          const Descriptor opened{::shm_open(name, O_RDWR, 0)};
          const std::string zeroes(page_size(), '\0');
          void* const address = ::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0);
          std::memcpy(address, zeroes.data(), zeroes.size());
          ::munmap(address, page_size());
          return real(name);
      });
FAULT("posix-shm.unlink-mapped", "the name is taken until the object is unmapped", os::shm_unlink,
      [](auto /*real*/, const char*) -> int { return 0; });
FAULT("posix-shm.unlink-mapped", "the name gets its old object back", os::shm_open,
      [kept = -1](auto real, const char* name, int flags, mode_t mode) mutable -> int {
          if (kept != -1 && (flags & O_CREAT) != 0)
          {
              return kept;
          }
          const int descriptor = real(name, flags, mode);
          kept = descriptor != -1 ? ::dup(descriptor) : kept;
          return descriptor;
      });
