// What mappings cost in memory and in addresses, and what a process can ask for about it.
//
// No case asserts that a page leaves memory: the requests that ask for it are requests.
#include "fixtures/address_space.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/disk_file.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <cstdint>

using namespace ipc_conform;

TEST_CASE(
    "mmap.pageout"
    * says("a process can ask for the eviction of clean file pages, see by mincore() what became of the "
           "request, and loses no byte by it")
    * observed_by(
        "mincore after MADV_PAGEOUT and after POSIX_FADV_DONTNEED is recorded; every byte is compared each time")
    * on("Linux", "the request is accepted; right after it pages were seen to stay in memory on one run and to "
                  "leave it on another")
    * platform("Linux", "madvise(2)", "posix_fadvise(2)", "mincore(2)"))
{
    const std::string content = random_bytes(3 * page_size(), 16);
    const DiskFile file{content};
    {
        const Mapping mapping{file, content.size()};
        set_up(os::mlock(mapping.data(), mapping.size()) == 0);
        CHECK(resident(mapping));
        set_up(os::munlock(mapping.data(), mapping.size()) == 0);
        const int result = permitted(os::madvise(mapping.data(), mapping.size(), MADV_PAGEOUT));
        if (result == -1 && errno == EINVAL)
        {
            unsupported("madvise() does not know MADV_PAGEOUT, as before Linux 5.4");
        }
        REQUIRE(result == 0);
        observe("after MADV_PAGEOUT", resident(mapping).seen());
        CHECK(same_bytes(mapping.load(0, mapping.size()), content));
    }
    CHECK(os::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0);
    const Mapping mapping{file, content.size()};
    observe("after unmapping and POSIX_FADV_DONTNEED", resident(mapping).seen());
    CHECK(same_bytes(mapping.load(0, mapping.size()), content));
}

FAULT("mmap.pageout", "evicted pages come back as zeros", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          ::mmap(address, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return advice == MADV_PAGEOUT ? 0 : real(address, size, advice);
      });
FAULT("mmap.pageout", "pages that the file is said not to need are taken from the file", os::posix_fadvise,
      [](auto real, int descriptor, off_t offset, off_t size, int advice) -> int {
          struct stat status
          {
          };
          ::fstat(descriptor, &status);
          const bool emptied = ::ftruncate(descriptor, 0) == 0 && ::ftruncate(descriptor, status.st_size) == 0;
          return emptied ? real(descriptor, offset, size, advice) : EIO;
      });
FAULT("mmap.pageout", "mincore() says of every page that it is not in memory", os::mincore,
      [](auto real, void* address, std::size_t size, unsigned char* pages) -> int {
          const int result = real(address, size, pages);
          std::fill_n(pages, (size + page_size() - 1) / page_size(), static_cast<unsigned char>(0));
          return result;
      });
FAULT("mmap.pageout", "pages that are mapped are refused", os::madvise,
      [](auto /*real*/, void*, std::size_t, int) -> int {
          errno = EBUSY;
          return -1;
      });

TEST_CASE(
    "mmap.rss-reclaimable"
    * says("mapping a large file costs addresses, not memory: pages that are never touched add nothing, and "
           "those that were touched can be given back without losing the mapping")
    * observed_by(
        "addresses used and bytes resident after mapping a sparse file, after 4 touches, and after MADV_DONTNEED")
    * on("Linux",
         "of 64 MiB, 4 touches made 0.25 MiB resident, and up to as much for each: a fault brings in neighbours")
    * defined("mmap(2)", "madvise(2)", "mincore(2)", "proc_pid_smaps(5)"))
{
    constexpr std::size_t size = 67'108'864;
    constexpr std::size_t touches = 4;
    constexpr std::size_t little = size / 4; // a touch may bring in many neighbours, but not nearly all
    require_address_space(2 * size);
    require_file_size(size);
    const TemporaryFile file;
    set_up(os::ftruncate(file.descriptor(), static_cast<off_t>(size)) == 0); // sparse

    const std::uint64_t before = addresses_used();
    void* address = permitted(os::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor()));
    REQUIRE(address != MAP_FAILED);
    const Mapping mapping{address, size};
    CHECK(addresses_used() - before >= size);
    CHECK(resident_bytes(mapping) == 0);

    for (std::size_t touch = 0; touch < touches; ++touch)
    {
        CHECK(load(mapping.at(touch * (size / touches))) == 0);
    }
    const std::uint64_t touched = resident_bytes(mapping);
    observe("mapped", size);
    observe("resident for 4 touches", touched);
    CHECK(touched < little);

    CHECK(os::madvise(mapping.data(), mapping.size(), MADV_DONTNEED) == 0);
    CHECK(resident_bytes(mapping) == 0);
    CHECK(addresses_used() - before >= size);
    CHECK(load(mapping.at(size - 1)) == 0);
}

