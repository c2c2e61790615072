// How long poll, select and their like wait when nothing happens.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/wait_calls.hpp"

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;
using namespace std::chrono_literals;

namespace
{

std::chrono::nanoseconds monotonic()
{
    timespec now{};
    set_up(os::clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

timespec as_timespec(std::chrono::nanoseconds time)
{
    timespec result{};
    result.tv_sec = static_cast<decltype(result.tv_sec)>(time / 1s);
    result.tv_nsec = static_cast<decltype(result.tv_nsec)>((time % 1s).count());
    return result;
}

// Each call waits in a process of its own, all at the same time; one that does not come back is not finished
// within the patience of the fixtures, which is all that "soon after" can mean on a loaded system.
void each_waits_its_time(int descriptor, std::initializer_list<std::chrono::nanoseconds> timeouts)
{
    std::vector<Peer> waiters;
    for (const WaitCall& call : wait_calls())
    {
        waiters.push_back(spawn(std::string{call.call->name()}, [&, call] {
            for (const std::chrono::nanoseconds asked : timeouts)
            {
                timespec timeout = as_timespec(asked);
                const std::chrono::nanoseconds before = monotonic();
                CHECK(call.wait(descriptor, &timeout, nullptr) == 0);
                CHECK((monotonic() - before).count() >= asked.count());
                CHECK(timeout.tv_sec == 0);
                CHECK(timeout.tv_nsec == asked.count()); // only select may write into its own
            }
        }));
    }
    for (Peer& waiter : waiters)
    {
        CHECK(finished(waiter));
    }
}

} // namespace

TEST_CASE(
    "readiness.timeout-bounds"
    * says("with nothing ready poll, select and their like return 0, not before their timeout and soon after it")
    * observed_by("each call waits for an empty pipe for 0, 1 ns and 30 ms by the monotonic clock")
    * on("Linux", "30.1 to 30.2 ms; 10 us for 1 ns; poll and epoll_wait count in ms and round up")
    * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()", "epoll_pwait2(2)", "LTP epoll_pwait06"))
{
    Pipe pipe;
    each_waits_its_time(pipe.read_end, {0ns, 1ns, 30ms});
}

FAULT("readiness.timeout-bounds", "poll returns without waiting", os::poll, wrong_answer::returning<0>);
FAULT("readiness.timeout-bounds", "select rounds its timeout down to a multiple of 100 ms", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval*) -> int {
          timeval rounded{};
          return real(count, readable, writable, exceptional, &rounded);
      });
FAULT("readiness.timeout-bounds", "pselect takes its nanoseconds for tenths of them", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          timespec tenth = *timeout;
          tenth.tv_nsec /= 10;
          return real(count, readable, writable, exceptional, &tenth, mask);
      });
FAULT("readiness.timeout-bounds", "pselect leaves in its timeout what is left of it", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout, mask);
          const_cast<timespec*>(timeout)->tv_nsec = 0;
          return ready;
      });
FAULT("readiness.timeout-bounds", "a timeout that has run out is an error", os::ppoll,
      [](auto real, pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t* mask) -> int {
          const int ready = real(entries, count, timeout, mask);
          errno = ETIMEDOUT;
          return ready == 0 ? -1 : ready;
      });
FAULT("readiness.timeout-bounds", "epoll_pwait2 takes a tiny timeout for none, and waits for ever",
      os::epoll_pwait2,
      [](auto real, int queue, epoll_event* events, int count, const timespec* timeout,
         const sigset_t* mask) -> int {
          const bool tiny = timeout->tv_sec == 0 && timeout->tv_nsec > 0 && timeout->tv_nsec < 1000;
          return real(queue, events, count, tiny ? nullptr : timeout, mask);
      });

