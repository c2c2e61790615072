// Which pages of a mapping are in memory, and how a process lets go of them.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace ipc_conform;

namespace
{

constexpr int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

// '1' for each page in memory, '0' for each other one, and what stands behind the answer.
std::string residency(const Mapping& mapping, std::size_t size)
{
    constexpr unsigned char untouched = 0xA4;
    std::vector<unsigned char> pages(mapping.size() / page_size() + 1, untouched);
    REQUIRE(permitted(os::mincore(mapping.data(), size, pages.data())) == 0);
    std::string seen;
    for (const unsigned char page : pages)
    {
        seen += page == untouched ? '-' : (page & 1U) != 0 ? '1' : '0';
    }
    return seen;
}

std::size_t pages_of(std::size_t size)
{
    return (size + page_size() - 1) / page_size();
}

} // namespace

TEST_CASE("mmap.mincore"
          * says("mincore reports the touched pages of anonymous memory as resident and the untouched ones as not")
          * observed_by("the vector before and after stores to two of four pages, and for shorter ranges; nothing "
                        "behind it is written")
          * on("Darwin", "the vector has more bits, by its manual; the case does not apply")
          * platform("Linux", "mincore(2)"))
{
    const std::size_t page = page_size();
    const Mapping mapping{-1, 4 * page, anonymous};
    keep_pages_small(mapping);

    CHECK(residency(mapping, 4 * page) == "0000-");
    mapping.store(0, "touched");
    mapping.store(3 * page - 1, "t");
    CHECK(residency(mapping, 4 * page) == "1010-");
    CHECK(residency(mapping, 2 * page + 1) == "101--"); // part of a page is the page
    CHECK(residency(mapping, page) == "1----");
}

FAULT("mmap.mincore", "every page is resident", os::mincore,
      [](auto /*real*/, void*, std::size_t size, unsigned char* pages) -> int {
          std::fill_n(pages, pages_of(size), 1);
          return 0;
      });
FAULT("mmap.mincore", "no page is resident", os::mincore,
      [](auto /*real*/, void*, std::size_t size, unsigned char* pages) -> int {
          std::fill_n(pages, pages_of(size), 0);
          return 0;
      });
FAULT("mmap.mincore", "the answer is one page longer than the range", os::mincore,
      [](auto real, void* address, std::size_t size, unsigned char* pages) -> int {
          pages[pages_of(size)] = 0;
          return real(address, size, pages);
      });
FAULT("mmap.mincore", "a part of a page at the end of the range is left out", os::mincore,
      [](auto real, void* address, std::size_t size, unsigned char* pages) -> int {
          return real(address, size / page_size() * page_size(), pages);
      });

TEST_CASE("mmap.dontneed-anon"
          * says("MADV_DONTNEED drops private anonymous pages at once, so that they read as zeros; locked pages "
                 "it leaves alone (EINVAL)")
          * observed_by("the middle one of three pages: mincore's vector, zeros there and the neighbours kept; "
                        "EINVAL for a locked page")
          * on("Darwin", "advice only, the data is kept, by documentation; the case does not apply")
          * platform("Linux", "madvise(2)"))
{
    const std::size_t page = page_size();
    const Mapping mapping{-1, 3 * page, anonymous};
    keep_pages_small(mapping);
    mapping.store(0, std::string(3 * page, 'x'));

    CHECK(os::madvise(mapping.at(page), page, MADV_DONTNEED) == 0);
    CHECK(residency(mapping, 3 * page) == "101-");
    CHECK(same_bytes(mapping.load(page, page), std::string(page, '\0')));
    CHECK(same_bytes(mapping.load(0, page), std::string(page, 'x')));
    CHECK(same_bytes(mapping.load(2 * page, page), std::string(page, 'x')));

    set_up(os::mlock(mapping.data(), page) == 0);
    CHECK(fails_with(EINVAL, os::madvise(mapping.data(), page, MADV_DONTNEED)));
    CHECK(same_bytes(mapping.load(0, page), std::string(page, 'x')));
}

FAULT("mmap.dontneed-anon", "the pages are kept until memory is short", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          return advice == MADV_DONTNEED ? 0 : real(address, size, advice);
      });
FAULT("mmap.dontneed-anon", "the page after the range is dropped, too", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          return real(address, advice == MADV_DONTNEED ? size + page_size() : size, advice);
      });
FAULT("mmap.dontneed-anon", "locked pages are dropped like others", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          if (advice == MADV_DONTNEED)
          {
              ::munlock(address, size);
          }
          return real(address, size, advice);
      });
FAULT("mmap.dontneed-anon", "locked pages are cleared before they are refused", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          const int result = real(address, size, advice);
          if (result == -1 && advice == MADV_DONTNEED)
          {
              std::memset(address, 0, size);
              errno = EINVAL;
          }
          return result;
      });

TEST_CASE(
    "mmap.dontneed-shared"
    * says("MADV_DONTNEED loses nothing of a shared mapping; of a private one it loses the changes and the "
           "file's bytes come back")
    * observed_by("the bytes after the call of an anonymous shared, a shared file and a private file mapping")
    * platform("Linux", "madvise(2)"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(2 * page)};
    set_up(os::pwrite(file.descriptor(), "file", 4, static_cast<off_t>(page)) == 4);
    const Mapping without_file{-1, page, MAP_SHARED | MAP_ANONYMOUS};
    const Mapping shared{file.descriptor(), 2 * page};
    const Mapping isolated{file.descriptor(), 2 * page, MAP_PRIVATE};
    for (const Mapping* mapping : {&without_file, &shared})
    {
        mapping->store(0, "kept");
        CHECK(os::madvise(mapping->data(), mapping->size(), MADV_DONTNEED) == 0);
        CHECK(same_bytes(mapping->load(0, 4), "kept"));
    }

    isolated.store(page, "mine");
    CHECK(os::madvise(isolated.data(), isolated.size(), MADV_DONTNEED) == 0);
    CHECK(same_bytes(isolated.load(0, 4), "kept"));
    CHECK(same_bytes(isolated.load(page, 4), "file"));
    CHECK(same_bytes(shared.load(page, 4), "file"));
}

FAULT("mmap.dontneed-shared", "what was stored in a shared mapping is lost", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          const int result = real(address, size, advice);
          std::memset(address, 0, size);
          return result;
      });
FAULT("mmap.dontneed-shared", "shared memory without a file has nowhere to come back from", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          const bool in_memory = (flags & MAP_ANONYMOUS) != 0;
          return real(hint, size, protection, in_memory ? (flags & ~MAP_SHARED) | MAP_PRIVATE : flags, descriptor,
                      offset);
      });
FAULT("mmap.dontneed-shared", "private changes are kept", os::madvise,
      [](auto /*real*/, void*, std::size_t, int) -> int { return 0; });
FAULT("mmap.dontneed-shared", "a dropped private page is empty, whatever the file holds", os::mmap,
      mapping_faults::remembered, os::madvise, [](auto real, void* address, std::size_t size, int advice) -> int {
          const int result = real(address, size, advice);
          if (address == mapping_faults::latest.address)
          {
              std::memset(address, 0, size);
          }
          return result;
      });
FAULT("mmap.dontneed-shared", "private changes are written to the file before they are dropped", os::mmap,
      mapping_faults::remembered, os::madvise, [](auto real, void* address, std::size_t size, int advice) -> int {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          const bool written = address != start || ::pwrite(descriptor, address, size, offset) != -1;
          return written ? real(address, size, advice) : -1;
      });
