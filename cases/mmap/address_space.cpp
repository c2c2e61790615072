// How much a process can map at once, and how it can use files that are larger.
#include "fixtures/address_space.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/error_names.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

using namespace ipc_conform;

namespace
{

constexpr std::uint64_t four_gibibytes = std::uint64_t{1} << 32;

} // namespace

TEST_CASE(
    "mmap.as-limit-32"
    * says("a process with 32-bit addresses can map less than 4 GiB in total, on any kernel; one with 64-bit "
           "addresses can map more")
    * observed_by("a 32-bit program maps block after block until ENOMEM: the total, none overlapping; a 64-bit "
                  "one goes beyond 4 GiB")
    * on("Linux", "with 32-bit addresses on x86-64 4193032 KiB, then ENOMEM")
    * on("Darwin", "there are no 32-bit programs") * defined("mmap(2)", "POSIX.1-2024 mmap()"))
{
    require_address_space(2 * four_gibibytes); // what is to be seen is the end of the addresses, not a limit

    const MappedBlocks narrow = map_with_narrow_addresses();
    observe("mapped with 32-bit addresses", total(narrow));
    observe("highest 32-bit address", highest_address(narrow));
    observe("then refused with", name_of_error(narrow.refusal));
    CHECK(narrow.refusal == ENOMEM);
    CHECK(apart(narrow));
    CHECK(total(narrow) < four_gibibytes);

    if (sizeof(void*) > 4)
    {
        const MappedBlocks wide = map_with_own_addresses();
        observe("mapped with 64-bit addresses", total(wide));
        CHECK(wide.refusal == 0);
        CHECK(apart(wide));
        CHECK(total(wide) > four_gibibytes);
    }
}

FAULT("mmap.as-limit-32", "addresses are truncated, so that blocks lie on one another", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (got == static_cast<ssize_t>(sizeof(MappingReport)))
          {
              static_cast<MappingReport*>(bytes)->address &= 0x0fffffff;
          }
          return got;
      });
FAULT("mmap.as-limit-32", "the end of the addresses is taken for a bad argument", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          auto* const report = static_cast<MappingReport*>(bytes);
          report->error = report->error == 0 ? 0 : EINVAL;
          return got;
      });
FAULT("mmap.as-limit-32", "the same addresses are given twice", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          static void* first = nullptr;
          void* address = real(first == nullptr ? hint : first, size, protection,
                               first == nullptr ? flags : flags | MAP_FIXED, descriptor, offset);
          return first = address;
      });
FAULT("mmap.as-limit-32", "every process is refused at 2 GiB, and told that its arguments are bad", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          static std::uint64_t mapped = 0;
          errno = EINVAL;
          mapped += size;
          return mapped > four_gibibytes / 2 ? MAP_FAILED
                                             : real(hint, size, protection, flags, descriptor, offset);
      });

TEST_CASE(
    "mmap.window-large-file"
    * says("a file larger than the memory that a process may map can be used through one window after another")
    * observed_by("a peer under RLIMIT_AS cannot map all of a 5 GiB file (ENOMEM), but reads and stores through "
                  "80 windows in turn")
    * shall("POSIX.1-2024 mmap()", "POSIX.1-2024 getrlimit()", "mmap(2)"))
{
    constexpr std::uint64_t window = 64 << 20;
    constexpr std::size_t windows = 80; // 5 GiB: offsets that 31, and that 32 bits cannot hold
    constexpr std::uint64_t size = windows * window;
    require_file_size(size);
    const TemporaryFile file;
    set_up(os::ftruncate(file.descriptor(), static_cast<off_t>(size)) == 0);       // sparse
    const auto place_in = [](std::size_t number) { return number * page_size(); }; // each window has its own
    const auto marker = [](std::size_t number) { return fmt::format("window {:3}", number); };
    for (std::size_t number = 0; number < windows; ++number)
    {
        const std::string bytes = marker(number);
        const auto offset = static_cast<off_t>(number * window + place_in(number));
        set_up(os::pwrite(file.descriptor(), bytes.data(), bytes.size(), offset)
               == static_cast<ssize_t>(bytes.size()));
        const auto end = static_cast<off_t>((number + 1) * window);
        set_up(os::pwrite(file.descriptor(), "closed", 6, end - 6) == 6); // makes room for what is stored there
    }

    Peer peer = spawn("peer", [&] {
        limit_further_address_space(window + window / 2);
        const auto all = static_cast<std::size_t>(
            std::min<std::uint64_t>(size, std::numeric_limits<std::size_t>::max() / 4 * 3 / window * window));
        CHECK(fails_with(ENOMEM, os::mmap(nullptr, all, PROT_READ, MAP_SHARED, file.descriptor())));
        for (std::size_t number = 0; number < windows; ++number)
        {
            void* address =
                os::mmap(nullptr, window, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), number * window);
            REQUIRE(address != MAP_FAILED);
            const Mapping mapped{address, window};
            CHECK(same_bytes(mapped.load(place_in(number), marker(number).size()), marker(number)));
            mapped.store(window - 6, "passed");
        }
    });
    CHECK(finished(peer));
    for (std::size_t number = 0; number < windows; ++number)
    {
        std::string bytes(6, '\0');
        CHECK(os::pread(file.descriptor(), bytes.data(), bytes.size(), (number + 1) * window - 6) == 6);
        CHECK(same_bytes(bytes, "passed"));
    }
    observe("size of the file", size);
    observe("size of the window", window);
}

FAULT("mmap.window-large-file", "only 32 bits of the offset are looked at", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* { return real(hint, size, protection, flags, descriptor, offset & 0xffffffff); });
FAULT("mmap.window-large-file", "only 31 bits of the offset are looked at", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* { return real(hint, size, protection, flags, descriptor, offset & 0x7fffffff); });
FAULT("mmap.window-large-file", "addresses that were unmapped count against the limit for ever", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          static int mapped = 0;
          errno = ENOMEM;
          return ++mapped > 3 ? MAP_FAILED : real(hint, size, protection, flags, descriptor, offset);
      });
FAULT("mmap.window-large-file", "files beyond 4 GiB are refused", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          errno = EOVERFLOW;
          return offset + static_cast<off_t>(size) > static_cast<off_t>(four_gibibytes)
                     ? MAP_FAILED
                     : real(hint, size, protection, flags, descriptor, offset);
      });
