#include "runner/selection.hpp"

#include "reports/printable.hpp"
#include "runner/errors.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <optional>

namespace ipc_conform::runner
{
namespace
{

constexpr std::size_t most_suggestions = 5;
// What is longer than this is no mistyped id, and comparing it would take time for nothing.
constexpr std::size_t longest_id = 100;

bool means(std::string_view pattern, const Property& property)
{
    return matches(pattern, property.id) || pattern == property.mechanism();
}

/// How many characters must be inserted, removed, replaced or swapped with their neighbour.
std::size_t edit_distance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last(right.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    for (std::size_t row = 1; row <= left.size(); ++row)
    {
        std::vector<std::size_t> current{row};
        for (std::size_t column = 1; column <= right.size(); ++column)
        {
            const bool same = left[row - 1] == right[column - 1];
            std::size_t least =
                std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0U : 1U)});
            if (row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1])
            {
                least = std::min(least, before_last[column - 2] + 1);
            }
            current.push_back(least);
        }
        before_last = std::exchange(last, std::move(current));
    }
    return last.back();
}

/// How far a candidate is from what was typed; nothing when it is no candidate.
std::optional<std::size_t> distance(std::string_view candidate, std::string_view wanted)
{
    const std::size_t most = std::max<std::size_t>(2, wanted.size() / 4);
    std::optional<std::size_t> least;
    const auto consider = [&](std::size_t found) {
        if (found <= most && found < wanted.size() && (!least || found < *least))
        {
            least = found;
        }
    };
    consider(edit_distance(candidate, wanted));
    if (wanted.size() >= 3 && candidate.find(wanted) != std::string_view::npos)
    {
        consider(1);
    }
    if (candidate.size() >= 3 && wanted.find(candidate) != std::string_view::npos)
    {
        consider(most); // typed a mechanism's name, but a behaviour that nothing resembles
    }
    if (wanted.size() >= 5 && candidate.size() > wanted.size())
    {
        consider(edit_distance(candidate.substr(0, wanted.size()), wanted) + 1);
    }
    return least;
}

/// All that a pattern without a wildcard can be.
std::vector<std::string> names_of(const std::vector<Property>& all)
{
    std::vector<std::string> names;
    std::ranges::transform(all, std::back_inserter(names), &Property::id);
    for (const Property& property : all)
    {
        if (std::ranges::find(names, property.mechanism()) == names.end())
        {
            names.push_back(property.mechanism());
        }
    }
    return names;
}

} // namespace

bool matches(std::string_view glob, std::string_view text)
{
    std::size_t in_glob = 0;
    std::size_t in_text = 0;
    std::optional<std::size_t> star; // the last one met: only it ever needs to take more
    std::size_t taken_from = 0;
    while (in_text < text.size())
    {
        if (in_glob < glob.size() && glob[in_glob] == '*')
        {
            star = in_glob++;
            taken_from = in_text;
        }
        else if (in_glob < glob.size() && (glob[in_glob] == '?' || glob[in_glob] == text[in_text]))
        {
            ++in_glob;
            ++in_text;
        }
        else if (star)
        {
            in_glob = *star + 1;
            in_text = ++taken_from;
        }
        else
        {
            return false;
        }
    }
    return glob.find_first_not_of('*', in_glob) == std::string_view::npos;
}

Selection select(const std::vector<Property>& all, const std::vector<std::string>& patterns)
{
    std::string problems;
    for (const std::string& pattern : patterns)
    {
        if (std::ranges::none_of(all, [&](const Property& property) { return means(pattern, property); }))
        {
            problems += fmt::format("{}no property matches \"{}\"{}", problems.empty() ? "" : "\n",
                                    reports::shortened(reports::printable(pattern), longest_id),
                                    nearest_text(names_of(all), pattern));
        }
    }
    if (!problems.empty())
    {
        throw UsageError{problems};
    }
    Selection selection;
    for (const Property& property : all)
    {
        const auto meant = [&](const std::string& pattern) { return means(pattern, property); };
        if (patterns.empty() || std::ranges::any_of(patterns, meant))
        {
            selection.push_back(&property);
        }
    }
    return selection;
}

std::vector<std::string> nearest_ids(const std::vector<std::string>& candidates, std::string_view wanted)
{
    std::string plain{wanted.substr(0, longest_id + 1)};
    std::erase_if(plain, [](char character) { return character == '*' || character == '?'; });
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& candidate : candidates)
    {
        const auto far = plain.size() > longest_id ? std::nullopt : distance(candidate, plain);
        if (far)
        {
            near.emplace_back(*far, candidate);
        }
    }
    std::ranges::stable_sort(near, {}, &std::pair<std::size_t, std::string>::first);
    near.resize(std::min(near.size(), most_suggestions));
    std::vector<std::string> ids;
    std::ranges::transform(near, std::back_inserter(ids), &std::pair<std::size_t, std::string>::second);
    return ids;
}

std::string nearest_text(const std::vector<std::string>& candidates, std::string_view wanted)
{
    const std::vector<std::string> ids = nearest_ids(candidates, wanted);
    return ids.empty() ? "; nothing is near it, `ipc-conform list` shows them all"
                       : fmt::format("; nearest: {}", fmt::join(ids, ", "));
}

} // namespace ipc_conform::runner
