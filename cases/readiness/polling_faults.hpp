// Systems whose poll and select say something else than what is: misbehaviours that several cases must notice.
#pragma once

#include "fixtures/os.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace ipc_conform::polling_faults
{

/// How many entries have something to report.
inline int counted(const pollfd* entries, nfds_t count)
{
    return static_cast<int>(
        std::count_if(entries, entries + count, [](const pollfd& entry) { return entry.revents != 0; }));
}

/// poll, with each entry changed by `change` before it is handed out; the count it returns agrees. The events that
/// `change` sees are those that were asked for, also where the system writes others back.
template <class Change>
constexpr auto poll_changed(Change change)
{
    return [change](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
        const std::vector<pollfd> asked(entries, entries + count);
        if (real(entries, count, timeout) == -1)
        {
            return -1;
        }
        std::transform(entries, entries + count, asked.begin(), entries, [](pollfd entry, const pollfd& before) {
            entry.events = before.events;
            return entry;
        });
        std::for_each(entries, entries + count, std::ref(change)); // it may remember
        return counted(entries, count);
    };
}

inline void add(pollfd& entry, int bits)
{
    entry.revents = static_cast<short>(entry.revents | bits);
}

inline void remove(pollfd& entry, int bits)
{
    entry.revents = static_cast<short>(entry.revents & ~bits);
}

/// poll never reports these events.
constexpr auto poll_without(int bits)
{
    return poll_changed([bits](pollfd& entry) { remove(entry, bits); });
}

/// poll reports these events of every open descriptor that it is asked about for them.
constexpr auto poll_with(int bits)
{
    return poll_changed([bits](pollfd& entry) { add(entry, entry.events & bits); });
}

/// poll reports one event where the other is due.
constexpr auto poll_swapping(int due, int reported)
{
    return poll_changed([due, reported](pollfd& entry) {
        if ((entry.revents & due) != 0)
        {
            remove(entry, due);
            add(entry, reported);
        }
    });
}

/// Where poll reports the first of these events, it reports the others as well, asked for or not.
constexpr auto poll_adding(int with, int bits)
{
    return poll_changed([with, bits](pollfd& entry) { add(entry, (entry.revents & with) != 0 ? bits : 0); });
}

/// poll looks once at its start; what happens while it sleeps does not wake it.
inline constexpr auto poll_never_woken = [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
    const int ready = real(entries, count, 0);
    return ready != 0 ? ready : real(nullptr, 0, timeout);
};

/// select, with the three sets cleared of or filled with the highest descriptor by `change`, which gets them.
template <class Change>
constexpr auto select_changed(Change change)
{
    return [change](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional,
                    timeval* timeout) -> int {
        const int ready = real(count, readable, writable, exceptional, timeout);
        return ready == -1 ? -1 : ready + change(count - 1, readable, writable);
    };
}

inline int take(int descriptor, fd_set* set)
{
    if (set == nullptr || FD_ISSET(descriptor, set) == 0)
    {
        return 0;
    }
    FD_CLR(descriptor, set);
    return -1;
}

inline int give(int descriptor, fd_set* set)
{
    if (set == nullptr || FD_ISSET(descriptor, set) != 0)
    {
        return 0;
    }
    FD_SET(descriptor, set);
    return 1;
}

} // namespace ipc_conform::polling_faults
