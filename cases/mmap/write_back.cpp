// When what is stored in a mapping reaches readers (at once) and the device (later, at the latest by msync).
//
// The lag behind the device shows only on a real disk file system; fixtures/backing_store.hpp says how it is seen.
#include "cases/mmap/faults.hpp"
#include "fixtures/backing_store.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <algorithm>

using namespace ipc_conform;

namespace
{

// Several pages, so that a call that takes care of only some of them is noticed.
std::string pages_of(char byte)
{
    return std::string(3 * page_size(), byte);
}

// Locked pages cannot leave memory: whatever happens to them does not happen because they leave it.
void keep_in_memory(const Mapping& mapping)
{
    set_up(os::mlock(mapping.data(), mapping.size()) == 0);
}

} // namespace

TEST_CASE(
    "mmap.store-then-read"
    * says("bytes stored in a shared mapping are at once returned by read() in another process, without msync "
           "and while their page stays in memory")
    * observed_by("a stranger reads zeros, the store is made, it reads the stored bytes; mincore says resident "
                  "before and after")
    * on("Linux", "it holds") * defined("POSIX.1-2024 mmap()", "mmap(2)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const Mapping mapping{file.descriptor(), page_size()};
    keep_in_memory(mapping);
    const Event looking;
    const Event stored;
    Peer reader = spawn_stranger(
        "reader",
        [](const std::string& path, const Event& opened, const Event& there) {
            const Descriptor same{arranged(os::open(path.c_str(), O_RDONLY))};
            char bytes[6] = {};
            CHECK(os::pread(same, bytes, sizeof bytes, 0) == sizeof bytes);
            CHECK(same_bytes({bytes, sizeof bytes}, std::string(sizeof bytes, '\0')));
            opened.set();
            there.wait();
            CHECK(os::read(same, bytes, sizeof bytes) == sizeof bytes);
            CHECK(same_bytes({bytes, sizeof bytes}, "stored"));
        },
        file.path(), looking, stored);

    looking.wait();
    mapping.store(0, "stored");
    CHECK(resident(mapping));
    stored.set();
    CHECK(finished(reader));
    CHECK(resident(mapping));
}

FAULT("mmap.store-then-read", "stores stay with the process that makes them", os::mmap,
      mapping_faults::private_copy);
FAULT("mmap.store-then-read", "read() has a cache of its own that a store does not reach", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          std::fill_n(static_cast<char*>(bytes), size, '\0'); // what the file held when it was opened
          return got;
      });

TEST_CASE("mmap.msync-sync" * says("after msync(MS_SYNC) the data is on the backing store")
          * observed_by("the kernel's count of dirty pages, and the device's blocks where they can be read, lag "
                        "before the call, not after")
          * on("Darwin", "the device's own cache needs F_FULLFSYNC besides, by documentation")
          * shall("POSIX.1-2024 msync()", "msync(2)"))
{
    const DiskFile file{pages_of('o')};
    const Mapping mapping{file, pages_of('o').size()};
    const BackingStore store{file, mapping};
    store.arrange_behind(pages_of('n'));

    CHECK(os::msync(mapping.data(), mapping.size(), MS_SYNC) == 0);
    CHECK(store.holds(pages_of('n')));
    CHECK(same_bytes(mapping.load(0, mapping.size()), pages_of('n')));
}

FAULT("mmap.msync-sync", "msync does nothing", os::msync,
      [](auto /*real*/, void*, std::size_t, int) { return 0; });
FAULT("mmap.msync-sync", "MS_SYNC is taken for MS_ASYNC", os::msync,
      [](auto real, void* address, std::size_t size, int) { return real(address, size, MS_ASYNC); });
FAULT("mmap.msync-sync", "the last page of the range is forgotten", os::msync,
      [](auto real, void* address, std::size_t size, int flags) {
          return real(address, size - page_size(), flags);
      });

TEST_CASE("mmap.store-lag-possible"
          * says("without msync the device may still hold the old bytes although every process sees the new ones")
          * observed_by("after a store that a peer already reads, whether the device lacks it (blocks, dirty "
                        "pages); not after msync")
          * on("Linux", "the device lags, on ext4")
          * may("POSIX.1-2024 mmap()", "POSIX.1-2024 msync()", "msync(2)"))
{
    const DiskFile file{pages_of('o')};
    const Mapping mapping{file, pages_of('o').size()};
    const BackingStore store{file, mapping};
    const Event stored;
    Peer reader = spawn("reader", [&] {
        stored.wait();
        std::string bytes(mapping.size(), '\0');
        CHECK(os::pread(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        CHECK(same_bytes(bytes, pages_of('n')));
        CHECK(same_bytes(mapping.load(0, mapping.size()), pages_of('n')));
    });

    // One store that the device lacks is enough to show that it may; a system that never lags is right, too.
    observe("variant", store.falls_behind(pages_of('n')) ? "the device lags" : "the device has it at once");
    stored.set();
    CHECK(finished(reader));
    CHECK(os::msync(mapping.data(), mapping.size(), MS_SYNC) == 0);
    CHECK(store.holds(pages_of('n'))); // so much for the lag
}

FAULT("mmap.store-lag-possible", "readers get the device's bytes instead of the newest", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t offset) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size, offset);
          std::fill_n(static_cast<char*>(bytes), size, 'o');
          return got;
      });
FAULT("mmap.store-lag-possible", "each process sees its own stores only", os::mmap, mapping_faults::private_copy);
FAULT("mmap.store-lag-possible", "the lag outlasts msync", os::msync,
      [](auto /*real*/, void*, std::size_t, int) { return 0; });

TEST_CASE("mmap.writeback-no-evict"
          * says("dirty pages of a mapping reach the device by fsync although they never leave memory")
          * observed_by("locked pages: dirty before fsync and not after it, the device's blocks where readable, "
                        "resident throughout")
          * platform("Linux", "fsync(2)", "mlock(2)", "mincore(2)", "proc_sys_vm(5)"))
{
    const DiskFile file{pages_of('o')};
    const Mapping mapping{file, pages_of('o').size()};
    keep_in_memory(mapping);
    const BackingStore store{file, mapping};
    store.arrange_behind(pages_of('n'));
    CHECK(resident(mapping));

    CHECK(os::fsync(file) == 0);
    CHECK(resident(mapping));
    CHECK(store.holds(pages_of('n')));
    CHECK(same_bytes(mapping.load(0, mapping.size()), pages_of('n')));
    CHECK(resident(mapping));
}

namespace
{
bool written = false; // in a system that gives a page's memory away as soon as it has written it
} // namespace

FAULT("mmap.writeback-no-evict", "a page is written only when it leaves memory", os::fsync,
      [](auto /*real*/, int) { return 0; });
FAULT(
    "mmap.writeback-no-evict", "writing a page evicts it", os::fsync,
    [](auto real, int descriptor) {
        written = true;
        return real(descriptor);
    },
    os::mincore,
    [](auto real, void* address, std::size_t size, unsigned char* pages) {
        const int result = real(address, size, pages);
        pages[0] = written ? 0 : pages[0];
        return result;
    });
