// What of a file's operations a FIFO takes, and what it does not: it has no size and no position, but times.
#include "cases/fifo/faults.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/file_times.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/private_file_system.hpp"
#include "fixtures/property.hpp"

#include <cstdio>

using namespace ipc_conform;
using namespace ipc_conform::fifo_faults;

TEST_CASE("fifo.truncate-einval"
          * says("truncate and ftruncate fail with EINVAL on a FIFO, and what is queued stays")
          * observed_by("three bytes are queued; both calls, to less and to more; then all three are read")
          * platform("Linux", "truncate(2)", "POSIX.1-2024 ftruncate()", "gVisor test pipe"))
{
    OpenFifo fifo;
    write_fully(fifo.write_end, "abc");
    for (const off_t size : {0, 1, 100})
    {
        CHECK(fails_with(EINVAL, os::truncate(fifo.c_str(), size)));
        CHECK(fails_with(EINVAL, os::ftruncate(fifo.write_end, size)));
        CHECK(fails_with(EINVAL, os::ftruncate(fifo.read_end, size)));
    }
    set_nonblocking(fifo.read_end);
    CHECK(read_fully(fifo.read_end, 100) == "abc");
}

FAULT("fifo.truncate-einval", "truncating by name empties the queue", os::truncate,
      [](auto /*real*/, const char* path, off_t) -> int {
          discard(path);
          return 0;
      });
FAULT("fifo.truncate-einval", "the call fails as it should, but empties the queue", os::truncate,
      [](auto real, const char* path, off_t size) -> int {
          discard(path);
          return real(path, size);
      });
FAULT("fifo.truncate-einval", "truncating a descriptor counts as done", os::ftruncate,
      [](auto /*real*/, int, off_t) -> int { return 0; });
FAULT("fifo.truncate-einval", "the wrong errno", os::ftruncate, wrong_answer::misreporting<EINVAL, EBADF>);

TEST_CASE("fifo.otrunc-ignored" * says("O_TRUNC in an open of a FIFO is ignored: what is queued stays")
          * observed_by("three bytes are queued; the FIFO is opened with O_TRUNC, blocking, not, and as by "
                        "creat(); then all are read")
          * shall("POSIX.1-2024 open()"))
{
    OpenFifo fifo;
    write_fully(fifo.write_end, "abc");
    for (const int additional : {0, O_NONBLOCK, O_CREAT})
    {
        const Descriptor second{os::open(fifo.c_str(), O_WRONLY | O_TRUNC | additional, 0600)};
        CHECK(second >= 0);
    }
    set_nonblocking(fifo.read_end);
    CHECK(read_fully(fifo.read_end, 100) == "abc");
}

FAULT("fifo.otrunc-ignored", "O_TRUNC empties the queue", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          if ((flags & O_TRUNC) != 0)
          {
              discard(path);
          }
          return real(path, flags, mode);
      });
FAULT("fifo.otrunc-ignored", "O_TRUNC is refused because a FIFO has no size", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          errno = EINVAL;
          return (flags & O_TRUNC) != 0 ? -1 : real(path, flags, mode);
      });
FAULT("fifo.otrunc-ignored", "a non-blocking open with O_TRUNC takes the first byte", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          if ((flags & (O_TRUNC | O_NONBLOCK)) == (O_TRUNC | O_NONBLOCK))
          {
              const int reader = ::open(path, O_RDONLY | O_NONBLOCK);
              char byte = 0;
              static_cast<void>(::read(reader, &byte, 1) + ::close(reader));
          }
          return real(path, flags, mode);
      });

TEST_CASE("fifo.lseek-espipe"
          * says("lseek on either end of a FIFO fails with ESPIPE, from wherever, and moves nothing")
          * observed_by("three bytes are queued; lseek on both ends with every whence; then all three are read")
          * shall("POSIX.1-2024 lseek()", "lseek(2)"))
{
    OpenFifo fifo;
    write_fully(fifo.write_end, "abc");
    for (const int end : {int{fifo.read_end}, int{fifo.write_end}})
    {
        for (const int whence : {SEEK_SET, SEEK_CUR, SEEK_END})
        {
            CHECK(fails_with(ESPIPE, os::lseek(end, 0, whence)));
            CHECK(fails_with(ESPIPE, os::lseek(end, 1, whence)));
        }
    }
    write_fully(fifo.write_end, "d");
    set_nonblocking(fifo.read_end);
    CHECK(read_fully(fifo.read_end, 100) == "abcd");
}

FAULT("fifo.lseek-espipe", "the position of a FIFO can be asked for", os::lseek,
      [](auto real, int descriptor, off_t offset, int whence) -> off_t {
          return offset == 0 && whence == SEEK_CUR ? 0 : real(descriptor, offset, whence);
      });
FAULT("fifo.lseek-espipe", "a reader skips what it seeks over", os::lseek,
      [](auto real, int descriptor, off_t offset, int whence) -> off_t {
          char byte = 0;
          return offset == 1 && whence == SEEK_CUR && access_of(descriptor) == O_RDONLY
                     ? ::read(descriptor, &byte, 1)
                     : real(descriptor, offset, whence);
      });
