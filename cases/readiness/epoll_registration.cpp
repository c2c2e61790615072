// What an epoll set holds: which entries it refuses, what each carries, and how long it lives.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <string_view>

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

FAULT("readiness.epoll-errors", "a second add is accepted", os::epoll_ctl,
      epoll_faults::accepted_instead_of<EEXIST>);
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
      epoll_faults::accepted_instead_of<ENOENT>);
FAULT("readiness.epoll-errors", "EPOLLEXCLUSIVE is accepted anywhere", os::epoll_ctl,
      epoll_faults::registered_without<EPOLLEXCLUSIVE>);
FAULT("readiness.epoll-errors", "a regular file is accepted", os::epoll_ctl,
      epoll_faults::accepted_instead_of<EPERM>);
FAULT("readiness.epoll-errors", "a closed descriptor is an invalid argument", os::epoll_ctl,
      epoll_faults::error_swapped<EBADF, EINVAL>);
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

namespace
{

// For faults: the set used last, and the value of its latest event.
int latest_set = -1;

constexpr auto remembers_set = [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
    latest_set = set;
    return real(set, operation, descriptor, event);
};

} // namespace

TEST_CASE(
    "readiness.epoll-dup-lifetime"
    * says("an entry lives as long as the open file description: the close of the descriptor it was made with "
           "ends it only when there is no duplicate, here or in another process")
    * observed_by("the descriptor is closed and the pipe written while a dup is open, then while a child holds "
                  "the only copy; after the last close there is no event")
    * platform("Linux", "epoll(7)"))
{
    {
        Pipe pipe;
        const EventPoll set;
        const int registered = pipe.read_end;
        Descriptor copy{arranged(os::dup(pipe.read_end))};
        set.add(registered, EPOLLIN);
        pipe.read_end.close();
        CHECK(set.events() == nothing);
        write_fully(pipe.write_end, "x");
        CHECK(set.events() == Reports{{registered, EPOLLIN}});
        CHECK(fails_with(EBADF, set.control(EPOLL_CTL_DEL, registered, 0))); // nobody can name it any more
        CHECK(fails_with(ENOENT, set.control(EPOLL_CTL_DEL, copy, 0)));
        CHECK(set.events() == Reports{{registered, EPOLLIN}});
        copy.close();
        CHECK(set.events() == nothing);
    }
    Pipe pipe;
    const EventPoll set;
    const int registered = pipe.read_end;
    set.add(registered, EPOLLIN);
    const Event leave;
    Peer holder = spawn("holder", [&] { leave.wait(); });
    pipe.read_end.close();
    write_fully(pipe.write_end, "x");
    CHECK(set.events() == Reports{{registered, EPOLLIN}});
    leave.set();
    REQUIRE(finished(holder));
    CHECK(set.events() == nothing);
}

FAULT("readiness.epoll-dup-lifetime", "the close of the descriptor removes its entry", os::epoll_ctl,
      remembers_set, os::close, [](auto real, int descriptor) -> int {
          epoll_event none{};
          ::epoll_ctl(latest_set, EPOLL_CTL_DEL, descriptor, &none);
          return real(descriptor);
      });
FAULT("readiness.epoll-dup-lifetime", "the entry outlives the description", os::epoll_wait,
      epoll_faults::never_cleared);
FAULT("readiness.epoll-dup-lifetime", "the entry holds the description", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          static_cast<void>(::dup(descriptor));
          return real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-dup-lifetime", "an entry is found by any duplicate", os::epoll_ctl,
      epoll_faults::accepted_instead_of<ENOENT>);
FAULT("readiness.epoll-dup-lifetime", "an entry is found by the number that its descriptor had", os::epoll_ctl,
      epoll_faults::accepted_instead_of<EBADF>);

