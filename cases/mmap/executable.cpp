// A running program is a mapping of its file: where that shows, and how it keeps the file from being written.
#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/files.hpp"
#include "fixtures/memory_listing.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/program_copy.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <algorithm>
#include <array>
#include <cstring>

using namespace ipc_conform;

namespace
{

constexpr int in_the_file = 0x66696c65;
constexpr int in_memory = 0x6d656d6f;
volatile int initialised = in_the_file;

std::string executed_file()
{
    std::string path(4096, '\0');
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size == -1)
    {
        restricted("which file is executed is not told (/proc/self/exe)", "mount a procfs on /proc");
    }
    path.resize(static_cast<std::size_t>(size));
    return path;
}

} // namespace

TEST_CASE("mmap.exec-text-mapped"
          * says("a running program's code and data are private mappings of its executable, listed with path and "
                 "offset; what the program stores to its data stays out of the file")
          * observed_by("the lines of /proc/self/maps for a function and a variable: permissions, path, and the "
                        "file's bytes at the offset")
          * on("Darwin", "proc_regionfilename() tells the path, by documentation; the case does not apply")
          * platform("Linux", "proc_pid_maps(5)", "execve(2)"))
{
    const std::string executable = executed_file();
    const Descriptor file{arranged(os::open("/proc/self/exe", O_RDONLY))};
    initialised = in_memory;

    const void* code = reinterpret_cast<const void*>(&listed_region);
    const ListedRegion text = listed_region(code);
    observe("code", fmt::format("{} at {:#x}", text.permissions, text.offset));
    CHECK(text.permissions == "r-xp");
    CHECK(text.path == executable);
    std::array<char, 16> instructions{};
    CHECK(os::pread(file, instructions.data(), instructions.size(), text.place_of(code)) == instructions.size());
    CHECK(std::memcmp(instructions.data(), code, instructions.size()) == 0);

    const void* variable = const_cast<const int*>(&initialised);
    const ListedRegion data = listed_region(variable);
    observe("data", fmt::format("{} at {:#x}", data.permissions, data.offset));
    CHECK(data.permissions == "rw-p");
    CHECK(data.path == executable);
    int stored = 0;
    CHECK(os::pread(file, &stored, sizeof stored, data.place_of(variable)) == sizeof stored);
    CHECK(stored == in_the_file);
    CHECK(initialised == in_memory);
}

FAULT("mmap.exec-text-mapped", "the listing names no files", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          std::replace(static_cast<char*>(bytes), static_cast<char*>(bytes) + size, '/', '-');
          return got;
      });
FAULT("mmap.exec-text-mapped", "every offset is listed as 0", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          const std::string_view text{static_cast<char*>(bytes), got > 0 ? static_cast<std::size_t>(got) : 0};
          for (std::size_t at = text.find("p "); at != std::string_view::npos; at = text.find("p ", at + 1))
          {
              std::fill_n(static_cast<char*>(bytes) + at + 2, 8, '0');
          }
          return got;
      });
FAULT("mmap.exec-text-mapped", "the program's data is listed as shared with its file", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          const std::string_view text{static_cast<char*>(bytes), got > 0 ? static_cast<std::size_t>(got) : 0};
          for (std::size_t at = text.find("rw-p"); at != std::string_view::npos; at = text.find("rw-p", at + 1))
          {
              static_cast<char*>(bytes)[at + 3] = 's';
          }
          return got;
      });
FAULT("mmap.exec-text-mapped", "stores to the program's data reach its file", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t offset) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size, offset);
          if (size == sizeof in_memory)
          {
              std::memcpy(bytes, &in_memory, sizeof in_memory);
          }
          return got;
      });

TEST_CASE(
    "mmap.exec-text-busy"
    * says("a program that is being executed cannot be opened for writing (ETXTBSY) or truncated, but read, and "
           "when it has ended also written")
    * observed_by("a copy of the program is executed: the errors of open and truncate, its size as before; open "
                  "once it has ended")
    * on("Darwin", "allowed, or the code signature kills the process, by documentation; the case does not apply")
    * platform("Linux", "open(2)", "POSIX.1-2024 open()"))
{
    const ProgramCopy program;
    const Event started;
    const Event leave;
    Peer running = spawn("running", [&] {
        execute(
            program.path(),
            [](const Event& here, const Event& end) {
                here.set();
                end.wait();
            },
            started, leave);
    });
    started.wait();
    struct stat before
    {
    };
    set_up(os::stat(program.c_str(), &before) == 0);

    CHECK(fails_with(ETXTBSY, os::open(program.c_str(), O_WRONLY)));
    CHECK(fails_with(ETXTBSY, os::open(program.c_str(), O_RDWR | O_TRUNC)));
    CHECK(fails_with(ETXTBSY, os::truncate(program.c_str(), 0)));
    const Descriptor readable{os::open(program.c_str(), O_RDONLY)};
    REQUIRE(readable != -1);
    CHECK(size_of(readable) == before.st_size);

    leave.set();
    CHECK(finished(running));
    const Descriptor writable{os::open(program.c_str(), O_WRONLY)};
    CHECK(writable != -1);
}

FAULT("mmap.exec-text-busy", "an executed file is written to like any other", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          return descriptor == -1 && errno == ETXTBSY ? ::open("/dev/null", flags & O_ACCMODE) : descriptor;
      });
FAULT("mmap.exec-text-busy", "an executed file can be truncated", os::truncate,
      [](auto /*real*/, const char*, off_t) -> int { return 0; });
FAULT("mmap.exec-text-busy", "the file stays busy when the program has ended", os::open,
      [busy = false](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          const int descriptor = real(path, flags, mode);
          busy = busy || (descriptor == -1 && errno == ETXTBSY);
          errno = ETXTBSY;
          return busy && (flags & O_ACCMODE) != O_RDONLY ? -1 : descriptor;
      });
FAULT("mmap.exec-text-busy", "an executed file cannot be opened at all", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int tried = real(path, O_WRONLY, 0);
          return tried == -1 ? -1 : real(path, flags, mode);
      });
FAULT("mmap.exec-text-busy", "the wrong errno", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int descriptor = real(path, flags, mode);
          errno = descriptor == -1 && errno == ETXTBSY ? EACCES : errno;
          return descriptor;
      });
