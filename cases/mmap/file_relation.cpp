// What a mapping shares with its file: which bytes, for how long, and what stays on one side only.
#include "cases/mmap/faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/disk_file.hpp"
#include "fixtures/file_times.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <map>

using namespace ipc_conform;

namespace
{

std::string content_of(int descriptor, std::size_t size)
{
    std::string bytes(size, '\0');
    const ssize_t got = os::pread(descriptor, bytes.data(), bytes.size(), 0);
    set_up(got >= 0);
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

} // namespace

TEST_CASE("mmap.partial" * says("a part of a file, from a page-aligned offset on, maps exactly those file bytes")
          * observed_by("pages 3 and 4 of a numbered file are mapped: their bytes, and two stores found in the "
                        "file there and nowhere else")
          * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::size_t page = page_size();
    std::string content;
    for (char number = '0'; number < '8'; ++number)
    {
        content.append(page, number);
    }
    const TemporaryFile file;
    set_up(os::write(file.descriptor(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));

    void* address =
        permitted(os::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 3 * page));
    REQUIRE(address != MAP_FAILED);
    const Mapping part{address, 2 * page};
    CHECK(same_bytes(part.load(0, 2 * page), content.substr(3 * page, 2 * page)));
    part.store(0, "first");
    part.store(2 * page - 4, "last");
    content.replace(3 * page, 5, "first").replace(5 * page - 4, 4, "last");
    CHECK(same_bytes(content_of(file.descriptor(), content.size() + 1), content)); // there and nowhere else
}

FAULT("mmap.partial", "the offset is ignored", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor, off_t) -> void* {
          return real(hint, size, protection, flags, descriptor, 0);
      });
FAULT("mmap.partial", "the offset is rounded down to eight pages, a large page's worth", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          const auto large = static_cast<off_t>(8 * page_size());
          return real(hint, size, protection, flags, descriptor, offset / large * large);
      });
FAULT("mmap.partial", "only the first page is at the offset, the others are counted from the file's start",
      os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* address = real(hint, size, protection, flags, descriptor, offset);
          const std::size_t page = page_size();
          ::mmap(static_cast<char*>(address) + page, size - page, protection, flags | MAP_FIXED, descriptor,
                 static_cast<off_t>(page));
          return address;
      });

TEST_CASE("mmap.tail-no-grow"
          * says("a store between the end of the file and the end of its last page does not enlarge the file and "
                 "is not returned by read()")
          * observed_by("stores behind the last byte and at the page's end: the file's size and content at once, "
                        "after msync, after munmap")
          * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 read()", "mmap(2)"))
{
    const std::size_t page = page_size();
    const std::string content(page + 100, 'f');
    const auto size = static_cast<off_t>(content.size());
    const TemporaryFile file;
    set_up(os::write(file.descriptor(), content.data(), content.size()) == size);
    Mapping mapping{file.descriptor(), 2 * page};
    const auto unchanged = [&] {
        const off_t now = size_of(file.descriptor());
        return now == size ? same_bytes(content_of(file.descriptor(), 2 * page), content)
                           : Finding::no(fmt::format("the file has {} bytes instead of {}", now, size));
    };

    mapping.store(content.size(), "tail"); // right behind the last byte …
    mapping.store(2 * page - 3, "end");    // … and at the end of the page
    CHECK(unchanged());
    CHECK(os::msync(mapping.data(), mapping.size(), MS_SYNC) == 0);
    CHECK(unchanged());
    mapping.unmap();
    CHECK(unchanged());
}

FAULT(
    "mmap.tail-no-grow", "writing the last page back makes the file end with it", os::msync,
    [](auto real, void* address, std::size_t size, int flags) -> int {
        const int result = real(address, size, flags);
        const auto& [start, length, descriptor, offset] = mapping_faults::latest;
        return ::ftruncate(descriptor, static_cast<off_t>(length)) == 0 ? result : -1;
    },
    os::mmap, mapping_faults::remembered);
FAULT("mmap.tail-no-grow", "unmapping the last page makes the file end with it", os::mmap,
      mapping_faults::remembered, os::munmap, [](auto real, void* address, std::size_t size) -> int {
          const int grown = ::ftruncate(mapping_faults::latest.descriptor, static_cast<off_t>(size));
          return grown == 0 ? real(address, size) : -1;
      });
FAULT("mmap.tail-no-grow", "read() does not stop at the end of the file but at that of its page", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t offset) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size, offset);
          return got > 0 ? static_cast<ssize_t>(size) : got;
      });

TEST_CASE("mmap.unlink-keeps"
          * says("unlinking a file keeps its mapping, and a new file of that name has nothing to do with it")
          * observed_by("two mappings, one of the unlinked file and one of a new file under its name: stores to "
                        "each, loads from both")
          * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 unlink()"))
{
    const OwnedPath path;
    const auto made_file = [&] {
        const Descriptor file{arranged(os::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600))};
        set_up(os::ftruncate(file, static_cast<off_t>(page_size())) == 0);
        return Mapping{file, page_size()};
    };
    const Mapping unlinked = made_file();
    unlinked.store(0, "first");

    CHECK(os::unlink(path.c_str()) == 0);
    CHECK(same_bytes(unlinked.load(0, 5), "first"));
    const Mapping fresh = made_file();
    CHECK(same_bytes(fresh.load(0, 5), std::string(5, '\0')));
    fresh.store(0, "newer");
    CHECK(same_bytes(unlinked.load(0, 5), "first"));
    unlinked.store(0, "older");
    CHECK(same_bytes(fresh.load(0, 5), "newer"));
    CHECK(same_bytes(unlinked.load(0, 5), "older"));
}

