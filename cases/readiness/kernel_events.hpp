// What a kqueue tells, in words, and systems whose kqueues misbehave: what its cases share.
#pragma once

#include "fixtures/kernel_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"

#include <array>
#include <string>

namespace ipc_conform::kernel_events
{

/// An event in words: "read 5", "write 512", "read 0, EV_EOF", "read 0, EV_EOF, ECONNRESET".
inline std::string words_of(const KernelEvent& event)
{
    const bool ended = (event.flags & EV_EOF) != 0;
    return fmt::format("{} {}{}{}", event.filter == EVFILT_READ ? "read" : "write",
                       static_cast<std::int64_t>(event.data), ended ? ", EV_EOF" : "",
                       ended && event.fflags != 0 ? ", " + name_of_error(static_cast<int>(event.fflags)) : "");
}

/// What the queue tells within that time: "nothing", or its events, of which no case here has more than one at a
/// time.
inline std::string told_within(const KernelQueue& queue, const timespec& time)
{
    std::array<KernelEvent, 2> events{};
    const int count =
        os::kevent(queue.number(), nullptr, 0, events.data(), static_cast<int>(events.size()), &time);
    REQUIRE(count >= 0);
    return count == 0   ? "nothing"
           : count == 1 ? words_of(events[0])
                        : words_of(events[0]) + " and " + words_of(events[1]);
}

inline std::string told(const KernelQueue& queue)
{
    return told_within(queue, {.tv_sec = 0, .tv_nsec = 0});
}

/// The same for an event that has to come from the network: waits for it, within the case's patience.
inline std::string told_in_time(const KernelQueue& queue)
{
    const std::uint64_t now = journal::now();
    const std::uint64_t left = patience_end() > now ? patience_end() - now : 0; // nanoseconds
    return told_within(queue, {.tv_sec = static_cast<time_t>(left / 1'000'000'000),
                               .tv_nsec = static_cast<long>(left % 1'000'000'000)});
}

/// For faults: every change is altered before the kernel sees it.
template <class Alteration>
constexpr auto changes_altered(Alteration alteration)
{
    return [alteration](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                        int event_count, const timespec* timeout) -> int {
        if (change_count != 1)
        {
            return real(queue, changes, change_count, events, event_count, timeout);
        }
        KernelEvent change = *changes;
        alteration(change);
        return real(queue, &change, 1, events, event_count, timeout);
    };
}

/// For faults: every event is altered before the process sees it.
template <class Alteration>
constexpr auto events_altered(Alteration alteration)
{
    return [alteration](auto real, int queue, const KernelEvent* changes, int change_count, KernelEvent* events,
                        int event_count, const timespec* timeout) -> int {
        const int count = real(queue, changes, change_count, events, event_count, timeout);
        for (int index = 0; index < count; ++index)
        {
            alteration(events[index]);
        }
        return count;
    };
}

/// For faults: where there is no event, the one that was asked for last is told nevertheless, without data.
inline constexpr auto never_silent =
    [latest = KernelEvent{}](auto real, int queue, const KernelEvent* changes, int change_count,
                             KernelEvent* events, int event_count, const timespec* timeout) mutable -> int {
    latest = change_count == 1 ? *changes : latest;
    const int count = real(queue, changes, change_count, events, event_count, timeout);
    if (count != 0 || event_count == 0)
    {
        return count;
    }
    *events = latest;
    events->data = 0;
    return 1;
};

inline constexpr auto without = [](auto flag) {
    return [flag](KernelEvent& event) { event.flags = static_cast<decltype(event.flags)>(event.flags & ~flag); };
};

} // namespace ipc_conform::kernel_events
