#include "reports/timed_calls.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace ipc_conform::reports
{
namespace
{

/// A call that took longer than a scheduler's tick is drawn as an interval even when nothing happened meanwhile.
constexpr double long_call = 10.0;

} // namespace

double entered(const TimedCall& call)
{
    return std::isfinite(call.entered) ? call.entered : 0.0;
}

double left(const TimedCall& call)
{
    return call.left && std::isfinite(*call.left) ? std::max(*call.left, entered(call)) : entered(call);
}

std::vector<double> times_of(const std::vector<Lane>& lanes)
{
    std::vector<double> times;
    for (const Lane& lane : lanes)
    {
        for (const TimedCall& call : lane.calls)
        {
            times.push_back(entered(call));
            if (call.left)
            {
                times.push_back(left(call));
            }
        }
    }
    std::ranges::sort(times);
    return times;
}

bool is_interval(const TimedCall& call, const std::vector<double>& times)
{
    if (!call.left || call.witnessed || left(call) - entered(call) >= long_call)
    {
        return true;
    }
    const auto first_after_entry = std::ranges::upper_bound(times, entered(call));
    return first_after_entry != times.end() && *first_after_entry < left(call);
}

std::string duration_text(double milliseconds)
{
    if (milliseconds >= 1000)
    {
        return fmt::format("{:.2f} s", milliseconds / 1000);
    }
    return milliseconds >= 10 ? fmt::format("{:.1f} ms", milliseconds) : fmt::format("{:.3f} ms", milliseconds);
}

std::string time_text(double milliseconds)
{
    const double size = std::abs(milliseconds);
    return size < 1e4   ? fmt::format("{:.3f}", milliseconds)
           : size < 1e7 ? fmt::format("{:.0f}", milliseconds)
                        : fmt::format("{:.1e}", milliseconds);
}

bool is_stuck(const Lane& lane)
{
    return !lane.stuck_in.empty()
           || std::ranges::any_of(lane.calls, [](const TimedCall& call) { return !call.left; });
}

std::vector<std::size_t> telling_lanes(const std::vector<Lane>& lanes, std::size_t most)
{
    std::vector<std::size_t> chosen(lanes.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    if (chosen.size() > most)
    {
        std::stable_partition(chosen.begin(), chosen.end(),
                              [&](std::size_t lane) { return is_stuck(lanes[lane]); });
        chosen.resize(most);
        std::ranges::sort(chosen);
    }
    return chosen;
}

} // namespace ipc_conform::reports
