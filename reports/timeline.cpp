#include "reports/timeline.hpp"

#include "reports/printable.hpp"
#include "reports/timed_calls.hpp"
#include "reports/timeline_rows.hpp"
#include "reports/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t most_rows = 40;
constexpr std::size_t rows_kept_at_the_beginning = 12;
constexpr std::size_t narrowest_column = 18;
constexpr std::size_t time_column = 9;
constexpr std::size_t narrowest_line = 40;
constexpr std::string_view gap = "  ";

/// How many lanes fit side by side.
std::size_t lanes_that_fit(std::size_t width)
{
    return std::max<std::size_t>(2,
                                 (std::max(width, time_column) - time_column) / (narrowest_column + gap.size()));
}

/// The rows above the first moment: each process with its number, and what its trace no longer holds.
std::vector<TimelineRow> headings(const std::vector<Lane>& lanes, bool unicode)
{
    TimelineRow names;
    TimelineRow dropped;
    bool any_dropped = false;
    for (const Lane& lane : lanes)
    {
        const std::string name = printable(lane.process, unicode);
        names.cells.push_back(lane.pid == 0 ? name : fmt::format("{} ({})", name, lane.pid));
        dropped.cells.push_back(lane.calls_dropped == 0 ? ""
                                                        : fmt::format("  ({} earlier calls)", lane.calls_dropped));
        any_dropped = any_dropped || lane.calls_dropped != 0;
    }
    return any_dropped ? std::vector{names, dropped} : std::vector{names};
}

/// Natural widths, the widest cut down until all fit.
std::vector<std::size_t> column_widths(const std::vector<TimelineRow>& rows, std::size_t width)
{
    std::vector<std::size_t> widths(rows.front().cells.size());
    for (const TimelineRow& row : rows)
    {
        for (std::size_t lane = 0; lane < widths.size(); ++lane)
        {
            widths[lane] = std::max(widths[lane], columns_of(row.cells[lane]));
        }
    }
    const auto taken = [&](std::size_t widest) {
        std::size_t sum = time_column;
        for (const std::size_t column : widths)
        {
            sum += gap.size() + std::min(column, widest);
        }
        return sum;
    };
    std::size_t widest =
        std::clamp(*std::ranges::max_element(widths), narrowest_column, std::max(width, narrowest_column));
    while (widest > narrowest_column && taken(widest) > width)
    {
        --widest;
    }
    for (std::size_t& column : widths)
    {
        column = std::min(column, widest);
    }
    return widths;
}

std::string line_of(const TimelineRow& row, const std::string& time, const std::vector<std::size_t>& widths,
                    bool unicode)
{
    std::string line = fmt::format("{:>{}}", time, time_column);
    for (std::size_t lane = 0; lane < widths.size(); ++lane)
    {
        const std::string cell = shortened_in_the_middle(row.cells[lane], widths[lane], unicode);
        line.append(gap).append(cell).append(widths[lane] - columns_of(cell), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

/// Takes rows out of the middle: how things began and how they ended says most. Returns how many.
std::size_t leave_out(std::vector<TimelineRow>& moments)
{
    if (moments.size() <= most_rows)
    {
        return 0;
    }
    const std::size_t left_out = moments.size() - most_rows + 1;
    const auto first = moments.begin() + rows_kept_at_the_beginning;
    moments.erase(first, first + static_cast<std::ptrdiff_t>(left_out));
    return left_out;
}

} // namespace

std::string timeline_text(const std::vector<Lane>& lanes, const Style& style)
{
    if (lanes.empty())
    {
        return {};
    }
    std::vector<Lane> drawn;
    std::vector<std::string> hidden;
    const std::vector<std::size_t> chosen = telling_lanes(lanes, lanes_that_fit(style.width));
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    {
        if (std::ranges::binary_search(chosen, lane))
        {
            drawn.push_back(lanes[lane]);
        }
        else
        {
            hidden.push_back(printable(lanes[lane].process, style.unicode));
        }
    }
    TimelineRows rows = timeline_rows(drawn, style.unicode);
    const std::size_t left_out = leave_out(rows.moments);
    const std::vector<TimelineRow> heads = headings(drawn, style.unicode);

    std::vector<TimelineRow> all = heads;
    all.insert(all.end(), rows.moments.begin(), rows.moments.end());
    all.insert(all.end(), rows.endings.begin(), rows.endings.end());
    const std::vector<std::size_t> widths = column_widths(all, style.width);

    std::string text;
    for (std::size_t index = 0; index < all.size(); ++index)
    {
        if (left_out != 0 && index == heads.size() + rows_kept_at_the_beginning)
        {
            text +=
                fmt::format("{:>{}}{}({} rows left out)\n", style.unicode ? "⋮" : ":", time_column, gap, left_out);
        }
        const auto milliseconds = all[index].milliseconds;
        const std::string time = milliseconds ? time_text(*milliseconds) : index == 0 ? "ms" : "";
        text += line_of(all[index], time, widths, style.unicode);
    }
    if (!hidden.empty())
    {
        const std::string line =
            fmt::format("{:>{}}{}not drawn: {}", "", time_column, gap, fmt::join(hidden, ", "));
        text += shortened(line, std::max(style.width, narrowest_line), style.unicode) + '\n';
    }
    return text;
}

} // namespace ipc_conform::reports
