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
    : out(stream), total(of), style(wanted)
{
}

Progress::~Progress()
{
    clear();
}

void Progress::started(std::string_view id)
{
    running.emplace_back(id);
}

void Progress::finished(std::string_view id, Verdict verdict)
{
    const auto found = std::ranges::find(running, id);
    if (found != running.end())
    {
        running.erase(found);
    }
    ++done;
    not_passed += verdict == Verdict::pass ? 0U : 1U;
}

void Progress::resize(std::size_t width)
{
    style.width = width;
}

void Progress::draw(double milliseconds)
{
    if (drawn_columns != 0 && milliseconds < drawn_at + milliseconds_between_drawings)
    {
        return;
    }
    // the last column stays free: a character in it makes some terminals go to the next line
    const std::string text =
        shortened(line(milliseconds), std::max<std::size_t>(style.width, 1) - 1, style.unicode);
    const std::size_t columns = columns_of(text);
    out << '\r' << text << std::string(drawn_columns - std::min(drawn_columns, columns), ' ') << std::flush;
    drawn_columns = columns;
    drawn_at = milliseconds;
}

void Progress::clear()
{
    if (drawn_columns != 0)
    {
        out << '\r' << std::string(drawn_columns, ' ') << '\r' << std::flush;
        drawn_columns = 0;
    }
}

std::string Progress::line(double milliseconds) const
{
    std::string text = fmt::format("{}/{}  {:.1f} s", done, total, milliseconds / 1000);
    if (not_passed != 0)
    {
        text += fmt::format("  {} not PASS", not_passed);
    }
    for (std::size_t index = 0; index < std::min(running.size(), most_ids); ++index)
    {
        text += index == 0 ? "  " : ", ";
        text += shortened(printable(running[index], style.unicode), longest_id, style.unicode);
    }
    if (running.size() > most_ids)
    {
        text += fmt::format(" +{}", running.size() - most_ids);
    }
    return text;
}

} // namespace ipc_conform::reports
