// What select makes of its count, and of bits that name no open descriptor.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <array>
#include <climits>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

/// select with a timeout of 0, for reading.
int readable_among(int count, fd_set& set)
{
    timeval at_once{};
    return os::select(count, &set, nullptr, nullptr, &at_once);
}

// The highest number that both a set and this process's limit allow for a descriptor.
int highest_number()
{
    rlimit limit{};
    set_up_call("getrlimit", ::getrlimit(RLIMIT_NOFILE, &limit) == -1 ? errno : 0);
    return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, FD_SETSIZE)) - 1;
}

// Lets this process have every descriptor that a set can name.
void require_numbers_of_a_set()
{
    rlimit limit{};
    set_up_call("getrlimit", ::getrlimit(RLIMIT_NOFILE, &limit) == -1 ? errno : 0);
    if (limit.rlim_max < FD_SETSIZE)
    {
        restricted("the case needs a descriptor as high as a set of select can name",
                   "raise RLIMIT_NOFILE (ulimit -n)");
    }
    if (limit.rlim_cur < FD_SETSIZE)
    {
        limit.rlim_cur = FD_SETSIZE;
        set_up(os::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
}

// The same open description under another number, which must be free.
Descriptor at_number(int number, int descriptor)
{
    return Descriptor{arranged(os::dup2(descriptor, number))};
}

// A number that is free, and above those of the pipe that was just made.
int number_after(int descriptor)
{
    const Descriptor closing{arranged(os::dup(descriptor))};
    return closing;
}

} // namespace

TEST_CASE("readiness.select-closed-fd"
          * says("select fails with EBADF when a set names a closed descriptor, and changes no set")
          * observed_by("a number between open ones, in each set in turn, without a timeout and beside ready data")
          * shall("POSIX.1-2024 select()", "select(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    Descriptor closing{arranged(os::dup(pipe.read_end))};
    const Descriptor above{arranged(os::dup(pipe.read_end))};
    const int closed = closing;
    closing.close();
    for (std::size_t which = 0; which < 3; ++which)
    {
        std::array<fd_set, 3> sets{set_of({pipe.read_end}), set_of({pipe.write_end}), set_of({})};
        FD_SET(closed, &sets.at(which));
        CHECK(fails_with(EBADF, os::select(above + 1, sets.data(), &sets[1], &sets[2], nullptr)));
        CHECK(FD_ISSET(pipe.read_end, sets.data()) != 0);
        CHECK(FD_ISSET(pipe.write_end, &sets[1]) != 0);
        CHECK(FD_ISSET(closed, &sets.at(which)) != 0);
    }
    CHECK(selected(pipe.read_end, in_read_set) == in_read_set); // and without it nothing is wrong

    pipe.write_end.close();
    set_nonblocking(pipe.read_end);
    CHECK(read_fully(pipe.read_end, 1) == "x");
    char byte = 0;
    CHECK(os::read(pipe.read_end, &byte, 1) == 0); // what failed has kept nothing open
}

FAULT("readiness.select-closed-fd", "a closed descriptor is ready, for nothing would block", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout);
          return ready == -1 && errno == EBADF ? 1 : ready;
      });
FAULT("readiness.select-closed-fd", "the exceptional set is not looked at", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set*, timeval* timeout) -> int {
          return real(count, readable, writable, nullptr, timeout);
      });
FAULT("readiness.select-closed-fd", "the sets are cleared although the call fails", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout);
          ready == -1 ? void(*readable = fd_set{}) : void();
          return ready;
      });
FAULT("readiness.select-closed-fd", "a call that fails keeps the files it had looked up", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout);
          for (int bit = 0; ready == -1 && bit < count; ++bit)
          {
              FD_ISSET(bit, writable) != 0 ? ::fcntl(bit, F_DUPFD, 100) : 0;
          }
          errno = ready == -1 ? EBADF : errno;
          return ready;
      });
FAULT("readiness.select-closed-fd", "the wrong errno", os::select, wrong_answer::misreporting<EBADF, EINVAL>);

TEST_CASE("readiness.select-high-closed-fd"
          * says("select fails with EBADF for a closed descriptor in a set also when it is above all open ones")
          * observed_by("a high number that was never open; then the same with a still higher one open")
          * on("Linux", "0 until a descriptor as high has been open, EBADF from then on")
          * shall("POSIX.1-2024 select()", "select(2)"))
{
    require_numbers_of_a_set();
    const int high = FD_SETSIZE - 2;
    Pipe pipe;
    fd_set set = set_of({high});
    CHECK(fails_with(EBADF, readable_among(high + 1, set)));
    {
        const Descriptor above = at_number(high + 1, pipe.read_end);
        set = set_of({high});
        CHECK(fails_with(EBADF, readable_among(high + 2, set)));
    }
    set = set_of({high});
    CHECK(fails_with(EBADF, readable_among(high + 1, set)));
}

