// What can be done to files but not to pipes: each call is refused, and the queued bytes stay as they are.
#include "cases/pipe/refusal_bodies.hpp"
#include "fixtures/limits.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/wrong_answers.hpp"

using namespace ipc_conform;

TEST_CASE("pipe.espipe-lseek" * says("lseek on either end fails with ESPIPE for every origin")
          * observed_by("the error of each call; the queued bytes are read back afterwards")
          * shall("POSIX.1-2024 lseek()", "lseek(2)"))
{
    Pipe pipe;
    channel::seeking_is_refused(pipe);
}

FAULT("pipe.espipe-lseek", "a seek succeeds with position 0", os::lseek, wrong_answer::returning<0>);
FAULT("pipe.espipe-lseek", "the current position can be asked for", os::lseek,
      [](auto real, int descriptor, off_t distance, int origin) -> off_t {
          return origin == SEEK_CUR && distance == 0 ? 0 : real(descriptor, distance, origin);
      });
FAULT("pipe.espipe-lseek", "a seek forward skips a queued byte", os::lseek,
      [](auto real, int descriptor, off_t distance, int origin) -> off_t {
          char skipped = 0;
          const ssize_t got = distance == 1 ? ::read(descriptor, &skipped, 1) : 0;
          return got > 1 ? got : real(descriptor, distance, origin);
      });
FAULT("pipe.espipe-lseek", "a position before the start is refused for that", os::lseek,
      [](auto real, int descriptor, off_t distance, int origin) -> off_t {
          const off_t result = real(descriptor, distance, origin);
          errno = distance < 0 && origin == SEEK_SET ? EINVAL : errno;
          return result;
      });

TEST_CASE("pipe.espipe-positional" * says("pread and pwrite on a pipe fail with ESPIPE and move no data")
          * observed_by("the error of each call; the buffer, and the queued bytes read back afterwards")
          * on("Darwin", "the same, by reading sys_generic.c")
          * shall("POSIX.1-2024 pread()", "POSIX.1-2024 pwrite()", "pread(2)"))
{
    Pipe pipe;
    channel::positions_are_refused(pipe);
}

FAULT("pipe.espipe-positional", "pread reads, and takes what it reads", os::pread,
      [](auto /*real*/, int descriptor, void* bytes, std::size_t size, off_t) -> ssize_t {
          return ::read(descriptor, bytes, size);
      });
FAULT("pipe.espipe-positional", "pread fails, but a queued byte is gone", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t position) -> ssize_t {
          char taken = 0;
          const ssize_t got = position == 0 ? ::read(descriptor, &taken, 1) : 0;
          return got > 1 ? got : real(descriptor, bytes, size, position);
      });
FAULT("pipe.espipe-positional", "pwrite ignores its position and writes", os::pwrite,
      [](auto /*real*/, int descriptor, const void* bytes, std::size_t size, off_t) -> ssize_t {
          return ::write(descriptor, bytes, size);
      });
FAULT("pipe.espipe-positional", "pwrite is refused with EINVAL", os::pwrite,
      wrong_answer::misreporting<ESPIPE, EINVAL>);

