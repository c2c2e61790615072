// Facilities: which of the system's IPC facilities can be used here, found out by using them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// How a facility was refused.
struct Refusal
{
    std::string call;
    int error = 0;                           ///< errno of the call
    std::string ended;                       ///< instead: how the process that made the calls ended
    std::array<std::int64_t, 6> arguments{}; ///< of the call, as far as they are known
};

/// Something a system offers, or not.
struct Facility
{
    std::string name;
    std::vector<std::string> mechanisms; ///< those that cannot be checked without it
    std::string calls;                   ///< what a filter must allow, as its profile names them
    std::string kernel_option;           ///< what a kernel must be built with; empty: every kernel has it
    std::function<std::optional<Refusal>()> refusal;
};

/// Every facility that a mechanism stands on. A probe makes the smallest object there is and removes it at once.
const std::vector<Facility>& facilities();

/// Uses the facility in a process of its own, so that a filter which kills ends only that, and with a bounded
/// wait. Nothing: it works.
std::optional<Refusal> refusal_of(const Facility& facility);

} // namespace ipc_conform::runner
