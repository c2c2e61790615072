// What a pipe is taken for: its type, its identity, its size, its file system, and the limit that it states.
#include "fixtures/fifo.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <set>

using namespace ipc_conform;

namespace
{

struct stat status_of(int descriptor)
{
    struct stat status
    {
    };
    CHECK(os::fstat(descriptor, &status) == 0);
    return status;
}

} // namespace

TEST_CASE(
    "pipe.fstat-fifo" * says("fstat on either end of a pipe reports the type FIFO")
    * observed_by("the type in st_mode of each end: new, with bytes queued, and when the other end is closed")
    * on("Darwin", "the same, mode 0660, by reading sys_pipe.c")
    * shall("POSIX.1-2024 pipe()", "POSIX.1-2024 fstat()", "POSIX.1-2024 <sys/stat.h>"))
{
    Pipe pipe;
    CHECK(S_ISFIFO(status_of(pipe.read_end).st_mode));
    CHECK(S_ISFIFO(status_of(pipe.write_end).st_mode));
    write_fully(pipe.write_end, "abc");
    CHECK(S_ISFIFO(status_of(pipe.read_end).st_mode));
    pipe.read_end.close();
    CHECK(S_ISFIFO(status_of(pipe.write_end).st_mode));
    observe("permissions", static_cast<int>(status_of(pipe.write_end).st_mode & 07777U));
}