FAULT("mmap.rss-reclaimable", "a mapping is populated when it is made", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          for (std::size_t place = 0; place < size / 3; place += page_size())
          {
              load(static_cast<char*>(address) + place); // a third is too much already
          }
          return address;
      });
FAULT("mmap.rss-reclaimable", "pages are given back together with their addresses", os::madvise,
      [](auto real, void* address, std::size_t size, int advice) -> int {
          const int result = real(address, size, advice);
          ::munmap(static_cast<char*>(address) + size / 2, size / 2);
          return result;
      });
FAULT("mmap.rss-reclaimable", "pages in use cannot be given back", os::madvise,
      [](auto /*real*/, void*, std::size_t, int) {
          errno = EBUSY;
          return -1;
      });

TEST_CASE(
    "mmap.syscall-efault"
    * says("a system call that is given a page beyond the end of the file fails with EFAULT and moves nothing; "
           "no signal is raised")
    * observed_by("write, pread and pwrite by a peer that must not be killed: their errors, the target file, the "
                  "pipe and the size")
    * on("Linux", "EFAULT and no signal") * defined("read(2)", "write(2)", "POSIX.1-2024 mmap()"))
{
    const std::size_t page = page_size();
    const TemporaryFile file{static_cast<off_t>(page)};
    const Mapping mapping{file.descriptor(), 2 * page};
    const TemporaryFile other;
    set_up(os::pwrite(other.descriptor(), "content", 7, 0) == 7);
    const Pipe pipe;

    Peer caller = spawn("caller", [&] {
        CHECK(fails_with(EFAULT, os::write(pipe.write_end, mapping.at(page), 1)));
        CHECK(fails_with(EFAULT, os::pread(other.descriptor(), mapping.at(page), 7, 0)));
        CHECK(fails_with(EFAULT, os::pwrite(other.descriptor(), mapping.at(2 * page - 1), 1, 0)));
    });
    CHECK(finished(caller)); // and not killed by SIGBUS, as it would be by an access of its own
    char bytes[8] = {};
    CHECK(os::pread(other.descriptor(), bytes, sizeof bytes, 0) == 7);
    CHECK(same_bytes({bytes, 7}, "content"));
    set_nonblocking(pipe.read_end);
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, bytes, 1)));
    CHECK(size_of(file.descriptor()) == static_cast<off_t>(page));
}

FAULT("mmap.syscall-efault", "the process is killed as if it had made the access itself", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          load(bytes);
          return real(descriptor, bytes, size);
      });
FAULT("mmap.syscall-efault", "a page beyond the end is written as zeros", os::write,
      [](auto real, int descriptor, const void* /*bytes*/, std::size_t) -> ssize_t {
          return real(descriptor, "", 1);
      });
FAULT("mmap.syscall-efault", "what is read into such a page goes nowhere, without an error", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t offset) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size, offset);
          return got == -1 ? static_cast<ssize_t>(size) : got;
      });
FAULT("mmap.syscall-efault", "it fails with EIO, as if the device were broken", os::pwrite,
      [](auto real, int descriptor, const void* bytes, std::size_t size, off_t offset) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size, offset);
          errno = got == -1 ? EIO : errno;
          return got;
      });
