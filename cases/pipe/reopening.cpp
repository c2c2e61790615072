// A pipe's ends under their names in /proc: opened again, and looked at.
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/wrong_answers.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

using namespace ipc_conform;

namespace
{

// Of this process: "fd", the end itself; "fdinfo", what is told about it.
std::string name_of(int end, const char* folder = "fd")
{
    const std::string path = fmt::format("/proc/self/{}/{}", folder, end);
    if (::access(path.c_str(), F_OK) != 0)
    {
        restricted("a process's descriptors have no names in /proc", "mount procfs on /proc");
    }
    return path;
}

// For faults: the descriptor that a path of /proc names, or -1.
int named_by(const char* path, const char* folder = "/fd/")
{
    const char* number = std::strstr(path, folder);
    return number == nullptr ? -1 : std::atoi(number + std::strlen(folder));
}

} // namespace

TEST_CASE(
    "pipe.proc-reopen"
    * says("opening /proc/self/fd/N of an end makes a new description of the same pipe, for the access asked for")
    * observed_by("a writer is made of the read end and a reader of the write end; bytes, flags and the end of "
                  "file are followed")
    * platform("Linux", "proc(5)", "pipe(7)"))
{
    Pipe pipe;
    set_nonblocking(pipe.read_end);
    Descriptor writer{os::open(name_of(pipe.read_end).c_str(), O_WRONLY)};
    REQUIRE(writer >= 0);
    const Descriptor reader{os::open(name_of(pipe.write_end).c_str(), O_RDONLY)};
    REQUIRE(reader >= 0);
    CHECK((os::fcntl(writer, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_WRONLY); // its flags are its own
    CHECK((os::fcntl(reader, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDONLY);
    CHECK(os::write(writer, "abc", 3) == 3);
    CHECK(os::write(pipe.write_end, "def", 3) == 3);
    CHECK(read_fully(pipe.read_end, 2) == "ab");
    CHECK(read_fully(reader, 4) == "cdef");

    char byte = 0;
    pipe.write_end.close();
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // it has a writer yet
    writer.close();
    CHECK(os::read(pipe.read_end, &byte, 1) == 0);
    CHECK(os::read(reader, &byte, 1) == 0);
    const Descriptor late_writer{os::open(name_of(reader).c_str(), O_WRONLY)};
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1))); // and again
}

FAULT("pipe.proc-reopen", "a different pipe is opened", os::open,
      [](auto /*real*/, const char*, int flags, mode_t) -> int {
          std::array<int, 2> ends{};
          return ::pipe(ends.data()) == 0 ? ends[(flags & O_ACCMODE) == O_WRONLY ? 1 : 0] : -1;
      });
FAULT("pipe.proc-reopen", "the descriptor is duplicated, whatever access is asked for", os::open,
      [](auto /*real*/, const char* path, int, mode_t) -> int { return ::dup(named_by(path)); });
FAULT("pipe.proc-reopen", "a writer that was made so does not count as one", os::read,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.proc-reopen", "the new description takes over the flags of the old one", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, flags | (::fcntl(named_by(path), F_GETFL) & O_NONBLOCK), mode);
      });

TEST_CASE(
    "pipe.proc-reopen-no-wait"
    * says("opening an end again waits for no partner and misses none, unlike a FIFO's: the pipe has had both")
    * observed_by("without a writer the read end, without a reader the write end is opened again, blocking and "
                  "not, and used")
    * platform("Linux", "proc(5)", "fifo(7)", "gVisor pipe"))
{
    const SignalIgnored no_signal{SIGPIPE};
    Pipe without_writer;
    Pipe without_reader;
    write_fully(without_writer.write_end, "x");
    without_writer.write_end.close();
    without_reader.read_end.close();
    Peer process = spawn("process", [&] { // of its own: an open that does not return is told apart
        for (const int mode : {0, O_NONBLOCK})
        {
            const Descriptor reader{os::open(name_of(without_writer.read_end).c_str(), O_RDONLY | mode)};
            REQUIRE(reader >= 0);
            CHECK(read_fully(reader, 2) == (mode == 0 ? "x" : ""));
            char byte = 'k';
            CHECK(os::read(reader, &byte, 1) == 0);

            const Descriptor writer{os::open(name_of(without_reader.write_end).c_str(), O_WRONLY | mode)};
            REQUIRE(writer >= 0);
            CHECK(fails_with(EPIPE, os::write(writer, "x", 1)));
        }
    });
    CHECK(finished(process));
}

