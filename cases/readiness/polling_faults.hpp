// Systems whose poll and select say something else than what is: misbehaviours that several cases must notice.
#pragma once

#include "fixtures/os.hpp"

#include <cerrno>

namespace ipc_conform::polling_faults
{

/// poll, with each entry changed by `change` before it is handed out; the count it returns agrees.
template <class Change>
constexpr auto poll_changed(Change change)
{
    return [change](auto real, pollfd* entries, nfds_t count, int timeout) mutable -> int {
        int ready = real(entries, count, timeout);
        if (ready != -1)
        {
            ready = 0;
            for (nfds_t index = 0; index < count; ++index)
            {
                change(entries[index]);
                ready += entries[index].revents != 0 ? 1 : 0;
            }
        }
        return ready;
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

/// A call fails with this errno whatever it is asked.
template <int Error>
inline constexpr auto failing_with = [](auto /*real*/, auto... /*arguments*/) -> int {
    errno = Error;
    return -1;
};

/// A call returns this without looking.
template <int Result>
inline constexpr auto returning = [](auto /*real*/, auto... /*arguments*/) -> int { return Result; };

/// A call that fails with `From` reports `To` instead.
template <int From, int To>
inline constexpr auto reporting = [](auto real, auto... arguments) -> int {
    const int result = real(arguments...);
    errno = result == -1 && errno == From ? To : errno;
    return result;
};

/// A call that fails with this errno reports success instead, with nothing ready.
template <int Error>
inline constexpr auto forgiving = [](auto real, auto... arguments) -> int {
    const int result = real(arguments...);
    return result == -1 && errno == Error ? 0 : result;
};

} // namespace ipc_conform::polling_faults
