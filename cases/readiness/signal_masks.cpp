// The signal mask that pselect, ppoll and epoll_pwait2 put in force while they wait.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/wait_calls.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <string>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

sigset_t blocking(std::initializer_list<int> signals)
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : signals)
    {
        ::sigaddset(&set, number);
    }
    return set;
}

} // namespace

namespace
{

// Alone in a process: what is pending before the wait, and which mask holds behind it.
void pending_signal_meets_the_mask(const WaitCall& call, int descriptor, const SignalCounted& counted)
{
    const sigset_t allowing = blocking({});
    const sigset_t refusing = blocking({SIGUSR1});
    timespec soon{};
    soon.tv_nsec = 1'000'000;
    const SignalBlocked blocked{SIGUSR1};
    set_up(os::kill(os::getpid(), SIGUSR1) == 0);
    CHECK(call.wait(descriptor, &soon, &refusing) == 0);
    CHECK(call.wait(descriptor, &soon, nullptr) == 0); // no mask given: the process's own stays
    CHECK(counted.deliveries() == 0);
    CHECK(fails_with(EINTR, call.wait(descriptor, &soon, &allowing)));
    CHECK(counted.deliveries() == 1);
    set_up(os::kill(os::getpid(), SIGUSR1) == 0);
    CHECK(blocked.pending());
    CHECK(counted.deliveries() == 1);
}

} // namespace

TEST_CASE(
    "readiness.sigmask-atomic"
    * says("the mask given to a wait holds for the wait only: what it allows interrupts, what it blocks does not")
    * observed_by("a signal pending before the wait, and one sent to a peer asleep in it, allowed and blocked")
    * on("Darwin", "pselect only; there is no ppoll")
    * shall("POSIX.1-2024 pselect()", "POSIX.1-2024 ppoll()", "select(2)"))
{
    const sigset_t allowing = blocking({});
    const sigset_t refusing = blocking({SIGUSR1});
    for (const WaitCall& call : wait_calls())
    {
        if (!call.takes_mask)
        {
            continue;
        }
        Pipe pipe;
        const Event allowed;
        const Event refused;
        Peer waiter = spawn(std::string{call.call->name()}, [&] {
            const SignalCounted counted{SIGUSR1};
            pending_signal_meets_the_mask(call, pipe.read_end, counted);
            {
                const SignalBlocked blocked{SIGUSR1};
                const int before = counted.deliveries();
                allowed.set();
                CHECK(fails_with(EINTR, call.wait(pipe.read_end, nullptr, &allowing)));
                CHECK(counted.deliveries() == before + 1);
            }
            const int before = counted.deliveries();
            refused.set();
            CHECK(call.wait(pipe.read_end, nullptr, &refusing) == 1);
            CHECK(counted.deliveries() == before + 1); // behind the wait, where the signal is allowed again
        });
        allowed.wait();
        REQUIRE(blocked_in(waiter, *call.call));
        set_up(os::kill(waiter.pid(), SIGUSR1) == 0);
        refused.wait();
        REQUIRE(blocked_in(waiter, *call.call));
        set_up(os::kill(waiter.pid(), SIGUSR1) == 0);
        CHECK(blocked_in(waiter, *call.call));
        CHECK(os::write(pipe.write_end, "x", 1) == 1);
        REQUIRE(finished(waiter));
    }
}

namespace
{

// The mask is set before the wait and taken back behind it, by calls of their own: the gap it was made to close.
constexpr auto in_three_steps = [](auto real, pollfd* entries, nfds_t count, const timespec* timeout,
                                   const sigset_t* mask) -> int {
    sigset_t previous{};
    ::pthread_sigmask(SIG_SETMASK, mask, &previous);
    const int ready = real(entries, count, timeout, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    return ready;
};

} // namespace

FAULT("readiness.sigmask-atomic", "ppoll puts the mask in force before the wait and loses the signal", os::ppoll,
      in_three_steps);
FAULT("readiness.sigmask-atomic", "pselect ignores its mask", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* /*mask*/) -> int {
          return real(count, readable, writable, exceptional, timeout, nullptr);
      });
FAULT("readiness.sigmask-atomic", "the mask stays in force behind pselect", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout, mask);
          const int error = errno;
          mask == nullptr ? 0 : ::pthread_sigmask(SIG_SETMASK, mask, nullptr);
          errno = error;
          return ready;
      });
FAULT("readiness.sigmask-atomic", "a signal that the mask blocks interrupts all the same", os::pselect,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
         const sigset_t* mask) -> int {
          const bool blocks = mask != nullptr && ::sigismember(mask, SIGUSR1) == 1;
          const sigset_t nothing = blocking({});
          return real(count, readable, writable, exceptional, timeout, blocks ? &nothing : mask);
      });

TEST_CASE(
    "readiness.sigmask-args"
    * says("ppoll, pselect and epoll_pwait fail with EINVAL for a signal set of another size than the kernel's")
    * observed_by("the kernel's own calls, which take the size: too small, too large, the C library's, and right")
    * platform("Linux", "poll(2)", "select(2)", "epoll_wait(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    const Descriptor queue{arranged(os::epoll_create1(EPOLL_CLOEXEC))};
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    set_up(os::epoll_ctl(queue, EPOLL_CTL_ADD, pipe.read_end, &wanted) == 0);

    const sigset_t mask[2]{blocking({}), blocking({})}; // memory enough for whatever size is believed
    pollfd entry = asking(pipe.read_end, POLLIN);
    epoll_event event{};
    for (const std::size_t size : {std::size_t{0}, kernel_signal_set_size - 1, kernel_signal_set_size + 1,
                                   kernel_signal_set_size / 2, 2 * kernel_signal_set_size, sizeof(sigset_t)})
    {
        fd_set set = set_of({pipe.read_end});
        CHECK(fails_with(EINVAL, os::kernel_ppoll(&entry, 1, mask, size)));
        CHECK(fails_with(EINVAL, os::kernel_pselect(pipe.read_end + 1, &set, mask, size)));
        CHECK(fails_with(EINVAL, os::kernel_epoll_pwait(queue, &event, mask, size)));
    }
    CHECK(entry.revents == 0);
    fd_set set = set_of({pipe.read_end});
    CHECK(os::kernel_ppoll(&entry, 1, mask, kernel_signal_set_size) == 1);
    CHECK(os::kernel_pselect(pipe.read_end + 1, &set, mask, kernel_signal_set_size) == 1);
    CHECK(os::kernel_epoll_pwait(queue, &event, mask, kernel_signal_set_size) == 1);
}

FAULT("readiness.sigmask-args", "ppoll does not look at the size", os::kernel_ppoll,
      [](auto real, pollfd* entries, nfds_t count, const sigset_t* mask, std::size_t) -> int {
          return real(entries, count, mask, kernel_signal_set_size);
      });
FAULT("readiness.sigmask-args", "a set that is too large is taken for its beginning", os::kernel_pselect,
      [](auto real, int count, fd_set* readable, const sigset_t* mask, std::size_t size) -> int {
          return real(count, readable, mask, std::min(size, kernel_signal_set_size));
      });
FAULT("readiness.sigmask-args", "epoll_pwait takes a set without a size for no set", os::kernel_epoll_pwait,
      [](auto real, int queue, epoll_event* event, const sigset_t* mask, std::size_t size) -> int {
          return size == 0 ? real(queue, event, nullptr, size) : real(queue, event, mask, size);
      });
FAULT("readiness.sigmask-args", "the wrong errno", os::kernel_ppoll, wrong_answer::misreporting<EINVAL, EFAULT>);
