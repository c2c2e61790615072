// How long an entry of an epoll set lives, and what it shares with others of the same description.
#include "cases/readiness/epoll_faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/event_poll.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <algorithm>

using namespace ipc_conform;

namespace
{

// For faults: the set used last, and epoll_ctl as it is, for calls that are not given it.
int latest_set = -1;
int (*control)(int, int, int, epoll_event*) = nullptr;

constexpr auto remembers_set = [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
    latest_set = set;
    control = real;
    return real(set, operation, descriptor, event);
};

} // namespace

TEST_CASE("readiness.epoll-dup-lifetime"
          * says("an entry lives as long as the open file description: the close of the descriptor it was made "
                 "with ends it only when there is no duplicate, here or in another process")
          * observed_by("the descriptor is closed and the pipe written while a dup is open, then while a child "
                        "holds the only copy; after the last close there is no event")
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
          control(latest_set, EPOLL_CTL_DEL, descriptor, &none);
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
      wrong_answer::hiding<ENOENT, 0>);
FAULT("readiness.epoll-dup-lifetime", "an entry is found by the number that its descriptor had", os::epoll_ctl,
      wrong_answer::hiding<EBADF, 0>);

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
          operation == EPOLL_CTL_MOD ? real(set, EPOLL_CTL_MOD, first, &same) : 0;
          return real(set, operation, descriptor, event);
      });
FAULT("readiness.epoll-dup-both", "the removal of one removes both", os::epoll_ctl,
      [latest = -1](auto real, int set, int operation, int descriptor, epoll_event* event) mutable -> int {
          operation == EPOLL_CTL_DEL ? real(set, EPOLL_CTL_DEL, latest, event) : 0;
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

TEST_CASE("readiness.epoll-two-instances"
          * says("a descriptor in two epoll sets is reported by both, and what one has reported, disarmed or "
                 "removed the other still reports")
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
    control = real;
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
          count > 0 ? control(other_than(set), EPOLL_CTL_MOD, static_cast<int>(events[0].data.u64), &none) : 0;
          return count;
      });
FAULT("readiness.epoll-two-instances", "an entry that is armed again is so in both sets", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          operation == EPOLL_CTL_MOD ? real(other_than(set), operation, descriptor, event) : 0;
          return remembers_both_sets(real, set, operation, descriptor, event);
      });
FAULT("readiness.epoll-two-instances", "a removal from one set is one from all", os::epoll_ctl,
      [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
          operation == EPOLL_CTL_DEL ? real(other_than(set), operation, descriptor, event) : 0;
          return remembers_both_sets(real, set, operation, descriptor, event);
      });