FAULT("pipe.proc-reopen-no-wait", "the open waits for a writer, as that of a FIFO does", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          pollfd nothing{.fd = -1, .events = 0, .revents = 0};
          ::poll(&nothing, 1, flags == O_RDONLY ? -1 : 0);
          return real(path, flags, mode);
      });
FAULT("pipe.proc-reopen-no-wait", "a non-blocking open for writing finds no reader, as that of a FIFO does",
      os::open, [](auto real, const char* path, int flags, mode_t mode) -> int {
          errno = ENXIO;
          return flags == (O_WRONLY | O_NONBLOCK) ? -1 : real(path, flags, mode);
      });
FAULT("pipe.proc-reopen-no-wait", "the open for reading counts as a writer as well", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, (flags & O_ACCMODE) == O_RDONLY ? O_RDWR | O_NONBLOCK : flags, mode);
      });
FAULT("pipe.proc-reopen-no-wait", "an opening without a partner empties the pipe", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int end = real(path, flags, mode);
          char dropped[16];
          return flags == O_RDONLY && ::read(end, dropped, sizeof dropped) < 0 ? -1 : end;
      });

TEST_CASE(
    "pipe.proc-look-no-ref"
    * says("looking at an end through /proc holds no reference to it: its close is still seen at the other end")
    * observed_by(
        "stat, lstat, an O_PATH opening and fdinfo of each end, the openings kept; the end of file, then EPIPE")
    * platform("Linux", "proc(5)", "gVisor pipe"))
{
    const SignalIgnored no_signal{SIGPIPE};
    const auto looks_at = [](int end) {
        struct stat status
        {
        };
        CHECK(os::stat(name_of(end).c_str(), &status) == 0);
        CHECK(S_ISFIFO(status.st_mode));
        CHECK(os::lstat(name_of(end).c_str(), &status) == 0);
        CHECK(S_ISLNK(status.st_mode));
        std::vector<Descriptor> looks;
        looks.emplace_back(os::open(name_of(end).c_str(), O_PATH));
        looks.emplace_back(os::open(name_of(end, "fdinfo").c_str(), O_RDONLY));
        CHECK(looks.front() >= 0);
        char information[64];
        CHECK(os::read(looks.back(), information, sizeof information) > 0);
        return looks;
    };
    char byte = 0;
    Pipe ending;
    set_nonblocking(ending.read_end);
    const std::vector<Descriptor> at_writer = looks_at(ending.write_end);
    CHECK(fails_with(EAGAIN, os::read(ending.read_end, &byte, 1)));
    ending.write_end.close();
    CHECK(os::read(ending.read_end, &byte, 1) == 0);

    Pipe breaking;
    const std::vector<Descriptor> at_reader = looks_at(breaking.read_end);
    CHECK(os::write(breaking.write_end, "x", 1) == 1);
    breaking.read_end.close();
    CHECK(fails_with(EPIPE, os::write(breaking.write_end, "x", 1)));
}

FAULT("pipe.proc-look-no-ref", "stat leaves a reference to the end behind", os::stat,
      [](auto real, const char* path, struct stat* status) -> int {
          ::dup(named_by(path));
          return real(path, status);
      });
FAULT("pipe.proc-look-no-ref", "an open fdinfo keeps the end open", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          const int end = named_by(path, "/fdinfo/");
          end == -1 ? -1 : ::dup(end);
          return real(path, flags, mode);
      });
FAULT("pipe.proc-look-no-ref", "an opening by O_PATH counts as a reader and a writer", os::open,
      [](auto real, const char* path, int flags, mode_t mode) -> int {
          return real(path, flags == O_PATH ? O_RDWR | O_NONBLOCK : flags, mode);
      });