FAULT(
    "mmap.unlink-keeps", "the name is forgotten, but a new file of that name is the old one", os::unlink,
    [](auto /*real*/, const char*) { return 0; }, os::open,
    [](auto real, const char* path, int flags, mode_t mode) -> int { return real(path, flags & ~O_EXCL, mode); });
FAULT("mmap.unlink-keeps", "the file's pages go with its name", os::mmap, mapping_faults::remembered, os::unlink,
      [](auto real, const char* path) -> int {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          ::mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return real(path);
      });
FAULT("mmap.unlink-keeps", "unlink unmaps", os::mmap, mapping_faults::remembered, os::unlink,
      [](auto real, const char* path) -> int {
          ::munmap(mapping_faults::latest.address, mapping_faults::latest.size);
          return real(path);
      });

TEST_CASE("mmap.msync-private" * says("msync on a private mapping succeeds and writes nothing to the file")
          * observed_by("after a store to a private mapping and msync, both ways, the file by read and by a "
                        "shared mapping is as before")
          * shall("POSIX.1-2024 msync()", "POSIX.1-2024 mmap()", "mmap(2)"))
{
    const std::string content(2 * page_size(), 'f');
    const TemporaryFile file;
    set_up(os::write(file.descriptor(), content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    const Mapping shared{file.descriptor(), content.size()};
    const Mapping isolated{file.descriptor(), content.size(), MAP_PRIVATE};

    for (const int flags : {MS_ASYNC, MS_SYNC})
    {
        isolated.store(0, "mine");
        CHECK(os::msync(isolated.data(), isolated.size(), flags) == 0);
        CHECK(same_bytes(content_of(file.descriptor(), content.size()), content));
        CHECK(same_bytes(shared.load(0, content.size()), content));
        CHECK(same_bytes(isolated.load(0, 5), "minef"));
    }
}

FAULT("mmap.msync-private", "private changes are written to the file", os::mmap, mapping_faults::remembered,
      os::msync, [](auto real, void* address, std::size_t size, int flags) -> int {
          const auto& [start, length, descriptor, offset] = mapping_faults::latest;
          return ::pwrite(descriptor, address, size, offset) == -1 ? -1 : real(address, size, flags);
      });
FAULT("mmap.msync-private", "private changes are given up for the file's bytes", os::msync,
      [](auto real, void* address, std::size_t size, int flags) -> int {
          const int result = real(address, size, flags);
          std::fill_n(static_cast<char*>(address), size, 'f');
          return result;
      });
FAULT("mmap.msync-private", "msync refuses private mappings", os::msync,
      [](auto /*real*/, void*, std::size_t, int) {
          errno = EINVAL;
          return -1;
      });

TEST_CASE(
    "mmap.mtime"
    * says("a store to a shared mapping updates the file's modification and change time at the latest by the "
           "next msync(MS_SYNC)")
    * observed_by("fstat's times before a store and after msync, twice; the clock of the file system is seen to "
                  "go on in between")
    * on("Linux", "it holds on ext4; tmpfs never updates them, so the case wants a file on a disk")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 msync()", "mmap(2)"))
{
    const DiskFile file{std::string(page_size(), 'o')};
    const DiskFile clock{"for its file system's idea of the time"};
    const Mapping mapping{file, page_size()};
    static_cast<void>(mapping.load(0, 1)); // its page is in use, and clean

    for (const std::string_view stored : {"first", "again"}) // the second time the page has been written before
    {
        const FileTimes before = times_of(file);
        await_later(clock, before);
        mapping.store(0, stored);
        CHECK(os::msync(mapping.data(), mapping.size(), MS_SYNC) == 0);
        const FileTimes after = times_of(file);
        CHECK(later(after.modified, before.modified));
        CHECK(later(after.changed, before.changed));
    }
}

namespace
{

// What a file's times were when they were first asked for.
std::map<int, struct stat> first_status; // NOLINT(cert-err58-cpp)

struct stat& remembered_status(int descriptor, const struct stat& status)
{
    return first_status.try_emplace(descriptor, status).first->second;
}

} // namespace

FAULT("mmap.mtime", "stores through a mapping leave no mark on the file's times", os::fstat,
      [](auto real, int descriptor, struct stat* status) -> int {
          const int result = real(descriptor, status);
          *status = remembered_status(descriptor, *status);
          return result;
      });
FAULT("mmap.mtime", "only the modification time is updated", os::fstat,
      [](auto real, int descriptor, struct stat* status) -> int {
          const int result = real(descriptor, status);
          struct stat& first = remembered_status(descriptor, *status);
          change_time(*status) = change_time(first);
          return result;
      });
FAULT("mmap.mtime", "a page that was stored to once stays writable, and later stores go unnoticed", os::fstat,
      [](auto real, int descriptor, struct stat* status) -> int {
          static int asked = 0;
          static struct stat second
          {
          };
          const int result = real(descriptor, status);
          if (++asked <= 2)
          {
              second = *status;
          }
          *status = second;
          return result;
      });
FAULT("mmap.mtime", "stores do not reach the file", os::mmap, mapping_faults::private_copy);