FAULT("fifo.lseek-espipe", "the write end is positioned as a file", os::lseek,
      [](auto real, int descriptor, off_t offset, int whence) -> off_t {
          return access_of(descriptor) == O_WRONLY ? offset : real(descriptor, offset, whence);
      });
FAULT("fifo.lseek-espipe", "the wrong errno", os::lseek, wrong_answer::misreporting<ESPIPE, EINVAL>);

namespace
{

struct Times
{
    bool accessed = false;
    bool modified = false;
    bool changed = false;
};

// Which of the FIFO's times have been marked since they were set to long ago. Its change time cannot be set: it is
// compared with what it was.
Times marked(const Fifo& fifo, const timespec& changed_before)
{
    struct stat status
    {
    };
    REQUIRE(os::stat(fifo.c_str(), &status) == 0);
    const timespec& changed = change_time(status);
    return {.accessed = access_time(status).tv_sec > 1,
            .modified = modification_time(status).tv_sec > 1,
            .changed = changed.tv_sec != changed_before.tv_sec || changed.tv_nsec != changed_before.tv_nsec};
}

} // namespace

TEST_CASE("fifo.timestamps"
          * says("a write marks the FIFO's times of modification and status change, a read its time of access")
          * observed_by(
              "the times are set to the first second of 1970; one byte is written, then read, with a look at the "
              "times after each")
          * on("Linux", "the time of access as the mount options allow: not with noatime")
          * shall("POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    OpenFifo fifo;
    require_access_times(fifo.c_str());
    set_times(fifo.c_str(), 1);
    const FileTimes before = times_of(fifo.read_end);
    const TemporaryFile clock;
    await_later(clock.descriptor(), {.modified = before.modified, .changed = before.changed});
    write_fully(fifo.write_end, "x");
    const Times by_write = marked(fifo, before.changed);
    CHECK(by_write.modified);
    CHECK(by_write.changed);
    CHECK(!by_write.accessed);

    set_times(fifo.c_str(), 1);
    char byte = 0;
    REQUIRE(os::read(fifo.read_end, &byte, 1) == 1);
    const Times by_read = marked(fifo, before.changed);
    CHECK(by_read.accessed);
    CHECK(!by_read.modified);
}

namespace
{

// For faults: a status in which one of the times stands still where it was set to.
template <timespec& (*Which)(struct stat&)>
constexpr auto frozen = [](auto real, const char* path, struct stat* status) -> int {
    const int result = real(path, status);
    Which(*status) = {.tv_sec = 1, .tv_nsec = 0};
    return result;
};

// For faults: a call that sets both of a FIFO's times by the clock, whichever it should mark.
constexpr auto marks_both = [](auto real, int descriptor, auto* bytes, std::size_t size) -> ssize_t {
    const ssize_t done = real(descriptor, bytes, size);
    ::futimens(descriptor, nullptr);
    return done;
};

} // namespace

FAULT("fifo.timestamps", "a write leaves the time of modification as it is", os::stat, frozen<modification_time>);
FAULT("fifo.timestamps", "a read leaves the time of access as it is", os::stat, frozen<access_time>);
FAULT("fifo.timestamps", "a write marks the time of access as well", os::write, marks_both);
FAULT("fifo.timestamps", "a read marks the time of modification as well", os::read, marks_both);

TEST_CASE(
    "fifo.readonly-fs"
    * says("a FIFO on a read-only file system can be opened for writing, and carries data as any other")
    * observed_by("a FIFO is made in a file system of the case's own, which is then made read-only; data goes "
                  "through")
    * defined("POSIX.1-2024 open()", "fifo(7)"))
{
    Peer user = spawn("user", [] {
        const PrivateFileSystem files;
        const std::string name = files.at("fifo");
        set_up(os::mkfifo(name.c_str(), 0600) == 0);
        files.make_read_only();
        set_up(::open(files.at("file").c_str(), O_CREAT | O_WRONLY, 0600) == -1 && errno == EROFS);

        const Descriptor read_end{os::open(name.c_str(), O_RDONLY | O_NONBLOCK)};
        REQUIRE(read_end >= 0);
        const Descriptor write_end{os::open(name.c_str(), O_WRONLY)};
        REQUIRE(write_end >= 0);
        CHECK(os::write(write_end, "xy", 2) == 2);
        char bytes[3] = {};
        CHECK(os::read(read_end, bytes, sizeof bytes) == 2);
        CHECK(std::string_view{bytes} == "xy");
    });
    CHECK(finished(user));
}

FAULT("fifo.readonly-fs", "opening for writing fails with EROFS, as of a regular file", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          errno = EROFS;
          return (flags & O_ACCMODE) == O_WRONLY ? -1 : real(path, flags, mode);
      });
FAULT("fifo.readonly-fs", "the write fails because it cannot mark the FIFO's times", os::write,
      wrong_answer::failing_with<EROFS>);
FAULT("fifo.readonly-fs", "the read fails because it cannot mark the FIFO's times", os::read,
      wrong_answer::failing_with<EROFS>);
