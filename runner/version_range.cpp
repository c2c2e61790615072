#include "runner/version_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ipc_conform::runner
{
namespace
{

using Numbers = std::vector<std::uint64_t>;

// The longer ones first: "<=" begins with "<".
constexpr std::array<std::string_view, 5> relations{"<=", ">=", "<", ">", "="};

/// Takes the numbers off the beginning of a text, and the dots between them. One that is too large is the largest.
Numbers take_numbers(std::string_view& text)
{
    Numbers numbers;
    for (std::string_view rest = text;;)
    {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
        if (error == std::errc::invalid_argument)
        {
            return numbers;
        }
        numbers.push_back(error == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max());
        text = rest.substr(static_cast<std::size_t>(end - rest.data()));
        if (!text.starts_with('.'))
        {
            return numbers;
        }
        rest = text.substr(1);
    }
}

std::string_view take_relation(std::string_view& text)
{
    for (const std::string_view relation : relations)
    {
        if (text.starts_with(relation))
        {
            text.remove_prefix(relation.size());
            return relation;
        }
    }
    return "=";
}

void skip_spaces(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

} // namespace

std::optional<VersionRange> VersionRange::parse(std::string_view text)
{
    skip_spaces(text);
    VersionRange range;
    for (range.text_ = text; !text.empty(); skip_spaces(text))
    {
        Bound bound{take_relation(text), {}};
        skip_spaces(text);
        bound.numbers = take_numbers(text);
        if (bound.numbers.empty() || (!text.empty() && !text.starts_with(' ')))
        {
            return std::nullopt;
        }
        range.bounds_.push_back(std::move(bound));
    }
    return range.bounds_.empty() ? std::nullopt : std::optional{std::move(range)};
}

bool VersionRange::Bound::holds(Numbers version) const
{
    version.resize(numbers.size());
    return (relation.find('<') != std::string_view::npos && version < numbers)
           || (relation.find('>') != std::string_view::npos && version > numbers)
           || (relation.find('=') != std::string_view::npos && version == numbers);
}

bool VersionRange::holds(std::string_view version) const
{
    const Numbers numbers = take_numbers(version);
    return !numbers.empty()
           && std::ranges::all_of(bounds_, [&](const Bound& bound) { return bound.holds(numbers); });
}

} // namespace ipc_conform::runner
