#include "reports/progress.hpp"

#include "reports/printable.hpp"
#include "reports/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <ostream>

namespace ipc_conform::reports
{
namespace
{

constexpr double milliseconds_between_drawings = 50;
constexpr std::size_t most_ids = 3;
constexpr std::size_t longest_id = 32;

} // namespace

Progress::Progress(std::ostream& stream, std::size_t of, const Style& wanted)
    : out_(stream), total_(of), style_(wanted)
{
}

Progress::~Progress()
{
    clear();
}

void Progress::started(std::string_view id)
{
    running_.emplace_back(id);
}

void Progress::finished(std::string_view id, Verdict verdict)
{
    const auto found = std::ranges::find(running_, id);
    if (found != running_.end())
    {
        running_.erase(found);
    }
    ++done_;
    not_passed_ += verdict == Verdict::pass ? 0U : 1U;
}

void Progress::resize(std::size_t width)
{
    style_.width = width;
}

void Progress::draw(double milliseconds)
{
    if (drawn_columns_ != 0 && milliseconds < drawn_at_ + milliseconds_between_drawings)
    {
        return;
    }
    // the last column stays free: a character in it makes some terminals go to the next line
    const std::string text =
        shortened(line(milliseconds), std::max<std::size_t>(style_.width, 1) - 1, style_.unicode);
    const std::size_t columns = columns_of(text);
    out_ << '\r' << text << std::string(drawn_columns_ - std::min(drawn_columns_, columns), ' ') << std::flush;
    drawn_columns_ = columns;
    drawn_at_ = milliseconds;
}

void Progress::clear()
{
    if (drawn_columns_ != 0)
    {
        out_ << '\r' << std::string(drawn_columns_, ' ') << '\r' << std::flush;
        drawn_columns_ = 0;
    }
}

std::string Progress::line(double milliseconds) const
{
    std::string text = fmt::format("{}/{}  {:.1f} s", done_, total_, milliseconds / 1000);
    if (not_passed_ != 0)
    {
        text += fmt::format("  {} not PASS", not_passed_);
    }
    for (std::size_t index = 0; index < std::min(running_.size(), most_ids); ++index)
    {
        text += index == 0 ? "  " : ", ";
        text += shortened(printable(running_[index], style_.unicode), longest_id, style_.unicode);
    }
    if (running_.size() > most_ids)
    {
        text += fmt::format(" +{}", running_.size() - most_ids);
    }
    return text;
}

} // namespace ipc_conform::reports
