#include "runner/timeline.hpp"

#include "fixtures/trace.hpp"

#include <algorithm>
#include <cstring>

namespace ipc_conform::runner
{

namespace
{

double milliseconds_since(std::uint64_t start, std::uint64_t at)
{
    return static_cast<double>(at - std::min(start, at)) / 1e6;
}

reports::TimedCall timed(const journal::TracedCall& call, std::uint64_t start)
{
    reports::TimedCall copy;
    copy.call = trace::text_of(call);
    copy.result = trace::result_of(call);
    copy.entered = milliseconds_since(start, call.entered_at);
    copy.witnessed = call.witnessed.load() != 0;
    if (call.phase.load() == journal::Phase::returned)
    {
        copy.left = milliseconds_since(start, call.returned_at);
    }
    return copy;
}

} // namespace

std::string name_of_lane(const journal::Lane& lane)
{
    return {lane.process.data(), strnlen(lane.process.data(), lane.process.size())};
}

std::string project_path(std::string_view file)
{
    for (const std::string_view room : {"/cases/", "/fixtures/", "/runner/"})
    {
        if (const std::size_t at = file.rfind(room); at != std::string_view::npos)
        {
            return std::string{file.substr(at + 1)};
        }
    }
    return std::string{file};
}

std::vector<reports::Lane> timeline_of(const std::vector<const journal::Lane*>& lanes, std::uint64_t start,
                                       const std::vector<std::pair<std::int64_t, std::string>>& stuck)
{
    std::vector<reports::Lane> timeline;
    for (const journal::Lane* lane : lanes)
    {
        reports::Lane copy;
        copy.process = name_of_lane(*lane);
        copy.pid = lane->pid.load();
        const std::uint32_t begun = lane->begun.load();
        copy.calls_dropped = journal::oldest_kept(begun);
        for (std::uint32_t index = journal::oldest_kept(begun); index < begun; ++index)
        {
            copy.calls.push_back(timed(lane->calls[index % journal::calls_per_lane], start));
        }
        const auto held = std::ranges::find(stuck, copy.pid, [](const auto& pair) { return pair.first; });
        if (held != stuck.end())
        {
            copy.stuck_in = held->second;
        }
        timeline.push_back(std::move(copy));
    }
    return timeline;
}

} // namespace ipc_conform::runner