// POSIX requires the failure for the read end, which is not open for writing, and leaves the write end open.
TEST_CASE(
    "pipe.ftruncate-invalid"
    * says("ftruncate on either end fails with EINVAL or EBADF and leaves the queued bytes alone")
    * observed_by("the error of each call, shortening or lengthening; the queued bytes are read back afterwards")
    * on("Linux", "EINVAL for both ends")
    * on("Darwin", "EINVAL for both ends, by reading vfs_syscalls.c; not run there")
    * defined("POSIX.1-2024 ftruncate()", "ftruncate(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "abc");
    for (const Descriptor* end : {&pipe.read_end, &pipe.write_end})
    {
        for (const off_t length : {0, 1, 4096})
        {
            REQUIRE(os::ftruncate(*end, length) == -1);
            const int error = errno;
            CHECK((error == EINVAL || error == EBADF));
            observe(end == &pipe.read_end ? "read end" : "write end", name_of_error(error));
        }
    }
    channel::still_holds(pipe, "abc");
}

FAULT("pipe.ftruncate-invalid", "the pipe is emptied", os::ftruncate,
      [](auto real, int descriptor, off_t length) -> int {
          char byte = 0;
          while (length == 0 && ::poll(std::array{pollfd{descriptor, POLLIN, 0}}.data(), 1, 0) == 1
                 && ::read(descriptor, &byte, 1) == 1)
          {
          }
          return real(descriptor, length);
      });
FAULT("pipe.ftruncate-invalid", "the call is accepted and ignored", os::ftruncate, wrong_answer::returning<0>);
FAULT("pipe.ftruncate-invalid", "a pipe is refused as one that cannot seek", os::ftruncate,
      wrong_answer::misreporting<EINVAL, ESPIPE>);

TEST_CASE("pipe.fsync-invalid" * says("fsync on either end of a pipe fails with EINVAL")
          * observed_by("the error of each call; the queued bytes are read back afterwards")
          * on("Darwin", "ENOTSUP, by reading kern_descrip.c; not run there")
          * shall("POSIX.1-2024 fsync()", "fsync(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "abc");
    CHECK(fails_with(EINVAL, os::fsync(pipe.read_end)));
    CHECK(fails_with(EINVAL, os::fsync(pipe.write_end)));
    channel::still_holds(pipe, "abc");
    CHECK(fails_with(EINVAL, os::fsync(pipe.write_end))); // empty, it is no more a file than before
}

FAULT("pipe.fsync-invalid", "fsync succeeds, having nothing to do", os::fsync, wrong_answer::returning<0>);
FAULT("pipe.fsync-invalid", "the wrong errno", os::fsync, wrong_answer::misreporting<EINVAL, EBADF>);
FAULT("pipe.fsync-invalid", "an empty pipe counts as written out", os::fsync,
      [](auto real, int descriptor) -> int {
          int queued = 0;
          ::ioctl(descriptor, FIONREAD, &queued); // NOLINT(cppcoreguidelines-pro-type-vararg)
          return queued == 0 ? 0 : real(descriptor);
      });

TEST_CASE("pipe.mmap-enodev"
          * says("the read end of a pipe cannot be mapped and the error is ENODEV; nor can the write end, with "
                 "ENODEV or EACCES")
          * observed_by("mmap of each end, shared and private; the queued bytes are read back afterwards")
          * on("Linux", "EACCES for the write end: it cannot be read")
          * on("Darwin", "EINVAL for both ends, by reading kern_mman.c; not run there")
          * shall("POSIX.1-2024 mmap()", "mmap(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "abc");
    for (const int sharing : {MAP_SHARED, MAP_PRIVATE})
    {
        CHECK(fails_with(ENODEV, os::mmap(nullptr, page_size(), PROT_READ, sharing, pipe.read_end, 0)));

        REQUIRE(os::mmap(nullptr, page_size(), PROT_READ, sharing, pipe.write_end, 0) == MAP_FAILED);
        const int error = errno;
        CHECK((error == ENODEV || error == EACCES)); // it is no such file, and not open for reading either
        observe(sharing == MAP_SHARED ? "write end, shared" : "write end, private", name_of_error(error));
    }
    channel::still_holds(pipe, "abc");
}

namespace
{

// What a system maps that takes a pipe for a file without content.
template <int Access>
constexpr auto mapping_zeros =
    [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor, off_t offset) -> void* {
    const bool wanted = descriptor >= 0 && (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == Access;
    return wanted ? real(hint, size, protection, flags | MAP_ANONYMOUS, -1, 0)
                  : real(hint, size, protection, flags, descriptor, offset);
};

} // namespace

FAULT("pipe.mmap-enodev", "the read end can be mapped", os::mmap, mapping_zeros<O_RDONLY>);
FAULT("pipe.mmap-enodev", "the write end can be mapped", os::mmap, mapping_zeros<O_WRONLY>);
FAULT("pipe.mmap-enodev", "the wrong errno", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          void* const address = real(hint, size, protection, flags, descriptor, offset);
          errno = address == MAP_FAILED && errno == ENODEV ? EINVAL : errno;
          return address;
      });
FAULT("pipe.mmap-enodev", "a private mapping is a copy of what is queued, taken out of the pipe", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          if ((flags & MAP_PRIVATE) == 0 || descriptor < 0)
          {
              return real(hint, size, protection, flags, descriptor, offset);
          }
          void* const copy = real(hint, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
          return ::read(descriptor, copy, size) >= 0 ? copy : MAP_FAILED;
      });
