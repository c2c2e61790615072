// What a FIFO's data and its name outlive.
#include "fixtures/fifo.hpp"
#include "fixtures/property.hpp"

#include <cstdio>

using namespace ipc_conform;

TEST_CASE("fifo.discard-at-last-close"
          * says("data that nobody has read is discarded when the last descriptor of the FIFO is closed")
          * observed_by(
              "unread data, both ends closed, opened anew: read returns 0, and what is written then comes alone")
          * on("Darwin", "the same, by reading fifo_vnops.c") * shall("POSIX.1-2024 close()"))
{
    OpenFifo fifo;
    write_fully(fifo.write_end, "unread");
    fifo.read_end.close();
    fifo.write_end.close();

    const Descriptor read_end{arranged(os::open(fifo.c_str(), O_RDONLY | O_NONBLOCK))};
    char byte = 'k';
    CHECK(os::read(read_end, &byte, 1) == 0);
    CHECK(byte == 'k');
    const Descriptor write_end{arranged(os::open(fifo.c_str(), O_WRONLY))};
    write_fully(write_end, "new");
    CHECK(read_fully(read_end, 100) == "new");
}

FAULT("fifo.discard-at-last-close", "the data stays in the file until somebody reads it", os::close,
      [](auto /*real*/, int) -> int { return 0; }); // as if a descriptor were left
FAULT("fifo.discard-at-last-close", "the data is gone but still counted", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == 0 ? 1 : got;
      });
FAULT("fifo.discard-at-last-close", "the old data comes out behind the new", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          if (got == 3)
          {
              return got + std::snprintf(static_cast<char*>(bytes) + got, size - 3, "unread");
          }
          return got;
      });

TEST_CASE("fifo.unlink-while-open"
          * says("unlink removes the FIFO's name only: open ends go on, and a FIFO made anew there is another one")
          * observed_by("after unlink the name is gone and a byte passes; a FIFO made anew has no reader (ENXIO), "
                        "and its byte stays its own")
          * shall("POSIX.1-2024 unlink()", "fifo(7)"))
{
    OpenFifo old;
    struct stat status;
    REQUIRE(os::unlink(old.c_str()) == 0);
    REQUIRE(fails_with(ENOENT, os::lstat(old.c_str(), &status)));
    char byte = 0;
    REQUIRE(os::write(old.write_end, "x", 1) == 1);
    CHECK(os::read(old.read_end, &byte, 1) == 1);
    CHECK(byte == 'x');

    set_up(os::mkfifo(old.c_str(), 0600) == 0);
    REQUIRE(fails_with(ENXIO, os::open(old.c_str(), O_WRONLY | O_NONBLOCK))); // the old reader is none of its
    const Channel fresh = open_both_ends(old.path());
    write_fully(fresh.write_end, "y");
    set_nonblocking(old.read_end);
    CHECK(fails_with(EAGAIN, os::read(old.read_end, &byte, 1)));
    CHECK(os::read(fresh.read_end, &byte, 1) == 1);
    CHECK(byte == 'y');
}

namespace
{

std::string hidden(const char* path)
{
    return std::string{path} + ".hidden";
}

// A file system that brings back what was there, in place of something new.
constexpr auto hide = [](auto /*real*/, const char* path) -> int { return ::rename(path, hidden(path).c_str()); };
constexpr auto bring_back = [](auto real, const char* path, mode_t mode) -> int {
    return ::rename(hidden(path).c_str(), path) == 0 ? 0 : real(path, mode);
};

bool name_is_gone = false;

} // namespace

FAULT(
    "fifo.unlink-while-open", "unlink breaks the open ends", os::unlink,
    [](auto real, const char* path) -> int {
        name_is_gone = true;
        return real(path);
    },
    os::write,
    [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
        errno = EPIPE;
        return name_is_gone ? -1 : real(descriptor, bytes, size);
    });
FAULT("fifo.unlink-while-open", "the FIFO made anew is the old one", os::unlink, hide, os::mkfifo, bring_back);
FAULT("fifo.unlink-while-open", "the name stays as long as the FIFO is open", os::unlink,
      [](auto /*real*/, const char*) -> int { return 0; });