namespace
{

// For faults: changes what fstat() tells of the descriptors that `concerned` picks.
template <class Concerned, class Change>
constexpr auto telling(Concerned concerned, Change change)
{
    return [concerned, change](auto real, int descriptor, struct stat* status) -> int {
        const int result = real(descriptor, status);
        if (concerned(descriptor))
        {
            change(*status);
        }
        return result;
    };
}

constexpr auto both_ends = [](int) { return true; };
constexpr auto write_end_only = [](int descriptor) {
    return (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY;
};

} // namespace

FAULT("pipe.fstat-fifo", "a pipe is said to be a socket", os::fstat,
      telling(both_ends, [](struct stat& status) { status.st_mode = S_IFSOCK | (status.st_mode & 07777U); }));
FAULT("pipe.fstat-fifo", "the write end has no type", os::fstat,
      telling(write_end_only, [](struct stat& status) { status.st_mode &= 07777U; }));
FAULT("pipe.fstat-fifo", "an end without the other cannot be asked", os::fstat,
      [](auto real, int descriptor, struct stat* status) -> int {
          pollfd end{.fd = descriptor, .events = 0, .revents = 0};
          ::poll(&end, 1, 0);
          errno = EPIPE;
          return (end.revents & (POLLERR | POLLHUP)) != 0 ? -1 : real(descriptor, status);
      });

TEST_CASE("pipe.distinct-identity"
          * says("pipes that exist at the same time have different inode numbers; whether the ends of one agree "
                 "is recorded")
          * observed_by("fstat of both ends of sixteen pipes, twice, and of duplicates")
          * on("Linux", "the two ends of a pipe have the same")
          * on("Darwin", "each end has its own, by reading sys_pipe.c; not run there")
          * defined("POSIX.1-2024 <sys/stat.h>", "pipe(7)", "stat(2)"))
{
    const std::array<Pipe, 16> pipes;
    std::set<std::pair<dev_t, ino_t>> read_ends;
    std::set<std::pair<dev_t, ino_t>> write_ends;
    bool ends_agree = true;
    const auto identity = [](int end) {
        const struct stat status = status_of(end);
        return std::pair{status.st_dev, status.st_ino};
    };
    for (const Pipe& pipe : pipes)
    {
        read_ends.insert(identity(pipe.read_end));
        write_ends.insert(identity(pipe.write_end));
        ends_agree = ends_agree && identity(pipe.read_end) == identity(pipe.write_end);
    }
    CHECK(read_ends.size() == pipes.size());
    CHECK(write_ends.size() == pipes.size());
    observe("the two ends of a pipe agree", ends_agree);

    const Descriptor duplicate{arranged(os::dup(pipes.back().read_end))};
    CHECK((identity(duplicate) == identity(pipes.back().read_end))); // and they stay what they are
    CHECK(read_ends.count(identity(pipes.front().read_end)) == 1);
}

FAULT("pipe.distinct-identity", "all pipes have one inode number", os::fstat,
      telling(both_ends, [](struct stat& status) { status.st_ino = 1; }));
FAULT("pipe.distinct-identity", "the write ends of all pipes have inode number 0", os::fstat,
      telling(write_end_only, [](struct stat& status) { status.st_ino = 0; }));
FAULT("pipe.distinct-identity", "inode numbers are truncated to three bits", os::fstat,
      telling(both_ends, [](struct stat& status) { status.st_ino &= 7U; }));
FAULT("pipe.distinct-identity", "the number is made anew for each question", os::fstat,
      [made = ino_t{0}](auto real, int descriptor, struct stat* status) mutable -> int {
          const int result = real(descriptor, status);
          status->st_ino = ++made;
          return result;
      });

TEST_CASE(
    "pipe.fstat-size-unspecified"
    * says("st_size of a pipe is nothing to count on: 0, or the number of unread bytes; which one is recorded")
    * observed_by("fstat of both ends of an empty pipe, with bytes queued, after a part is read, and drained")
    * on("Linux", "always 0") * on("Darwin", "the number of unread bytes, by reading sys_pipe.c; not run there")
    * defined("POSIX.1-2024 <sys/stat.h>", "stat(2)"))
{
    Pipe pipe;
    bool counts = false;
    const auto unread_or_nothing = [&](off_t unread) {
        const off_t seen = status_of(pipe.read_end).st_size;
        counts = counts || seen != 0;
        CHECK(seen == (counts ? unread : 0)); // a system that counts once counts always
        CHECK(status_of(pipe.write_end).st_size <= unread);
    };
    unread_or_nothing(0);
    write_fully(pipe.write_end, "abcde");
    unread_or_nothing(5);
    CHECK(read_fully(pipe.read_end, 2) == "ab");
    unread_or_nothing(3);
    write_fully(pipe.write_end, "f");
    unread_or_nothing(4);
    CHECK(read_fully(pipe.read_end, 4) == "cdef");
    unread_or_nothing(0);
    observe("st_size", counts ? "the number of unread bytes" : "0");
}

FAULT("pipe.fstat-size-unspecified", "the size is the pipe's capacity", os::fstat,
      telling(both_ends, [](struct stat& status) { status.st_size = 65536; }));
FAULT("pipe.fstat-size-unspecified", "the size is what was written first, and stays", os::fstat,
      [seen = off_t{0}](auto real, int descriptor, struct stat* status) mutable -> int {
          const int result = real(descriptor, status);
          int queued = 0;
          ::ioctl(descriptor, FIONREAD, &queued); // NOLINT(cppcoreguidelines-pro-type-vararg)
          seen = std::max<off_t>(seen, queued);
          status->st_size = seen;
          return result;
      });
FAULT("pipe.fstat-size-unspecified", "the count is off by one", os::fstat,
      [](auto real, int descriptor, struct stat* status) -> int {
          const int result = real(descriptor, status);
          int queued = 0;
          ::ioctl(descriptor, FIONREAD, &queued); // NOLINT(cppcoreguidelines-pro-type-vararg)
          status->st_size = queued > 1 ? queued - 1 : queued;
          return result;
      });

TEST_CASE(
    "pipe.fstatfs-type"
    * says("fstatfs on a pipe or a socket names the kernel's own file system for it, not that of some folder")
    * observed_by("f_type of both ends of a pipe, of a socket pair, and of a FIFO, which lives in a folder")
    * platform("Linux", "pipe(7)", "statfs(2)"))
{
    const auto type_of = [](int descriptor) {
        struct statfs status
        {
        };
        CHECK(os::fstatfs(descriptor, &status) == 0);
        return static_cast<std::uint32_t>(status.f_type); // signed, and of any width, by system
    };
    const Pipe pipe;
    CHECK(type_of(pipe.read_end) == PIPEFS_MAGIC);
    CHECK(type_of(pipe.write_end) == PIPEFS_MAGIC);

    std::array<int, 2> sockets{-1, -1};
    set_up(os::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0);
    const Descriptor first{sockets[0]};
    const Descriptor second{sockets[1]};
    CHECK(type_of(first) == SOCKFS_MAGIC);
    CHECK(type_of(second) == SOCKFS_MAGIC);

    const OpenFifo fifo;
    const Descriptor folder{arranged(os::open(".", O_RDONLY))};
    CHECK(type_of(fifo.read_end) == type_of(folder));
}

namespace
{

template <mode_t Type, long Told>
constexpr auto telling_file_system = [](auto real, int descriptor, struct statfs* status) -> int {
    const int result = real(descriptor, status);
    struct stat file
    {
    };
    ::fstat(descriptor, &file);
    status->f_type =
        (file.st_mode & S_IFMT) == Type ? static_cast<decltype(status->f_type)>(Told) : status->f_type;
    return result;
};

} // namespace

FAULT("pipe.fstatfs-type", "a pipe is in the file system of the host's folder", os::fstatfs,
      [](auto real, int, struct statfs* status) -> int {
          const int folder = ::open(".", O_RDONLY | O_CLOEXEC);
          const int result = real(folder, status);
          ::close(folder);
          return result;
      });
FAULT("pipe.fstatfs-type", "a socket is said to be a pipe", os::fstatfs,
      telling_file_system<S_IFSOCK, PIPEFS_MAGIC>);
FAULT("pipe.fstatfs-type", "a FIFO is said to be a pipe", os::fstatfs, telling_file_system<S_IFIFO, PIPEFS_MAGIC>);

TEST_CASE("pipe.pipe-buf-min"
          * says("PIPE_BUF, as fpathconf() and the headers have it, is at least 512, and a pipe takes that many "
                 "bytes at once")
          * observed_by("_PC_PIPE_BUF of both ends; a non-blocking write of that size into an empty pipe")
          * on("Linux", "4096") * on("Darwin", "512, by reading syslimits.h")
          * shall("POSIX.1-2024 <limits.h>", "POSIX.1-2024 fpathconf()"))
{
    Pipe pipe;
    errno = 0;
    const long limit = os::fpathconf(pipe.write_end, _PC_PIPE_BUF);
    CHECK((limit != -1 || errno == 0)); // -1 without an error: there is no limit
    CHECK(os::fpathconf(pipe.read_end, _PC_PIPE_BUF) == limit);
    CHECK((limit == -1 || limit >= _POSIX_PIPE_BUF));
    CHECK((limit == -1 || limit >= declared_pipe_buf));
    observe("fpathconf", limit);
    observe("PIPE_BUF", declared_pipe_buf);

    set_nonblocking(pipe.write_end);
    const std::string record(static_cast<std::size_t>(std::max(limit, declared_pipe_buf)), 'r');
    CHECK(os::write(pipe.write_end, record.data(), record.size()) == static_cast<ssize_t>(record.size()));
}

FAULT("pipe.pipe-buf-min", "the limit is below 512", os::fpathconf, wrong_answer::returning<511>);
FAULT("pipe.pipe-buf-min", "the limit is below what the headers promise", os::fpathconf,
      [](auto real, int descriptor, int name) -> long { return real(descriptor, name) - 1; });
FAULT("pipe.pipe-buf-min", "the limit is more than a pipe holds", os::fpathconf,
      wrong_answer::returning<10'000'000>);
FAULT("pipe.pipe-buf-min", "the write end states no limit, as no pipe's", os::fpathconf,
      [](auto real, int descriptor, int name) -> long {
          errno = EINVAL;
          return (::fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY ? -1 : real(descriptor, name);
      });
