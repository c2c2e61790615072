#include "reports/timeline_rows.hpp"

#include "reports/printable.hpp"
#include "reports/timed_calls.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

struct Glyphs
{
    std::string_view entry;
    std::string_view bar;
    std::string_view exit;
    std::string_view end;
};

constexpr Glyphs unicode_glyphs{"┌ ", "│ ", "└ ", "✗ "};
constexpr Glyphs ascii_glyphs{"+ ", "| ", "+ ", "x "};

enum class Moment
{
    whole, ///< entered and left in one row
    entry,
    exit,
};

struct Event
{
    double milliseconds = 0;
    std::size_t lane = 0;
    const TimedCall* call = nullptr;
    Moment moment = Moment::whole;
};

std::vector<Event> events_of(const std::vector<Lane>& lanes)
{
    const std::vector<double> times = times_of(lanes);
    std::vector<Event> events;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    {
        for (const TimedCall& call : lanes[lane].calls)
        {
            const bool interval = is_interval(call, times);
            events.push_back({entered(call), lane, &call, interval ? Moment::entry : Moment::whole});
            if (interval && call.left)
            {
                events.push_back({left(call), lane, &call, Moment::exit});
            }
        }
    }
    std::ranges::stable_sort(events, {}, &Event::milliseconds);
    return events;
}

/// Draws cells; knows how many calls of each lane have been entered and not left, which is more than one
/// when a signal handler makes calls of its own.
class Drawing
{
public:
    Drawing(std::size_t lanes, bool with_unicode)
        : unicode_(with_unicode), glyphs_(with_unicode ? unicode_glyphs : ascii_glyphs), open_(lanes)
    {
    }

    /// A row in which every lane shows the calls it is in.
    [[nodiscard]] TimelineRow row(std::optional<double> milliseconds) const
    {
        TimelineRow drawn{milliseconds, {}};
        for (const std::size_t depth : open_)
        {
            drawn.cells.push_back(bars(depth));
        }
        return drawn;
    }

    [[nodiscard]] TimelineRow row(const Event& event)
    {
        TimelineRow drawn = row(event.milliseconds);
        std::string& cell = drawn.cells[event.lane];
        std::size_t& depth = open_[event.lane];
        const std::string call = printable(event.call->call, unicode_);
        const std::string result = printable(event.call->result, unicode_);
        switch (event.moment)
        {
        case Moment::whole:
            cell = depth == 0 ? "  " : bars(depth);
            cell += result.empty() ? call : fmt::format("{} {}", call, result);
            break;
        case Moment::entry:
            cell.append(glyphs_.entry).append(call);
            ++depth;
            break;
        case Moment::exit:
            depth -= depth == 0 ? 0 : 1;
            cell = bars(depth).append(glyphs_.exit);
            cell += fmt::format("{} ({} {})", result.empty() ? "returned" : result,
                                event.call->witnessed ? "blocked" : "after",
                                duration_text(left(*event.call) - entered(*event.call)));
            break;
        }
        return drawn;
    }

    /// What is open now has never returned.
    [[nodiscard]] std::vector<TimelineRow> endings(const std::vector<Lane>& lanes) const
    {
        TimelineRow first{std::nullopt, std::vector<std::string>(lanes.size())};
        TimelineRow second = first;
        bool any = false;
        bool any_second = false;
        for (std::size_t lane = 0; lane < lanes.size(); ++lane)
        {
            const std::string stuck_in = printable(lanes[lane].stuck_in, unicode_);
            const bool inside = open_[lane] != 0;
            any = any || inside || !stuck_in.empty();
            any_second = any_second || (inside && !stuck_in.empty());
            if (inside)
            {
                first.cells[lane] = fmt::format("{}never returned", glyphs_.end);
                second.cells[lane] = stuck_in.empty() ? "" : fmt::format("  stuck in {}", stuck_in);
            }
            else if (!stuck_in.empty())
            {
                first.cells[lane] = fmt::format("{}stuck in {}", glyphs_.end, stuck_in);
            }
        }
        return any_second ? std::vector{first, second} : any ? std::vector{first} : std::vector<TimelineRow>{};
    }

private:
    [[nodiscard]] std::string bars(std::size_t depth) const
    {
        std::string drawn;
        for (; depth != 0; --depth)
        {
            drawn += glyphs_.bar;
        }
        return drawn;
    }

    bool unicode_;
    const Glyphs& glyphs_;
    std::vector<std::size_t> open_;
};

} // namespace

TimelineRows timeline_rows(const std::vector<Lane>& lanes, bool unicode)
{
    Drawing drawing{lanes.size(), unicode};
    TimelineRows rows;
    for (const Event& event : events_of(lanes))
    {
        rows.moments.push_back(drawing.row(event));
    }
    rows.endings = drawing.endings(lanes);
    return rows;
}

} // namespace ipc_conform::reports
