#include "reports/sequence_diagram.hpp"

#include "reports/html_page.hpp"
#include "reports/painter.hpp"
#include "reports/printable.hpp"
#include "reports/sequence.hpp"
#include "reports/timed_calls.hpp"
#include "reports/wake_ups.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

// In the units of the picture, which are the pixels of an unscaled screen.
constexpr double time_width = 76;
constexpr double lane_gap = 44;
constexpr double heading_height = 52;
constexpr double row_height = 26;
constexpr double box_height = 22;
constexpr double letter_width = 7.3;
constexpr double padding = 8;
constexpr double indentation = 12;
constexpr double baseline = 4; ///< of a line of text below the middle of its row

/// Where everything goes.
class Layout
{
public:
    explicit Layout(const Sequence& sequence)
        : lanes_(sequence.lanes.size()), lane_width_(sequence.lanes.size() <= 2 ? 290 : 250)
    {
        double middle = heading_height + row_height / 2;
        for (std::size_t row = 0; row < sequence.rows.size(); ++row)
        {
            middle += row == 0 ? 0 : row_height + pause(sequence.rows[row] - sequence.rows[row - 1]);
            rows_.push_back(middle);
        }
        end_ = middle + row_height;
        const bool any_open = std::ranges::any_of(
            sequence.boxes, [](const SequenceBox& box) { return !box.call->left.has_value(); });
        const bool any_held =
            std::ranges::any_of(sequence.lanes, [](const Lane* lane) { return !lane->stuck_in.empty(); });
        height_ = end_ + (any_held ? 2 : any_open ? 1 : 0) * row_height;
    }

    [[nodiscard]] double row(std::size_t row) const
    {
        return rows_[row];
    }
    [[nodiscard]] double lane(std::size_t lane) const
    {
        return time_width + lane_gap / 2 + static_cast<double>(lane) * (lane_width_ + lane_gap);
    }
    [[nodiscard]] double lane_width() const
    {
        return lane_width_;
    }
    /// The row below the last one, for what never ended.
    [[nodiscard]] double end() const
    {
        return end_;
    }
    [[nodiscard]] double width() const
    {
        return lane(lanes_) - lane_gap / 2;
    }
    [[nodiscard]] double height() const
    {
        return height_;
    }
    [[nodiscard]] std::size_t letters(double width) const
    {
        return static_cast<std::size_t>((width - 2 * padding) / letter_width);
    }

private:
    /// A millisecond is seen, and an hour still fits.
    static double pause(double milliseconds)
    {
        return std::min(60.0, 12 * std::log10(1 + std::max(0.0, milliseconds)));
    }

    std::size_t lanes_;
    double lane_width_;
    double end_ = 0;
    double height_ = 0;
    std::vector<double> rows_;
};

/// A text that fits, the whole of it in the tip when it does not.
std::string text_element(double x, double y, std::string_view kind, std::string_view text, std::size_t letters)
{
    const std::string whole = printable(text);
    const std::string fitting = shortened_in_the_middle(whole, letters);
    return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" class="{}">{}{}</text>)", x, y + baseline, kind,
                       html_text(fitting),
                       fitting == whole ? "" : fmt::format("<title>{}</title>", html_text(text)));
}

double box_left(const Layout& layout, const SequenceBox& box)
{
    constexpr std::size_t deepest = 5;
    return layout.lane(box.lane) + indentation * static_cast<double>(std::min(box.depth, deepest));
}

double box_right(const Layout& layout, const SequenceBox& box)
{
    return layout.lane(box.lane) + layout.lane_width();
}

std::string end_text(const TimedCall& call)
{
    return fmt::format("{} ({} {})", call.result.empty() ? "returned" : call.result,
                       call.witnessed ? "blocked" : "after", duration_text(left(call) - entered(call)));
}

std::string box_element(const Layout& layout, const SequenceBox& box)
{
    const TimedCall& call = *box.call;
    const bool one_row = call.left && box.first_row == box.last_row;
    const double x = box_left(layout, box);
    const double width = box_right(layout, box) - x;
    const double top = layout.row(box.first_row) - box_height / 2;
    const double bottom = (call.left ? layout.row(box.last_row) : layout.end()) + box_height / 2;
    const std::size_t letters = layout.letters(width);
    std::string svg =
        fmt::format(R"(<g class="call{}{}{}"><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="4"/>)",
                    is_step_of_the_kit(box) ? " step" : "", call.witnessed ? " blocked" : "",
                    call.left ? "" : " stuck", x, top, width, bottom - top);
    const bool has_result = one_row && !call.result.empty();
    svg += text_element(x + padding, layout.row(box.first_row), "name",
                        has_result ? fmt::format("{} {}", call.call, call.result) : call.call, letters);
    if (!call.left)
    {
        svg += text_element(x + padding, layout.end(), "result",
                            call.witnessed ? "✗ blocked, never returned" : "✗ never returned", letters);
    }
    else if (!one_row)
    {
        svg += text_element(x + padding, layout.row(box.last_row), "result", end_text(call), letters);
    }
    return svg + "</g>\n";
}

