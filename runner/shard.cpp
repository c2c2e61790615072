#include "runner/shard.hpp"

#include "reports/printable.hpp"
#include "runner/errors.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{
namespace
{

std::size_t number(std::string_view digits, std::string_view whole)
{
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::result_out_of_range)
    {
        throw UsageError{fmt::format("shard \"{}\": the number is too large", reports::printable(whole))};
    }
    if (error != std::errc{} || end != digits.data() + digits.size())
    {
        throw UsageError{
            fmt::format("shard \"{}\": expected I/N, two numbers, as in 1/4", reports::printable(whole))};
    }
    return value;
}

// Of those of the selection that have one.
double mean_of(const Durations& durations, const Selection& selection)
{
    double sum = 0;
    std::size_t known = 0;
    for (const Property* property : selection)
    {
        const auto one = durations.find(property->id);
        if (one != durations.end())
        {
            sum += one->second;
            ++known;
        }
    }
    return known == 0 ? 1 : sum / static_cast<double>(known);
}

} // namespace

Shard parse_shard(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
    {
        throw UsageError{
            fmt::format("shard \"{}\": expected I/N, two numbers, as in 1/4", reports::printable(text))};
    }
    const Shard shard{number(text.substr(0, slash), text), number(text.substr(slash + 1), text)};
    if (shard.count == 0)
    {
        throw UsageError{fmt::format("shard \"{}\": there must be at least one shard", text)};
    }
    if (shard.index == 0 || shard.index > shard.count)
    {
        throw UsageError{fmt::format("shard \"{}\": the first number must be from 1 to {}", text, shard.count)};
    }
    return shard;
}

Selection part_of(const Selection& selection, const Shard& shard, const Durations& durations)
{
    const double mean = mean_of(durations, selection);
    std::vector<std::pair<double, std::size_t>> longest_first; // and the position in the selection
    for (std::size_t position = 0; position < selection.size(); ++position)
    {
        const auto known = durations.find(selection[position]->id);
        constexpr double least = 0.001; // nothing takes no time, and parts of no length would not be told apart
        longest_first.emplace_back(std::max(known == durations.end() ? mean : known->second, least), position);
    }
    std::ranges::stable_sort(longest_first, std::ranges::greater{}, &std::pair<double, std::size_t>::first);

    using Load = std::pair<double, std::size_t>; // milliseconds, index of the shard
    std::priority_queue<Load, std::vector<Load>, std::greater<>> least_loaded;
    // Of shards beyond the number of properties, every one is as empty as the others.
    for (std::size_t index = 1; index <= std::min(shard.count, selection.size()); ++index)
    {
        least_loaded.emplace(0, index);
    }
    std::vector<std::size_t> positions;
    for (const auto& [milliseconds, position] : longest_first)
    {
        const auto [load, index] = least_loaded.top();
        least_loaded.pop();
        least_loaded.emplace(load + milliseconds, index);
        if (index == shard.index)
        {
            positions.push_back(position);
        }
    }
    std::ranges::sort(positions);
    Selection part;
    std::ranges::transform(positions, std::back_inserter(part), [&](std::size_t at) { return selection[at]; });
    return part;
}

} // namespace ipc_conform::runner
