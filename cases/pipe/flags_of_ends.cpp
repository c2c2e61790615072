// The flags of a pipe's ends: what pipe2() sets on both, and that each end has its own.
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"
#include "fixtures/wrong_answers.hpp"

#include <array>

using namespace ipc_conform;

namespace
{

bool nonblocking(int descriptor)
{
    return (arranged(os::fcntl(descriptor, F_GETFL)) & O_NONBLOCK) != 0;
}

bool closed_on_exec(int descriptor)
{
    return (arranged(os::fcntl(descriptor, F_GETFD)) & FD_CLOEXEC) != 0;
}

} // namespace

TEST_CASE("pipe.pipe2-flags"
          * says("pipe2() sets O_CLOEXEC and O_NONBLOCK on both ends, each flag just when it is asked for")
          * observed_by("the flags of both ends are read back for each combination; an empty pipe is read")
          * shall("POSIX.1-2024 pipe2()", "pipe(2)"))
{
    for (const int flags : {0, O_CLOEXEC, O_NONBLOCK, O_CLOEXEC | O_NONBLOCK})
    {
        std::array<int, 2> ends{-1, -1};
        REQUIRE(permitted(os::pipe2(ends.data(), flags)) == 0);
        const Descriptor read_end{ends[0]};
        const Descriptor write_end{ends[1]};
        for (const int end : ends)
        {
            CHECK(closed_on_exec(end) == ((flags & O_CLOEXEC) != 0));
            CHECK(nonblocking(end) == ((flags & O_NONBLOCK) != 0));
        }
        char byte = 0;
        if (nonblocking(read_end))
        {
            CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
            const std::size_t taken = fill(write_end, atomic_size(write_end)); // to the EAGAIN of the other end
            CHECK(read_fully(read_end, taken).size() == taken);
        }
        CHECK(os::write(write_end, "x", 1) == 1);
        CHECK(os::read(read_end, &byte, 1) == 1);
    }
}

FAULT("pipe.pipe2-flags", "O_NONBLOCK is set on the read end only", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          const int result = real(ends, flags);
          set_nonblocking(ends[1], false);
          return result;
      });
FAULT("pipe.pipe2-flags", "O_CLOEXEC is set on the write end only", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          const int result = real(ends, flags);
          ::fcntl(ends[0], F_SETFD, 0);
          return result;
      });
FAULT("pipe.pipe2-flags", "of two flags only the first is looked at", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          return real(ends, (flags & O_CLOEXEC) != 0 ? O_CLOEXEC : flags);
      });
FAULT("pipe.pipe2-flags", "O_NONBLOCK is reported but not obeyed", os::read, wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.pipe2-flags", "O_CLOEXEC is always set", os::pipe2,
      [](auto real, int* ends, int flags) -> int { return real(ends, flags | O_CLOEXEC); });

TEST_CASE(
    "pipe.pipe2-bad-flag" * says("pipe2() with a flag that it does not know fails with EINVAL and opens nothing")
    * observed_by(
        "flags of open() and a free bit, alone and beside known ones; the array and what is open are compared")
    * shall("POSIX.1-2024 pipe2()", "pipe(2)"))
{
    const std::vector<int> open = open_descriptors();
    for (const int unknown : {O_WRONLY, O_RDWR, O_CREAT, O_APPEND, O_TRUNC, 1 << 30})
    {
        for (const int known : {0, O_CLOEXEC, O_CLOEXEC | O_NONBLOCK})
        {
            std::array<int, 2> ends{-7, -9};
            CHECK(fails_with(EINVAL, permitted(os::pipe2(ends.data(), unknown | known))));
            CHECK((ends == std::array{-7, -9}));
            CHECK((open_descriptors() == open));
        }
    }
}

FAULT("pipe.pipe2-bad-flag", "unknown flags are ignored", os::pipe2,
      [](auto real, int* ends, int flags) -> int { return real(ends, flags & (O_CLOEXEC | O_NONBLOCK)); });
FAULT("pipe.pipe2-bad-flag", "an unknown flag is ignored beside a known one", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          const int known = flags & (O_CLOEXEC | O_NONBLOCK);
          return real(ends, known == 0 ? flags : known);
      });
FAULT("pipe.pipe2-bad-flag", "the access modes of open() are taken", os::pipe2,
      [](auto real, int* ends, int flags) -> int { return real(ends, flags & ~O_ACCMODE); });
FAULT("pipe.pipe2-bad-flag", "the flags are looked at when the ends are open", os::pipe2, wrong_answer::leaking);
FAULT("pipe.pipe2-bad-flag", "the array is filled in before the refusal", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          const int result = real(ends, flags);
          ends[1] = result == -1 ? -1 : ends[1];
          return result;
      });

TEST_CASE("pipe.flags-per-end" * says("O_NONBLOCK set on one end leaves the other end blocking")
          * observed_by("F_GETFL of the other end; a reader, then a writer is seen asleep at it")
          * shall("POSIX.1-2024 fcntl()", "POSIX.1-2024 pipe()"))
{
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    CHECK(nonblocking(pipe.write_end));
    CHECK(!nonblocking(pipe.read_end));
    Peer reader = spawn("reader", [&] {
        char byte = 0;
        CHECK(os::read(pipe.read_end, &byte, 1) == 1);
    });
    REQUIRE(blocked_in(reader, os::read, pipe.read_end));
    CHECK(os::write(pipe.write_end, "x", 1) == 1);
    CHECK(finished(reader));

    const std::size_t taken = fill(pipe.write_end, atomic_size(pipe.write_end));
    set_nonblocking(pipe.write_end, false);
    set_nonblocking(pipe.read_end);
    CHECK(nonblocking(pipe.read_end));
    CHECK(!nonblocking(pipe.write_end));
    Peer writer =
        spawn("writer", [&] { write_fully(pipe.write_end, std::string(atomic_size(pipe.write_end), 'w')); });
    REQUIRE(blocked_in(writer, os::write, pipe.write_end));
    CHECK(read_fully(pipe.read_end, taken).size() == taken);
    CHECK(finished(writer));
}

namespace
{

// For faults: sets the flags of every end of the pipe that this process has.
constexpr auto setting_flags_of_pipe = [](auto real, int descriptor, int command, long argument) -> int {
    struct stat wanted
    {
    };
    ::fstat(descriptor, &wanted);
    for (const int other : command == F_SETFL ? open_descriptors() : std::vector<int>{})
    {
        struct stat status
        {
        };
        if (::fstat(other, &status) == 0 && S_ISFIFO(status.st_mode) && status.st_ino == wanted.st_ino)
        {
            real(other, command, argument);
        }
    }
    return real(descriptor, command, argument);
};

} // namespace

FAULT("pipe.flags-per-end", "the flag belongs to the pipe", os::fcntl, setting_flags_of_pipe);
FAULT("pipe.flags-per-end", "a reader does not wait while its writer does not", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
          return real(descriptor, bytes, size);
      });
FAULT("pipe.flags-per-end", "a writer does not wait while its reader does not", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const int flags = ::fcntl(descriptor, F_GETFL);
          ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
          const ssize_t written = real(descriptor, bytes, size);
          const int error = errno;
          ::fcntl(descriptor, F_SETFL, flags);
          errno = error;
          return written == -1 && (flags & O_NONBLOCK) == 0 ? static_cast<ssize_t>(size) : written;
      });
