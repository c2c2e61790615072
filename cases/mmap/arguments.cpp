// What mmap() accepts.
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;

TEST_CASE(
    "mmap.off-align"
    * says("an offset that is no multiple of the page size fails with EINVAL, or is mapped as it is given")
    * observed_by(
        "mmap at four offsets that are no multiple of the page size: EINVAL, or the file's bytes from just there")
    * on("Linux", "EINVAL; the page size is 4096 on x86-64")
    * on("Darwin", "EINVAL, by reading kern_mman.c; the page size is 16384 on arm64")
    * may("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t page = page_size();
    observe("page size", page);
    std::string content;
    while (content.size() < 3 * page)
    {
        content += static_cast<char>('a' + content.size() % 23); // no power of two: shifted bytes differ
    }
    const TemporaryFile file;
    set_up(os::write(file.descriptor(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    const auto map_from = [&](std::size_t offset) {
        return permitted(os::mmap(nullptr, page, PROT_READ, MAP_SHARED, file.descriptor(), offset));
    };

    int refused = 0;
    const std::size_t unaligned[] = {1, page / 2, page - 1, page + 1};
    for (const std::size_t offset : unaligned)
    {
        void* address = map_from(offset);
        if (address == MAP_FAILED)
        {
            CHECK(fails_with(EINVAL, address));
            ++refused;
            continue;
        }
        CHECK(same_bytes(Mapping(address, page).load(0, page), content.substr(offset, page)));
    }
    observe("variant", refused == 0                       ? "mapped as given"
                       : refused == std::ssize(unaligned) ? "EINVAL"
                                                          : "by offset");

    void* address = map_from(page);
    REQUIRE(address != MAP_FAILED);
    CHECK(same_bytes(Mapping(address, page).load(0, page), content.substr(page, page)));
}

FAULT("mmap.off-align", "the offset is silently rounded down", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          const auto page = static_cast<off_t>(page_size());
          return real(hint, size, protection, flags, descriptor, offset / page * page);
      });
FAULT("mmap.off-align", "only the part of the offset below a disk block is looked at", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          constexpr off_t block = 512;
          const auto page = static_cast<off_t>(page_size());
          return real(hint, size, protection, flags, descriptor,
                      offset % block == 0 ? offset / page * page : offset);
      });
FAULT("mmap.off-align", "the wrong errno", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          errno = address == MAP_FAILED ? EOVERFLOW : errno;
          return address;
      });
