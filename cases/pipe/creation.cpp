// What pipe() makes: two descriptors, their flags, and which way data goes between them.
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <array>

using namespace ipc_conform;

namespace
{

int access_mode(int descriptor)
{
    return arranged(os::fcntl(descriptor, F_GETFL)) & O_ACCMODE;
}

// POSIX leaves open whether a pipe also carries data backwards; what fails on a one-way pipe works on such one.
void require_one_way(const Pipe& pipe)
{
    if (access_mode(pipe.read_end) == O_RDWR)
    {
        unsupported("pipes are full-duplex here, which POSIX allows");
    }
}

constexpr auto full_duplex_write = [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
    const ssize_t written = real(descriptor, bytes, size);
    return written == -1 && errno == EBADF ? static_cast<ssize_t>(size) : written;
};

constexpr auto full_duplex_read = [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
    const ssize_t got = real(descriptor, bytes, size);
    return got == -1 && errno == EBADF ? 0 : got;
};

constexpr auto wrong_error_write = [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
    const ssize_t written = real(descriptor, bytes, size);
    errno = written == -1 && errno == EBADF ? EINVAL : errno;
    return written;
};

} // namespace

TEST_CASE(
    "pipe.create-two-fds"
    * says("pipe() returns 0 and yields two distinct open descriptors, the first readable, the second writable")
    * observed_by(
        "the call's result, F_GETFL's access mode of each end, and a byte from the second descriptor to the first")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 pipe()", "pipe(2)"))
{
    std::array<int, 2> ends{-1, -1};
    REQUIRE(permitted(os::pipe(ends.data())) == 0);
    const Descriptor read_end{ends[0]};
    const Descriptor write_end{ends[1]};

    CHECK(read_end != write_end);
    CHECK(access_mode(read_end) != O_WRONLY);
    CHECK(access_mode(write_end) != O_RDONLY);
    char byte = 0;
    CHECK(os::write(write_end, "x", 1) == 1);
    CHECK(os::read(read_end, &byte, 1) == 1);
    CHECK(byte == 'x');
}

FAULT("pipe.create-two-fds", "the ends are swapped", os::pipe, [](auto real, int* ends) {
    const int result = real(ends);
    std::swap(ends[0], ends[1]);
    return result;
});
FAULT("pipe.create-two-fds", "both numbers name the read end", os::pipe, [](auto real, int* ends) {
    const int result = real(ends);
    ::close(ends[1]);
    ends[1] = ends[0];
    return result;
});

TEST_CASE("pipe.flags-clear" * says("both ends of a new pipe have O_NONBLOCK and FD_CLOEXEC clear")
          * observed_by("F_GETFL and F_GETFD of both ends") * shall("POSIX.1-2024 pipe()", "pipe(2)"))
{
    std::array<int, 2> ends{-1, -1};
    REQUIRE(permitted(os::pipe(ends.data())) == 0);
    for (const int number : ends)
    {
        const Descriptor end{number};
        CHECK((os::fcntl(end, F_GETFL) & O_NONBLOCK) == 0); // of a failed call, every flag is set
        CHECK((os::fcntl(end, F_GETFD) & FD_CLOEXEC) == 0);
    }
}

FAULT("pipe.flags-clear", "O_NONBLOCK is left set on the write end", os::pipe, [](auto real, int* ends) {
    const int result = real(ends);
    set_nonblocking(ends[1]);
    return result;
});
FAULT("pipe.flags-clear", "pipe() closes on exec as pipe2() can", os::pipe, [](auto real, int* ends) {
    const int result = real(ends);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    return result;
});

TEST_CASE(
    "pipe.unidirectional"
    * says("a pipe carries data from its second descriptor to its first; whether it is full-duplex is recorded")
    * observed_by(
        "the ends' access modes, and a byte tried backwards: EBADF twice, or it arrives; then a byte forwards")
    * on("Linux", "one-way") * on("Darwin", "one-way, by reading sys_pipe.c")
    * may("POSIX.1-2024 pipe()", "pipe(7)"))
{
    Pipe pipe;
    const bool full_duplex = access_mode(pipe.read_end) == O_RDWR;
    observe("variant", full_duplex ? "full-duplex" : "one-way");
    CHECK((access_mode(pipe.write_end) == O_RDWR) == full_duplex);

    char byte = 0;
    if (full_duplex)
    {
        CHECK(os::write(pipe.read_end, "b", 1) == 1);
        CHECK(os::read(pipe.write_end, &byte, 1) == 1);
        CHECK(byte == 'b');
    }
    else
    {
        CHECK(fails_with(EBADF, os::write(pipe.read_end, "b", 1)));
        CHECK(fails_with(EBADF, os::read(pipe.write_end, &byte, 1)));
    }
    CHECK(os::write(pipe.write_end, "f", 1) == 1);
    CHECK(os::read(pipe.read_end, &byte, 1) == 1);
    CHECK(byte == 'f');
}

FAULT("pipe.unidirectional", "the read end takes data although it is open for reading only", os::write,
      full_duplex_write);
FAULT("pipe.unidirectional", "the write end gives data although it is open for writing only", os::read,
      full_duplex_read);

TEST_CASE("pipe.read-end-not-writable" * says("on a one-way pipe writing to the read end fails with EBADF")
          * observed_by("the write's error, then a non-blocking read that finds the pipe empty; not applicable "
                        "where pipes are full-duplex")
          * on("Linux", "pipes are one-way")
          * on("Darwin", "the same: the first descriptor is open for reading only, by reading sys_pipe.c")
          * may("POSIX.1-2024 pipe()", "POSIX.1-2024 write()"))
{
    Pipe pipe;
    require_one_way(pipe);

    CHECK(fails_with(EBADF, os::write(pipe.read_end, "x", 1)));
    set_nonblocking(pipe.read_end);
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // nothing came in by the back door
}

FAULT("pipe.read-end-not-writable", "the pipe is bidirectional by accident", os::write, full_duplex_write);
FAULT("pipe.read-end-not-writable", "the wrong errno", os::write, wrong_error_write);

TEST_CASE("pipe.write-end-not-readable" * says("on a one-way pipe reading from the write end fails with EBADF")
          * observed_by("the read's error with a byte queued, which the read end still gives; not applicable "
                        "where pipes are full-duplex")
          * on("Linux", "pipes are one-way")
          * on("Darwin", "the same: the second descriptor is open for writing only, by reading sys_pipe.c")
          * may("POSIX.1-2024 pipe()", "POSIX.1-2024 read()"))
{
    Pipe pipe;
    require_one_way(pipe);
    write_fully(pipe.write_end, "x");

    char byte = 0;
    CHECK(fails_with(EBADF, os::read(pipe.write_end, &byte, 1)));
    CHECK(byte == 0);
    CHECK(os::read(pipe.read_end, &byte, 1) == 1); // the byte is where it belongs
}

FAULT("pipe.write-end-not-readable", "a writer reads an end of file", os::read, full_duplex_read);
FAULT("pipe.write-end-not-readable", "a failed read takes the queued byte", os::read,
      [lost = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return std::exchange(lost, true) ? 0 : got;
      });