TEST_CASE("readiness.epoll-dup-both"
          * says("two duplicates of one description are two entries, each with events and a value of its own")
          * observed_by("both are added to one set and one byte is written: one wait gives both, waits for one "
                        "event give them in turn; then one entry is changed, and one removed")
          * platform("Linux", "epoll(7)", "epoll_wait(2)", "gramine issue 80"))
{
    Pipe pipe;
    const Descriptor copy{arranged(os::dup(pipe.read_end))};
    const EventPoll set;
    set.add(pipe.read_end, EPOLLIN);
    set.add(copy, EPOLLIN);
    CHECK(set.events() == nothing);
    write_fully(pipe.write_end, "x");
    const Reports of_original{{pipe.read_end, EPOLLIN}};
    const Reports of_copy{{copy, EPOLLIN}};
    CHECK(set.events() == Reports{{pipe.read_end, EPOLLIN}, {copy, EPOLLIN}});
    const bool copy_first = set.events(0, 1) == of_copy; // room for one event: the next wait gives the other
    CHECK(set.events(0, 1) == (copy_first ? of_original : of_copy));
    CHECK(set.events(0, 1) == (copy_first ? of_copy : of_original));
    set.modify(copy, 0);
    CHECK(set.events() == of_original);
    set.modify(copy, EPOLLIN);
    set.remove(pipe.read_end);
    CHECK(set.events() == of_copy);
    CHECK(read_fully(pipe.read_end, 1) == "x");
    CHECK(set.events() == nothing);
}

FAULT("readiness.epoll-dup-both", "only the first entry is reported", os::epoll_wait, epoll_faults::first_only);
FAULT("readiness.epoll-dup-both", "waits for one event starve one of the entries", os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          epoll_event all[16];
          const int count = real(set, all, 16, timeout);
          std::sort(all, all + std::max(count, 0),
                    [](const epoll_event& a, const epoll_event& b) { return a.data.u64 < b.data.u64; });
          std::copy_n(all, std::clamp(count, 0, limit), events);
          return std::min(count, limit);
      });
