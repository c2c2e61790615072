// What the kit asks of its fork server, and what that tells.
#pragma once

#include "runner/launch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace ipc_conform::runner
{

enum class Wish : std::uint64_t // as wide as its neighbour, so that no packet has gaps
{
    answer, ///< whoever can take descriptors and say so can serve
    start,  ///< a case; the rest of the packet is its packed() plan, and its journal and output go with it
    kill,   ///< that case: its process and its group
    reap,   ///< let the number of that case's process be given anew
};

/// How every request begins.
struct RequestHeader
{
    std::uint64_t number = 0; ///< the case's in the run
    Wish wish = Wish::answer;
};

/// What of a case's plan the server does not know, but for the two descriptors.
std::string packed(const LaunchPlan& plan);

/// The plan again, without its descriptors. A text that packed() cannot have made gives a plan that names no case.
LaunchPlan unpacked(std::string_view request);

/// Longer requests are not taken.
inline constexpr std::size_t longest_request = 16'384;

/// What the server tells of a case: its end, or that it could not be forked.
struct Ending
{
    std::uint64_t number = 0;
    pid_t pid = -1; ///< -1: it was not forked
    int status = 0; ///< wait status; why it was not forked, an errno
};

} // namespace ipc_conform::runner
