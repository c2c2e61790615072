// What the cases about sockets have in common: waiting for events that are on their way, and emulated systems
// that report others.
#pragma once

#include "fixtures/finding.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/polling.hpp"

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <sstream>

namespace ipc_conform
{

/// What os::poll says of the descriptor as soon as it says anything, within the case's patience.
inline Events awaited(int descriptor, int wanted)
{
    pollfd entry = asking(descriptor, wanted);
    const auto patience = static_cast<int>((patience_end() - journal::now()) / 1'000'000 + 1);
    const int count = os::poll(&entry, 1, patience);
    return {.mask = entry.revents, .count = count, .error = count == -1 ? errno : 0};
}

inline std::string text_of(const Events& events)
{
    std::ostringstream text;
    text << events;
    return text.str();
}

/// Whether it is one of the answers that are allowed.
inline Finding is_one_of(const Events& seen, std::initializer_list<Events> allowed)
{
    const bool found = std::ranges::find(allowed, seen) != allowed.end();
    return found ? Finding::yes(text_of(seen)) : Finding::no(text_of(seen));
}

namespace poll_faults
{

inline int counted(const pollfd* entries, nfds_t count)
{
    return static_cast<int>(
        std::count_if(entries, entries + count, [](const pollfd& e) { return e.revents != 0; }));
}

/// These events are never reported.
template <int Bits>
constexpr auto bits_lost = [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
    const int result = real(entries, count, timeout);
    std::for_each(entries, entries + count,
                  [](pollfd& entry) { entry.revents = static_cast<short>(entry.revents & ~Bits); });
    return result < 0 ? result : counted(entries, count);
};

/// Where the first of these events is reported, the others are as well, asked for or not.
template <int With, int Bits>
constexpr auto bits_added = [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
    const int result = real(entries, count, timeout);
    std::for_each(entries, entries + count, [](pollfd& entry) {
        entry.revents = static_cast<short>((entry.revents & With) != 0 ? entry.revents | Bits : entry.revents);
    });
    return result;
};

/// What is asked for is reported, whether it is so or not.
template <int Bits>
constexpr auto always = [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
    const int result = real(entries, count, timeout);
    std::for_each(entries, entries + count, [](pollfd& entry) {
        entry.revents = static_cast<short>(entry.revents | (entry.events & Bits));
    });
    return result < 0 ? result : counted(entries, count);
};

/// It looks once at its start; what happens during the sleep does not wake it.
inline constexpr auto never_woken = [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
    const int result = real(entries, count, 0);
    return result != 0 ? result : real(nullptr, 0, timeout);
};

} // namespace poll_faults

} // namespace ipc_conform