TEST_CASE("readiness.poll-empty-set"
          * says("poll, select and their like with nothing to watch sleep for their timeout and return 0")
          * observed_by("each call gets no descriptor and a timeout of 0, then of 10 ms, by the monotonic clock")
          * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()", "poll(2)", "select(2)"))
{
    each_waits_its_time(-1, {0ms, 10ms});
}

FAULT("readiness.poll-empty-set", "poll has nothing to wait for and returns", os::poll,
      wrong_answer::returning<0>);
FAULT("readiness.poll-empty-set", "select without a set is a mistake", os::select,
      wrong_answer::failing_with<EINVAL>);
FAULT("readiness.poll-empty-set", "pselect with nothing to watch returns early", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          timespec at_once{};
          return real(count, readable, writable, exceptional, count == 0 ? &at_once : timeout, mask);
      });

TEST_CASE("readiness.timeout-args"
          * says("a negative timeout, or one with a nanosecond too many, fails with EINVAL, whatever is ready")
          * observed_by("a table of timeouts for each call that takes one, on a pipe that holds data")
          * on("Linux", "select carries a million microseconds over into the seconds")
          * on("Darwin", "EINVAL, by reading sys_generic.c; not run there")
          * shall("POSIX.1-2024 select()", "POSIX.1-2024 ppoll()", "select(2)", "poll(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    for (const WaitCall& call : wait_calls())
    {
        if (call.unit == 1ns)
        {
            for (const auto& [seconds, nanoseconds] :
                 {std::pair{-1, 0L}, {0, -1L}, {-1, 999'999'999L}, {0, 1'000'000'000L}, {1, -1L}})
            {
                timespec invalid{};
                invalid.tv_sec = seconds;
                invalid.tv_nsec = static_cast<decltype(invalid.tv_nsec)>(nanoseconds);
                CHECK(fails_with(EINVAL, call.wait(pipe.read_end, &invalid, nullptr)));
            }
            const timespec just_valid = as_timespec(999'999'999ns);
            CHECK(call.wait(pipe.read_end, &just_valid, nullptr) == 1);
        }
    }
    const auto selected_for = [&](int seconds, int microseconds) {
        fd_set set = set_of({pipe.read_end});
        timeval timeout{};
        timeout.tv_sec = seconds;
        timeout.tv_usec = microseconds;
        return os::select(pipe.read_end + 1, &set, nullptr, nullptr, &timeout);
    };
    CHECK(fails_with(EINVAL, selected_for(-1, 0)));
    CHECK(fails_with(EINVAL, selected_for(0, -1)));
    CHECK(fails_with(EINVAL, selected_for(1, -1)));
    CHECK(selected_for(0, 999'999) == 1);
    const int a_million = selected_for(0, 1'000'000); // POSIX does not say whether that is invalid
    const std::string answer = a_million == 1 ? "carried over" : name_of_error(errno);
    observe("select for a million microseconds", answer);
    CHECK((a_million == 1 || answer == "EINVAL"));
}

namespace
{

// A lenient system looks at what is ready before it looks at the timeout.
constexpr auto lenient = [](auto real, auto... arguments) -> int {
    const int ready = real(arguments...);
    return ready == -1 && errno == EINVAL ? 1 : ready;
};

} // namespace

FAULT("readiness.timeout-args", "ppoll waits for ever instead", os::ppoll, lenient);
FAULT("readiness.timeout-args", "pselect takes 10^9 nanoseconds for a second", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          timespec carried{};
          carried.tv_sec = timeout->tv_sec + timeout->tv_nsec / 1'000'000'000;
          carried.tv_nsec = timeout->tv_nsec % 1'000'000'000;
          return real(count, readable, writable, exceptional, &carried, mask);
      });
FAULT("readiness.timeout-args", "select looks at the timeout when it has to wait only", os::select, lenient);
FAULT("readiness.timeout-args", "the largest number of nanoseconds is one too many", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          errno = EINVAL;
          return timeout->tv_nsec >= 999'999'999 ? -1
                                                 : real(count, readable, writable, exceptional, timeout, mask);
      });