FAULT("readiness.select-high-closed-fd", "a high descriptor is not looked at even where a higher one is open",
      os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          return real(std::min(count, 64), readable, writable, exceptional, timeout);
      });
FAULT("readiness.select-high-closed-fd", "a closed descriptor is ready, for nothing would block", os::select,
      wrong_answer::returning<1>);

TEST_CASE("readiness.select-args"
          * says("select fails with EINVAL for a negative count, and looks at no bit that is not below the count")
          * observed_by("a set with a readable and a closed descriptor, under counts that leave out one or both")
          * shall("POSIX.1-2024 select()", "select(2)"))
{
    Pipe pipe;
    write_fully(pipe.write_end, "x");
    const int readable = pipe.read_end;
    const int closed_near = number_after(pipe.write_end);
    const int closed_far = highest_number();
    for (const int closed : {closed_near, closed_far})
    {
        for (const int negative : {-1, INT_MIN})
        {
            fd_set set = set_of({readable, closed});
            CHECK(fails_with(EINVAL, readable_among(negative, set)));
            CHECK(FD_ISSET(readable, &set) != 0);
        }
        fd_set set = set_of({readable, closed});
        CHECK(readable_among(readable + 1, set) == 1);
        CHECK(FD_ISSET(readable, &set) != 0);
        set = set_of({readable, closed});
        CHECK(readable_among(readable, set) == 0);
        set = set_of({readable, closed});
        CHECK(readable_among(1, set) == 0);
        set = set_of({readable, closed});
        CHECK(readable_among(0, set) == 0);
    }
}

FAULT("readiness.select-args", "closed descriptors above the count are an error", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          for (int bit = std::max(count, 0); count >= 0 && bit < FD_SETSIZE; ++bit)
          {
              if (FD_ISSET(bit, readable) != 0 && ::fcntl(bit, F_GETFD) == -1)
              {
                  return -1; // with EBADF from fcntl
              }
          }
          return real(count, readable, writable, exceptional, timeout);
      });
FAULT("readiness.select-args", "the count is rounded up to a whole word", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int rounded = count > 0 ? (count + 7) / 8 * 8 : count;
          return real(rounded, readable, writable, exceptional, timeout);
      });
FAULT("readiness.select-args", "the count is taken for the highest descriptor", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          return real(count < 0 ? count : count + 1, readable, writable, exceptional, timeout);
      });
FAULT("readiness.select-args", "a negative count is none", os::select, wrong_answer::hiding<EINVAL, 0>);

TEST_CASE("readiness.select-after-rlimit"
          * says("select still watches an open descriptor that RLIMIT_NOFILE would not allow any more")
          * observed_by("a peer lowers its limit to 0, cannot open any more, and selects what it has open")
          * on("Linux", "the size of the descriptor table counts, though select(2) speaks of RLIMIT_NOFILE")
          * platform("Linux", "Linux core_sys_select()", "select(2)"))
{
    Pipe pipe;
    Peer limited = spawn("limited", [&] {
        const Descriptor high = at_number(40, pipe.read_end);
        rlimit limit{};
        set_up_call("getrlimit", ::getrlimit(RLIMIT_NOFILE, &limit) == -1 ? errno : 0);
        limit.rlim_cur = 0;
        set_up(os::setrlimit(RLIMIT_NOFILE, &limit) == 0);
        set_up(os::dup(pipe.read_end) == -1 && errno == EMFILE);
        CHECK(selected(high, in_read_set) == in_no_set);
        write_fully(pipe.write_end, "x");
        CHECK(selected(high, in_read_set) == in_read_set);
        CHECK(selected(pipe.write_end, in_write_set) == in_write_set);
    });
    CHECK(finished(limited));
}

FAULT("readiness.select-after-rlimit", "a count above RLIMIT_NOFILE is an error, as select(2) has it", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          rlimit limit{};
          ::getrlimit(RLIMIT_NOFILE, &limit);
          errno = EINVAL;
          return static_cast<rlim_t>(count) > limit.rlim_cur
                     ? -1
                     : real(count, readable, writable, exceptional, timeout);
      });
FAULT("readiness.select-after-rlimit", "descriptors above RLIMIT_NOFILE are left out", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          rlimit limit{};
          ::getrlimit(RLIMIT_NOFILE, &limit);
          const int looked_at = static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(count), limit.rlim_cur));
          return real(looked_at, readable, writable, exceptional, timeout);
      });