FAULT("readiness.epoll-dup-both", "a duplicate counts as there already", os::epoll_ctl,
      [added = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          added += operation == EPOLL_CTL_ADD ? 1 : 0;
          errno = EEXIST;
          return operation == EPOLL_CTL_ADD && added == 2 ? -1 : real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-dup-both", "what is changed for one is changed for both", os::epoll_ctl,
      [first = -1](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          first = first == -1 ? descriptor : first;
          epoll_event same = *event;
          same.data.u64 = static_cast<std::uint64_t>(first);
          operation == EPOLL_CTL_MOD ? ::epoll_ctl(set, EPOLL_CTL_MOD, first, &same) : 0;
          return real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-dup-both", "the removal of one removes both", os::epoll_ctl,
      [latest = -1](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          operation == EPOLL_CTL_DEL ? ::epoll_ctl(set, EPOLL_CTL_DEL, latest, event) : 0;
          latest = descriptor;
          return real(set, operation, descriptor, event);
      });

TEST_CASE("readiness.epoll-close-reuse"
          * says("the last close of a description removes its entry and its events: the number can be added again")
          * observed_by("pipes that get the same number are added, written or not, and closed, 20 times")
          * platform("Linux", "epoll(7)", "close(2)", "WSL issue 1068"))
{
    const EventPoll set;
    int number = -1;
    for (int round = 0; round < 20; ++round) // what is left over by a close is there in the next round
    {
        Pipe pipe;
        set_up(number == -1 || number == pipe.read_end);
        number = pipe.read_end;
        set.add(number, EPOLLIN | (round % 4 < 2 ? 0U : EPOLLET));
        CHECK(set.events() == nothing);
        if (round % 2 == 0)
        {
            write_fully(pipe.write_end, "x");
            CHECK(set.events() == Reports{{number, EPOLLIN}});
            write_fully(pipe.write_end, "y"); // an event that nobody has waited for yet
        }
        pipe.read_end.close();
        pipe.write_end.close();
        CHECK(set.events() == nothing);
    }
}

FAULT("readiness.epoll-close-reuse", "a closed descriptor's number cannot be added again", os::epoll_ctl,
      [latest = -1](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          const bool again = latest == descriptor;
          latest = descriptor;
          errno = EEXIST;
          return again ? -1 : real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-close-reuse", "the event of a closed description is still delivered", os::epoll_wait,
      epoll_faults::never_cleared);
FAULT("readiness.epoll-close-reuse", "a closed descriptor is reported as hung up", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          static_cast<void>(::dup(descriptor)); // the set holds the description
          return real(set, operation, descriptor, event);
      });

TEST_CASE(
    "readiness.epoll-two-instances"
    * says(
        "a descriptor in two epoll sets is reported by both, and what one has reported, disarmed or removed the "
        "other still reports")
    * observed_by("one write, then waits on each set, with EPOLLONESHOT in both and with EPOLLET in both")
    * platform("Linux", "epoll(7)"))
{
    for (const std::uint32_t once : {std::uint32_t{EPOLLONESHOT}, std::uint32_t{EPOLLET}})
    {
        Pipe pipe;
        const EventPoll one;
        const EventPoll other;
        one.add(pipe.read_end, EPOLLIN | once);
        other.add(pipe.read_end, EPOLLIN | once);
        const Reports readable{{pipe.read_end, EPOLLIN}};
        write_fully(pipe.write_end, "x");
        CHECK(one.events() == readable);
        CHECK(one.events() == nothing);
        CHECK(other.events() == readable);
        CHECK(other.events() == nothing);
        one.modify(pipe.read_end, EPOLLIN | once);
        CHECK(other.events() == nothing);
        CHECK(one.events() == readable);
        one.remove(pipe.read_end);
        other.modify(pipe.read_end, EPOLLIN);
        CHECK(one.events() == nothing);
        CHECK(other.events() == readable);
    }
}

namespace
{

// For faults: the two sets of the case.
int sets[2] = {-1, -1};

int other_than(int set)
{
    return sets[0] == set ? sets[1] : sets[0];
}

constexpr auto remembers_both_sets = [](auto real, int set, int operation, int descriptor,
                                        epoll_event* event) -> int {
    sets[1] = sets[0] == -1 || sets[0] == set ? sets[1] : set;
    sets[0] = sets[0] == -1 ? set : sets[0];
    return real(set, operation, descriptor, event);
};

} // namespace

FAULT("readiness.epoll-two-instances", "the set that was told first is told alone", os::epoll_wait,
      [told = -1](auto real, int set, epoll_event* events, int limit, int timeout) mutable -> int {
          told = told == -1 ? set : told;
          return set == told ? real(set, events, limit, timeout) : 0;
      });
FAULT("readiness.epoll-two-instances", "a descriptor can be in one set only", os::epoll_ctl,
      [added = 0](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          added += operation == EPOLL_CTL_ADD ? 1 : 0;
          errno = EEXIST;
          return added > 1 ? -1 : real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-two-instances", "the first report disarms the entries of both sets", os::epoll_ctl,
      remembers_both_sets, os::epoll_wait,
      [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
          const int count = real(set, events, limit, timeout);
          epoll_event none{};
          count > 0 ? ::epoll_ctl(other_than(set), EPOLL_CTL_MOD, static_cast<int>(events[0].data.u64), &none) : 0;
          return count;
      });
FAULT("readiness.epoll-two-instances", "an entry that is armed again is so in both sets", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          operation == EPOLL_CTL_MOD ? ::epoll_ctl(other_than(set), operation, descriptor, event) : 0;
          return remembers_both_sets(real, set, operation, descriptor, event);
      });
FAULT("readiness.epoll-two-instances", "a removal from one set is one from all", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          operation == EPOLL_CTL_DEL ? ::epoll_ctl(other_than(set), operation, descriptor, event) : 0;
          return remembers_both_sets(real, set, operation, descriptor, event);
      });
