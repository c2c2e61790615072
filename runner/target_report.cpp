#include "runner/target_report.hpp"

#include "reports/json.hpp"
#include "reports/ndjson_read.hpp"
#include "reports/printable.hpp"

#include <fmt/format.h>
#include <utility>
#include <variant>

namespace ipc_conform::runner
{

namespace
{

/// Of all results together; twice what a stored report may be.
constexpr std::size_t most_bytes = 64U << 20U;
constexpr std::size_t most_oddities = 10;
constexpr std::size_t longest_id = 100;

} // namespace

TargetReport::TargetReport(const Selection& selection) : results_{selection.size()}
{
    for (std::size_t place = 0; place < selection.size(); ++place)
    {
        places_.emplace(selection[place]->id, place);
    }
}

Taken TargetReport::take(std::string_view line)
{
    try
    {
        reports::StreamedLine read = reports::line_from_ndjson(line);
        if (std::holds_alternative<std::monostate>(read))
        {
            return Taken::noise;
        }
        if (auto* header = std::get_if<reports::Run>(&read))
        {
            if (header_)
            {
                return Taken::beginning_again;
            }
            header_ = std::move(*header);
            return Taken::header;
        }
        if (!header_)
        {
            throw reports::ReadError{"it came before the first line"};
        }
        if (const auto* end = std::get_if<reports::StreamedEnd>(&read))
        {
            ended_partial_ = end->partial;
            return Taken::end;
        }
        if (auto* result = std::get_if<reports::Result>(&read))
        {
            bytes_ += line.size();
            if (bytes_ > most_bytes)
            {
                throw reports::ReadError{fmt::format("more than {} MiB of results", most_bytes >> 20U)};
            }
            return take_result(std::move(*result));
        }
    }
    catch (const reports::ReadError& error)
    {
        if (unreadable_++ == 0)
        {
            first_unreadable_ = error.what();
        }
    }
    return Taken::sign;
}

Taken TargetReport::take_result(reports::Result result)
{
    const auto place = places_.find(result.id);
    const std::string name = reports::shortened(reports::printable(result.id), longest_id);
    if (place == places_.end())
    {
        note(fmt::format("the target reported what was not asked for: {}", name));
        return Taken::sign;
    }
    if (results_[place->second])
    {
        note(fmt::format("the target reported twice, the first counts: {}", name));
        return Taken::sign;
    }
    latest_ = place->second;
    results_[latest_] = std::move(result);
    return Taken::result;
}

std::string TargetReport::unreadable() const
{
    return unreadable_ == 0
               ? ""
               : fmt::format("{} of its lines could not be read, the first: {}", unreadable_, first_unreadable_);
}

void TargetReport::note(std::string oddity)
{
    if (oddities_.size() < most_oddities)
    {
        oddities_.push_back(std::move(oddity));
    }
}

} // namespace ipc_conform::runner
