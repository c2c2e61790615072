// What a descriptor must allow before its file can be mapped.
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"

#include <climits>

using namespace ipc_conform;

TEST_CASE("mmap.badfd"
          * says("a descriptor that is not open fails with EBADF, and nothing is mapped in place of the file")
          * observed_by("the error for -1, a closed descriptor and INT_MAX, shared and private; with an open one "
                        "the same call succeeds")
          * on("Darwin", "the same, by reading kern_mman.c") * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const int open_once = arranged(os::dup(file.descriptor()));
    set_up(os::close(open_once) == 0);

    for (const int descriptor : {-1, open_once, INT_MAX})
    {
        for (const int sharing : {MAP_SHARED, MAP_PRIVATE})
        {
            CHECK(fails_with(EBADF, os::mmap(nullptr, page_size(), PROT_READ, sharing, descriptor)));
        }
    }
    void* address = os::mmap(nullptr, page_size(), PROT_READ, MAP_SHARED, file.descriptor());
    REQUIRE(address != MAP_FAILED); // it was the descriptor and nothing else
    CHECK(same_bytes(Mapping(address, page_size()).load(0, 1), std::string(1, '\0')));
}

FAULT("mmap.badfd", "a bad descriptor stands for no file: the mapping is anonymous", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          return address != MAP_FAILED || errno != EBADF
                     ? address
                     : real(hint, size, protection, flags | MAP_ANONYMOUS, -1, 0);
      });
FAULT("mmap.badfd", "-1 stands for no file, as it does beside MAP_ANONYMOUS", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          return real(hint, size, protection, descriptor == -1 ? flags | MAP_ANONYMOUS : flags, descriptor,
                      offset);
      });
FAULT("mmap.badfd", "close leaves the file behind its number", os::close,
      [](auto /*real*/, int) -> int { return 0; });
FAULT("mmap.badfd", "the wrong errno", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          errno = address == MAP_FAILED ? EINVAL : errno;
          return address;
      });

TEST_CASE("mmap.access-ro-shared"
          * says("a file open for reading only cannot be mapped shared and writable (EACCES), but private and "
                 "writable, and stays as it is")
          * observed_by("errors of two shared writable mappings; a store to the private one shows neither in the "
                        "file nor in a shared one")
          * on("Darwin", "the same, by reading kern_mman.c") * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    set_up(os::pwrite(file.descriptor(), "file", 4, 0) == 4);
    const Descriptor readable{arranged(os::open(file.c_str(), O_RDONLY))};
    const auto map = [&](int protection, int sharing) {
        return os::mmap(nullptr, page_size(), protection, sharing, readable);
    };

    CHECK(fails_with(EACCES, map(PROT_READ | PROT_WRITE, MAP_SHARED)));
    CHECK(fails_with(EACCES, map(PROT_WRITE, MAP_SHARED)));
    void* seen = map(PROT_READ, MAP_SHARED);
    REQUIRE(seen != MAP_FAILED);
    const Mapping shared{seen, page_size()};
    void* copied = map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
    REQUIRE(copied != MAP_FAILED);
    Mapping isolated{copied, page_size()};

    isolated.store(0, "mine");
    CHECK(same_bytes(isolated.load(0, 4), "mine"));
    CHECK(same_bytes(shared.load(0, 4), "file"));
    isolated.unmap();
    std::string bytes(4, '\0');
    CHECK(os::pread(readable, bytes.data(), bytes.size(), 0) == 4);
    CHECK(same_bytes(bytes, "file"));
}

namespace
{

// A system that never looks at the access mode: every descriptor is good for reading and writing.
constexpr auto writable_anyway = [](auto real, const char* path, int flags, mode_t mode) -> int {
    return real(path, (flags & ~O_ACCMODE) | O_RDWR, mode);
};

} // namespace

FAULT("mmap.access-ro-shared", "the access mode of the descriptor is not looked at", os::open, writable_anyway);
FAULT("mmap.access-ro-shared", "a shared mapping that may not be written is made private instead", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          return address != MAP_FAILED || errno != EACCES
                     ? address
                     : real(hint, size, protection, (flags & ~MAP_SHARED) | MAP_PRIVATE, descriptor, offset);
      });
FAULT("mmap.access-ro-shared", "PROT_WRITE needs write access although the mapping is private", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          errno = EACCES;
          return (protection & PROT_WRITE) != 0 ? MAP_FAILED
                                                : real(hint, size, protection, flags, descriptor, offset);
      });
FAULT("mmap.access-ro-shared", "what a private mapping holds is written to the file", os::open, writable_anyway,
      os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0)
          {
              errno = EACCES;
              return MAP_FAILED;
          }
          return real(hint, size, protection, (flags & ~MAP_PRIVATE) | MAP_SHARED, descriptor, offset);
      });
FAULT("mmap.access-ro-shared", "the wrong errno", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          errno = address == MAP_FAILED ? EPERM : errno;
          return address;
      });
