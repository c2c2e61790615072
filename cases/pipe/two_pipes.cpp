// Two sides with a pipe each way: how they come to wait for each other, and how they need not.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>

using namespace ipc_conform;

namespace
{

/// How much a pipe takes in writes of PIPE_BUF bytes; it is empty again afterwards.
std::size_t capacity_of(const Pipe& pipe)
{
    set_nonblocking(pipe.write_end);
    const std::size_t capacity = fill(pipe.write_end, atomic_size(pipe.write_end));
    set_nonblocking(pipe.write_end, false);
    set_up(read_fully(pipe.read_end, capacity).size() == capacity);
    return capacity;
}

// A side that first says all it has to say, in one write, and listens only then.
void write_then_read(int write_end, const std::string& message, int read_end, const std::string& answer)
{
    REQUIRE(os::write(write_end, message.data(), message.size()) == static_cast<ssize_t>(message.size()));
    CHECK((read_fully(read_end, answer.size()) == answer));
}

} // namespace

TEST_CASE(
    "pipe.two-pipes-blocking-deadlock"
    * says("two sides that each write more than a pipe holds before they read block each other until a third "
           "drains one")
    * observed_by(
        "both sides seen asleep in write at once; a third reads one pipe, and both writes return after it")
    * on("Linux", "a pipe holds 65536 bytes") * on("Darwin", "the same, by reading sys_pipe.c")
    * shall("POSIX.1-2024 write()", "pipe(7)"))
{
    Pipe there;
    Pipe back;
    const std::size_t there_holds = capacity_of(there);
    const std::size_t back_holds = capacity_of(back);
    const std::string question(2 * there_holds, 'q');
    const std::string answer(2 * back_holds, 'a');
    const std::string rest(there_holds, 'q');
    observe("bytes one pipe holds", there_holds);
    Peer left = spawn("left", [&] { write_then_read(there.write_end, question, back.read_end, answer); });
    Peer right = spawn("right", [&] { write_then_read(back.write_end, answer, there.read_end, rest); });

    REQUIRE(blocked_in(left, os::write, there.write_end));
    REQUIRE(blocked_in(right, os::write, back.write_end));
    CHECK(blocked_in(left, os::write, there.write_end)); // it still is, so both are at once
    const Stamp cause = stamp();
    CHECK((read_fully(there.read_end, question.size() - rest.size()) == rest));
    REQUIRE(finished(left));
    CHECK(finished(right));
    CHECK(returned_after(cause, left, os::write));
    CHECK(returned_after(cause, right, os::write));
}

FAULT("pipe.two-pipes-blocking-deadlock", "a write returns early, with what fitted", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const int flags = ::fcntl(descriptor, F_GETFL);
          ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
          const ssize_t written = real(descriptor, bytes, size);
          ::fcntl(descriptor, F_SETFL, flags);
          errno = EAGAIN;
          return written;
      });
FAULT("pipe.two-pipes-blocking-deadlock", "the system resolves the deadlock by failing a write", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const bool may_block = (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
          errno = EDEADLK;
          return may_block ? -1 : real(descriptor, bytes, size);
      });
FAULT("pipe.two-pipes-blocking-deadlock", "a write that had to wait returns a byte too few", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const bool may_block = (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
          return real(descriptor, bytes, size) - (may_block ? 1 : 0);
      });

namespace
{

// One thread, which waits only until it can do something on either pipe.
void serve_both(int write_end, const std::string& message, int read_end, const std::string& answer)
{
    set_nonblocking(write_end);
    set_nonblocking(read_end);
    std::size_t sent = 0;
    std::string received;
    while (sent < message.size() || received.size() < answer.size())
    {
        std::array<pollfd, 2> ends{{{read_end, POLLIN, 0}, {sent < message.size() ? write_end : -1, POLLOUT, 0}}};
        REQUIRE(os::poll(ends.data(), ends.size(), -1) > 0);
        if (ends[0].revents != 0)
        {
            std::array<char, 4096> part;
            const ssize_t got = os::read(read_end, part.data(), part.size());
            REQUIRE(got > 0);
            received.append(part.data(), static_cast<std::size_t>(got));
        }
        if (ends[1].revents != 0)
        {
            const ssize_t written = os::write(write_end, message.data() + sent, message.size() - sent);
            REQUIRE(written > 0);
            sent += static_cast<std::size_t>(written);
        }
    }
    CHECK((received == answer));
}

} // namespace

TEST_CASE(
    "pipe.two-pipes-single-thread-poll"
    * says("with O_NONBLOCK and poll one thread a side carries more than the pipes hold both ways at once")
    * observed_by(
        "two single-threaded sides with O_NONBLOCK and poll exchange four capacities each way; contents agree")
    * shall("POSIX.1-2024 poll()", "POSIX.1-2024 read()", "POSIX.1-2024 write()"))
{
    Pipe there;
    Pipe back;
    const std::size_t capacity = capacity_of(there);
    const std::string question(4 * capacity, 'q'); // as one write each, without poll, this is the deadlock
    const std::string answer(4 * capacity, 'a');
    observe("bytes each way", question.size());
    Peer left = spawn("left", [&] { serve_both(there.write_end, question, back.read_end, answer); });
    Peer right = spawn("right", [&] { serve_both(back.write_end, answer, there.read_end, question); });
    REQUIRE(finished(left));
    CHECK(finished(right));
}

FAULT("pipe.two-pipes-single-thread-poll", "a writable end is never announced", os::poll,
      [](auto real, pollfd* ends, nfds_t count, int timeout) -> int {
          for (nfds_t index = 0; index < count; ++index)
          {
              ends[index].events = static_cast<short>(ends[index].events & ~POLLOUT);
          }
          return real(ends, count, timeout);
      });
FAULT("pipe.two-pipes-single-thread-poll", "only writable ends are announced, full ones as well", os::poll,
      [](auto /*real*/, pollfd* ends, nfds_t, int) -> int {
          ends[0].revents = 0;
          ends[1].revents = POLLOUT;
          return 1;
      });
FAULT("pipe.two-pipes-single-thread-poll", "an empty pipe is announced as readable", os::poll,
      [](auto real, pollfd* ends, nfds_t count, int timeout) -> int {
          const int ready = real(ends, count, timeout);
          ends[0].revents = POLLIN;
          return ready;
      });
