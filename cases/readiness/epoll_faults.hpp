// Systems whose epoll is not what it should be: misbehaviours that several cases must notice.
#pragma once

#include "fixtures/os.hpp"
#include "fixtures/wrong_answers.hpp"

#include <vector>

namespace ipc_conform::epoll_faults
{

/// Entries are made with these flags in addition.
template <std::uint32_t Flags>
constexpr auto registered_with = [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
    epoll_event changed = *event;
    changed.events |= Flags;
    return real(set, operation, descriptor, &changed);
};

/// These flags of an entry are ignored.
template <std::uint32_t Flags>
constexpr auto registered_without =
    [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
    epoll_event changed = *event;
    changed.events &= ~Flags;
    return real(set, operation, descriptor, &changed);
};

/// This operation succeeds and has no effect.
template <int Operation>
constexpr auto without_effect = [](auto real, int set, int operation, int descriptor, epoll_event* event) -> int {
    return operation == Operation ? 0 : real(set, operation, descriptor, event);
};

/// Once there has been an event, a wait that would find none gives it again.
inline constexpr auto never_cleared = [latest = epoll_event{}, any = false](auto real, int set,
                                                                            epoll_event* events, int limit,
                                                                            int timeout) mutable -> int {
    const int count = real(set, events, limit, timeout);
    if (count > 0)
    {
        latest = events[0];
        any = true;
    }
    else if (count == 0 && any)
    {
        events[0] = latest;
        return 1;
    }
    return count;
};

/// These bits are never reported; an event that has no others is none.
template <std::uint32_t Bits>
constexpr auto bits_lost = [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
    const int count = real(set, events, limit, timeout);
    int kept = 0;
    for (int index = 0; index < count; ++index)
    {
        if ((events[index].events & ~Bits) != 0)
        {
            events[kept] = events[index];
            events[kept++].events &= ~Bits;
        }
    }
    return count < 0 ? count : kept;
};

/// Every event has these bits as well.
template <std::uint32_t Bits>
constexpr auto bits_added = [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
    const int count = real(set, events, limit, timeout);
    for (int index = 0; index < count; ++index)
    {
        events[index].events |= Bits;
    }
    return count;
};

/// Of several events only the first is reported.
inline constexpr auto first_only = [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
    const int count = real(set, events, limit, timeout);
    return count > 1 ? 1 : count;
};

/// A wait does not sleep, whatever its timeout.
inline constexpr auto never_sleeps = [](auto real, int set, epoll_event* events, int limit,
                                        int /*timeout*/) -> int { return real(set, events, limit, 0); };

/// A wait looks once at its start; what happens while it sleeps does not wake it. It sleeps on a set that nothing
/// is put into, which is made beside the case's own.
inline int empty_set = -1;

inline constexpr auto makes_an_empty_set = [](auto real, int flags) -> int {
    empty_set = real(flags);
    return real(flags);
};
inline constexpr auto never_woken = [](auto real, int set, epoll_event* events, int limit, int timeout) -> int {
    const int count = real(set, events, limit, 0);
    return count != 0 ? count : real(empty_set, events, limit, timeout);
};

/// An edge-triggered entry of a system that compares what it sees in one wait with what it saw in the one before.
struct SampledEntry
{
    int set = -1;
    int descriptor = -1;
    epoll_event registered{};
    bool was_ready = false;
};
inline std::vector<SampledEntry> sampled_entries;

inline constexpr auto sampled_registration = [](auto real, int set, int operation, int descriptor,
                                                epoll_event* event) -> int {
    sampled_entries.push_back({.set = set, .descriptor = descriptor, .registered = *event});
    return real(set, operation, descriptor, event);
};
inline constexpr auto sampled_wait = [](auto /*real*/, int set, epoll_event* events, int limit,
                                        int /*timeout*/) -> int {
    int count = 0;
    for (SampledEntry& entry : sampled_entries)
    {
        const auto interest = static_cast<short>(entry.registered.events & 0x7fffU); // the bits of poll
        pollfd now{.fd = entry.descriptor, .events = interest, .revents = 0};
        const bool ready = entry.set == set && ::poll(&now, 1, 0) == 1;
        if (ready && !entry.was_ready && count < limit)
        {
            events[count] = entry.registered;
            events[count++].events = static_cast<std::uint32_t>(now.revents);
        }
        entry.was_ready = entry.set == set ? ready : entry.was_ready;
    }
    return count;
};

} // namespace ipc_conform::epoll_faults
