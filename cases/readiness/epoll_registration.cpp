// What an epoll set holds: which entries it refuses, and what each carries.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/files.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <string_view>
#include <vector>

using namespace ipc_conform;

namespace
{

struct Refusal
{
    std::string_view what;
    int error;
    int set;
    int operation;
    int descriptor;
    std::uint32_t events;
};

Finding refused(const Refusal& row)
{
    epoll_event event{};
    event.events = row.events;
    const Finding finding = fails_with(row.error, os::epoll_ctl(row.set, row.operation, row.descriptor, &event));
    const std::string seen = fmt::format("{}: {}", row.what, finding.seen());
    return finding ? Finding::yes(seen) : Finding::no(seen);
}

int closed_descriptor()
{
    Descriptor gone{arranged(os::dup(STDIN_FILENO))};
    const int number = gone;
    gone.close();
    return number;
}

} // namespace

TEST_CASE("readiness.epoll-errors"
          * says("epoll_ctl refuses what it cannot do, each with its own error, and leaves the set as it was")
          * observed_by("a table of refusals; afterwards the one entry reports as before")
          * platform("Linux", "epoll_ctl(2)"))
{
    Pipe pipe;
    const EventPoll set;
    const EventPoll other;
    const TemporaryFile file;
    const Descriptor same{arranged(os::dup(set))};
    const Descriptor exclusive{arranged(os::dup(pipe.read_end))};
    set.add(pipe.read_end, EPOLLIN);
    set.add(exclusive, EPOLLIN | EPOLLEXCLUSIVE);
    const std::vector<int> open_before = open_descriptors();
    const int closed = closed_descriptor();
    const int in = pipe.read_end;
    const int out = pipe.write_end;

    const Refusal rows[] = {
        {"added twice", EEXIST, set, EPOLL_CTL_ADD, in, EPOLLIN},
        {"added twice with other events", EEXIST, set, EPOLL_CTL_ADD, in, EPOLLPRI},
        {"changed without being there", ENOENT, set, EPOLL_CTL_MOD, out, EPOLLOUT},
        {"removed without being there", ENOENT, set, EPOLL_CTL_DEL, out, 0},
        {"in another set", ENOENT, other, EPOLL_CTL_DEL, in, 0},
        {"a closed descriptor", EBADF, set, EPOLL_CTL_ADD, closed, EPOLLIN},
        {"no descriptor", EBADF, set, EPOLL_CTL_ADD, -1, EPOLLIN},
        {"into a closed set", EBADF, closed, EPOLL_CTL_ADD, out, EPOLLOUT},
        {"added to itself", EINVAL, set, EPOLL_CTL_ADD, set, EPOLLIN},
        {"a duplicate added to itself", EINVAL, set, EPOLL_CTL_ADD, same, EPOLLIN},
        {"into what is no set", EINVAL, in, EPOLL_CTL_ADD, out, EPOLLOUT},
        {"an unknown operation", EINVAL, set, EPOLL_CTL_MOD + 1, in, EPOLLIN},
        {"a file that is always ready", EPERM, set, EPOLL_CTL_ADD, file.descriptor(), EPOLLIN},
        {"changed to EPOLLEXCLUSIVE", EINVAL, set, EPOLL_CTL_MOD, in, EPOLLIN | EPOLLEXCLUSIVE},
        {"an exclusive one changed", EINVAL, set, EPOLL_CTL_MOD, exclusive, EPOLLIN},
        {"EPOLLEXCLUSIVE with EPOLLONESHOT", EINVAL, set, EPOLL_CTL_ADD, out,
         EPOLLOUT | EPOLLEXCLUSIVE | EPOLLONESHOT},
        {"EPOLLEXCLUSIVE with a set", EINVAL, set, EPOLL_CTL_ADD, other, EPOLLIN | EPOLLEXCLUSIVE},
    };
    for (const Refusal& row : rows)
    {
        CHECK(refused(row));
    }
    CHECK(open_descriptors() == open_before);
    CHECK(set.events() == nothing);
    write_fully(pipe.write_end, "x");
    CHECK(set.events() == Reports{{in, EPOLLIN}, {exclusive, EPOLLIN}});
    CHECK(other.events() == nothing);
}

