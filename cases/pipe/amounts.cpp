// How many bytes: what a read returns when it asks for more than there is, and what FIONREAD counts.
#include "cases/pipe/channel_bodies.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/wrong_answers.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE(
    "pipe.read-partial"
    * says("a read that asks for more than is queued returns what is queued without waiting for the rest")
    * observed_by("blocking reads and readv of more than one write, several writes, and more than PIPE_BUF bytes")
    * on("Darwin", "the same, by reading sys_pipe.c")
    * shall("POSIX.1-2024 read()", "POSIX.1-2024 readv()", "pipe(7)"))
{
    Pipe pipe;
    Peer reader = spawn("reader", [&] { // a process of its own: one that waits for the rest is told apart
        channel::read_returns_what_is_there(pipe);

        write_fully(pipe.write_end, "de");
        write_fully(pipe.write_end, "fgh");
        std::array<char, 4> head{};
        std::array<char, 96> tail{};
        const std::array segments{iovec{head.data(), head.size()}, iovec{tail.data(), tail.size()}};
        CHECK(os::readv(pipe.read_end, segments.data(), 2) == 5);
        CHECK(std::string_view{head.data(), 4} == "defg");
        CHECK(tail.front() == 'h');
        CHECK(tail[1] == 0);

        const std::string sent = random_bytes(atomic_size(pipe.write_end) + 1, 1);
        write_fully(pipe.write_end, sent);
        std::string got(2 * sent.size(), '\0');
        REQUIRE(os::read(pipe.read_end, got.data(), got.size()) == static_cast<ssize_t>(sent.size()));
        CHECK(same_bytes(got.substr(0, sent.size()), sent));
    });
    CHECK(finished(reader));
}

FAULT("pipe.read-partial", "a read waits for the full count", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          ssize_t got = real(descriptor, bytes, size);
          while (got > 0 && static_cast<std::size_t>(got) < size)
          {
              const ssize_t more =
                  real(descriptor, static_cast<char*>(bytes) + got, size - static_cast<std::size_t>(got));
              got = more > 0 ? got + more : -1;
          }
          return got;
      });
FAULT("pipe.read-partial", "a read returns the count that was asked for", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got > 0 ? static_cast<ssize_t>(size) : got;
      });
FAULT("pipe.read-partial", "readv stops when its first segment is full", os::readv,
      [](auto real, int descriptor, const iovec* segments, int) -> ssize_t {
          return real(descriptor, segments, 1);
      });
FAULT("pipe.read-partial", "a read does not go beyond PIPE_BUF", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, std::min(size, atomic_size(descriptor)));
      });
FAULT("pipe.read-partial", "too little for the count is refused with EAGAIN", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          errno = EAGAIN;
          return size == 100 ? -1 : real(descriptor, bytes, size);
      });

TEST_CASE("pipe.fionread" * says("FIONREAD tells the number of unread bytes, on the read end and on the write end")
          * observed_by("the count after several writes, reads of a part, a read across pages, and the last close")
          * on("Linux", "on both ends")
          * on("Darwin", "on the read end; 0 on the write end, by reading sys_pipe.c; not run there")
          * platform("Linux", "pipe(7)"))
{
    Pipe pipe;
    const auto unread = [](int end) {
        int count = -1;
        CHECK(os::ioctl(end, FIONREAD, &count) == 0);
        return count;
    };
    const auto both = [&](std::size_t expected) {
        CHECK(unread(pipe.read_end) == static_cast<int>(expected));
        CHECK(unread(pipe.write_end) == static_cast<int>(expected));
    };
    both(0);
    write_fully(pipe.write_end, "abcde");
    both(5);
    write_fully(pipe.write_end, "fg");
    both(7);
    CHECK(read_fully(pipe.read_end, 3) == "abc");
    both(4);
    const std::size_t size = atomic_size(pipe.write_end) + 1; // ends up in more than one page
    write_fully(pipe.write_end, std::string(size, 'p'));
    both(4 + size);
    CHECK(read_fully(pipe.read_end, 5) == "defgp");
    both(size - 1);
    CHECK(read_fully(pipe.read_end, size - 2).size() == size - 2);
    both(1);
    pipe.write_end.close();
    CHECK(unread(pipe.read_end) == 1);
    CHECK(read_fully(pipe.read_end, 1) == "p");
    CHECK(unread(pipe.read_end) == 0);
}

namespace
{

// For faults: changes the count that FIONREAD stores.
template <class Change>
constexpr auto counting(Change change)
{
    return [change](auto real, int descriptor, unsigned long request, void* argument) -> int {
        const int result = real(descriptor, request, argument);
        int& count = *static_cast<int*>(argument);
        count = change(descriptor, count);
        return result;
    };
}

} // namespace

FAULT("pipe.fionread", "the count is not brought down by a read of a part", os::ioctl,
      [most = 0](auto real, int descriptor, unsigned long request, void* argument) mutable -> int {
          const int result = real(descriptor, request, argument);
          int& count = *static_cast<int*>(argument);
          most = count == 0 ? 0 : std::max(most, count);
          count = most;
          return result;
      });
FAULT("pipe.fionread", "only the first page is counted", os::ioctl,
      counting([](int end, int count) { return std::min(count, static_cast<int>(atomic_size(end))); }));
FAULT("pipe.fionread", "the write end has nothing to read", os::ioctl,
      counting([](int end, int count) { return (::fcntl(end, F_GETFL) & O_ACCMODE) == O_WRONLY ? 0 : count; }));
FAULT("pipe.fionread", "without a writer nothing is counted", os::ioctl, counting([](int end, int count) {
          pollfd hung_up{.fd = end, .events = 0, .revents = 0};
          return ::poll(&hung_up, 1, 0) == 1 ? 0 : count;
      }));
FAULT("pipe.fionread", "the request is unknown to pipes", os::ioctl, wrong_answer::failing_with<ENOTTY>);