std::string lane_element(const Layout& layout, const Lane& lane, std::size_t index)
{
    const double x = layout.lane(index);
    const double middle = x + layout.lane_width() / 2;
    const std::size_t letters = layout.letters(layout.lane_width());
    std::string about = lane.pid == 0 ? "" : fmt::format("pid {}", lane.pid);
    if (lane.calls_dropped != 0)
    {
        about += fmt::format("{}{} lost", about.empty() ? "" : ", ",
                             quantity(lane.calls_dropped, "earlier call", "earlier calls"));
    }
    std::string svg = fmt::format(R"(<line class="life" x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}"/>)",
                                  middle, heading_height - 4, layout.height());
    svg += text_element(x, row_height / 2, "process", lane.process, letters);
    svg += text_element(x, row_height / 2 + 18, "about", about, letters);
    if (!lane.stuck_in.empty())
    {
        svg += text_element(x + padding, layout.end() + row_height, "result stuck-in",
                            fmt::format("stuck in {}", lane.stuck_in), letters);
    }
    return svg + '\n';
}

/// A curve from the side of a call to the end of a wait; its head lies level because both its ends do.
std::string arrow_element(const Layout& layout, const Sequence& sequence, const WakeUp& wake_up)
{
    const SequenceBox& call = sequence.boxes[wake_up.call];
    const SequenceBox& wait = sequence.boxes[wake_up.wait];
    const bool rightwards = call.lane < wait.lane;
    const double from_x = rightwards ? box_right(layout, call) : box_left(layout, call);
    const double to_x = rightwards ? box_left(layout, wait) : box_right(layout, wait);
    const double from_y = layout.row(call.first_row);
    const double to_y = layout.row(wait.last_row);
    const double middle = (from_x + to_x) / 2;
    const double head = rightwards ? -7 : 7;
    return fmt::format(R"(<g class="wake-up{}"><title>{} {} {}</title>)"
                       R"(<path class="shaft" d="M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}"/>)"
                       R"(<path class="head" d="M{:.1f} {:.1f}l{} -4.5v9z"/></g>)"
                       "\n",
                       wake_up.certain ? "" : " uncertain", html_text(call.call->call),
                       wake_up.certain ? "ended" : "or an earlier call ended", html_text(wait.call->call), from_x,
                       from_y, middle, from_y, middle, to_y, to_x + head, to_y, to_x, to_y, head);
}

std::string caption(const Sequence& sequence)
{
    std::string text = "Time runs down, in milliseconds; long pauses are shortened.";
    if (std::ranges::any_of(sequence.boxes, is_step_of_the_kit))
    {
        text += " Pale: the kit’s own steps.";
    }
    if (!sequence.wake_ups.empty())
    {
        text += " An arrow leads from a call to the wait that it ended";
        text += std::ranges::all_of(sequence.wake_ups, &WakeUp::certain)
                    ? "."
                    : "; a dashed one from the last of several that may have.";
    }
    if (sequence.calls_left_out != 0)
    {
        text += fmt::format(" Not drawn: {}.", quantity(sequence.calls_left_out, "call", "calls"));
    }
    if (sequence.lanes_left_out != 0)
    {
        text += fmt::format(" Not drawn: {}.", quantity(sequence.lanes_left_out, "process", "processes"));
    }
    return text;
}

} // namespace

std::string sequence_diagram(const std::vector<Lane>& lanes)
{
    if (lanes.empty())
    {
        return {};
    }
    const Sequence sequence = sequence_of(lanes);
    const Layout layout{sequence};
    std::string svg = fmt::format(
        R"(<svg class="sequence" role="img" aria-label="Sequence diagram of {} in {}" width="{:.0f}" height="{:.0f}" viewBox="0 0 {:.0f} {:.0f}">)"
        "\n",
        quantity(sequence.boxes.size(), "call", "calls"), quantity(sequence.lanes.size(), "process", "processes"),
        layout.width(), layout.height(), layout.width(), layout.height());
    svg += text_element(time_width, row_height / 2, "time", "ms", 2);
    for (std::size_t lane = 0; lane < sequence.lanes.size(); ++lane)
    {
        svg += lane_element(layout, *sequence.lanes[lane], lane);
    }
    for (std::size_t row = 0; row < sequence.rows.size(); ++row)
    {
        svg += text_element(time_width, layout.row(row), "time", time_text(sequence.rows[row]), 12);
    }
    svg += '\n';
    for (const SequenceBox& box : sequence.boxes)
    {
        svg += box_element(layout, box);
    }
    for (const WakeUp& wake_up : sequence.wake_ups)
    {
        svg += arrow_element(layout, sequence, wake_up);
    }
    return fmt::format(
        R"(<figure class="timeline"><div class="wide" role="group" aria-label="Sequence diagram" tabindex="0">{}</svg></div>)"
        "\n<figcaption>{}</figcaption></figure>\n",
        svg, caption(sequence));
}

} // namespace ipc_conform::reports