FAULT("readiness.epoll-errors", "a second add is accepted", os::epoll_ctl, wrong_answer::hiding<EEXIST, 0>);
FAULT("readiness.epoll-errors", "a second add takes the place of the first", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          const int result = real(set, operation, descriptor, event);
          if (result == -1 && errno == EEXIST)
          {
              real(set, EPOLL_CTL_MOD, descriptor, event);
              errno = EEXIST;
          }
          return result;
      });
FAULT("readiness.epoll-errors", "a change of what is not there is accepted", os::epoll_ctl,
      wrong_answer::hiding<ENOENT, 0>);
FAULT("readiness.epoll-errors", "EPOLLEXCLUSIVE is accepted anywhere", os::epoll_ctl,
      epoll_faults::registered_without<EPOLLEXCLUSIVE>);
FAULT("readiness.epoll-errors", "a regular file is accepted", os::epoll_ctl, wrong_answer::hiding<EPERM, 0>);
FAULT("readiness.epoll-errors", "a closed descriptor is an invalid argument", os::epoll_ctl,
      wrong_answer::misreporting<EBADF, EINVAL>);
FAULT("readiness.epoll-errors", "a set that is added to itself makes a loop as any other", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          const int result = real(set, operation, descriptor, event);
          errno = result == -1 && set == descriptor ? ELOOP : errno;
          return result;
      });

TEST_CASE(
    "readiness.epoll-data"
    * says("each event carries the 64 bits that were registered last with its descriptor in that set")
    * observed_by("three entries with values of their own, then one changed, and another value in a second set")
    * platform("Linux", "epoll_ctl(2)"))
{
    constexpr std::uint64_t value = 0x0123456789abcdef;
    constexpr std::uint64_t all_bits = ~std::uint64_t{0};
    constexpr std::uint64_t changed = 0xfedcba9876543210;
    Pipe first;
    Pipe second;
    const EventPoll set;
    const EventPoll other;
    set.add(first.read_end, EPOLLIN, value);
    set.add(second.read_end, EPOLLIN, all_bits);
    set.add(second.write_end, EPOLLOUT, std::uint64_t{0});
    other.add(first.read_end, EPOLLIN, all_bits);
    const Report writable{std::uint64_t{0}, EPOLLOUT};

    write_fully(second.write_end, "x");
    CHECK(set.events() == Reports{{all_bits, EPOLLIN}, writable});
    write_fully(first.write_end, "x");
    CHECK(set.events() == Reports{{value, EPOLLIN}, {all_bits, EPOLLIN}, writable});
    CHECK(other.events() == Reports{{all_bits, EPOLLIN}});
    set.modify(first.read_end, EPOLLIN, changed);
    CHECK(set.events() == Reports{{changed, EPOLLIN}, {all_bits, EPOLLIN}, writable});
    CHECK(other.events() == Reports{{all_bits, EPOLLIN}});
}

FAULT("readiness.epoll-data", "the values of two entries are swapped", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          if (count > 1)
          {
              const std::uint64_t first = events[0].data.u64;
              events[0].data.u64 = events[1].data.u64;
              events[1].data.u64 = first;
          }
          return count;
      });
FAULT("readiness.epoll-data", "only 32 of the 64 bits are kept", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          event->data.u64 &= 0xffffffffU;
          return real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-data", "a change keeps the value of before", os::epoll_ctl,
      epoll_faults::without_effect<EPOLL_CTL_MOD>);
FAULT("readiness.epoll-data", "an event carries the descriptor's number", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          event->data.u64 = static_cast<std::uint64_t>(descriptor);
          return real(set, operation, descriptor, event);
      });
