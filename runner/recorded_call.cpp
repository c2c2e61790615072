#include "runner/recorded_call.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

constexpr std::string_view digits = "0123456789";
constexpr std::string_view lower_case = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper_case = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view separator = ", ";

bool consists_of(std::string_view text, std::string_view letters, std::string_view further)
{
    return !text.empty() && std::ranges::all_of(text, [&](char letter) {
        return letters.find(letter) != std::string_view::npos || further.find(letter) != std::string_view::npos;
    });
}

std::optional<RecordedArgument> argument_of(std::string_view text)
{
    if (text == "…")
    {
        return UnknownTarget{};
    }
    if (text.starts_with('[') && text.ends_with(']'))
    {
        text = text.substr(1, text.size() - 2);
        const std::size_t middle = text.find(separator);
        const auto first = whole_number(text.substr(0, middle));
        const auto second =
            middle == std::string_view::npos ? std::nullopt : whole_number(text.substr(middle + separator.size()));
        return first && second ? std::optional<RecordedArgument>{DescriptorPair{*first, *second}} : std::nullopt;
    }
    if (const auto number = whole_number(text))
    {
        return *number;
    }
    return std::nullopt;
}

/// Where the first argument ends: at a separator that stands in no bracket.
std::size_t end_of_argument(std::string_view text)
{
    const std::size_t from = text.starts_with('[') ? text.find(']') : 0;
    return from == std::string_view::npos ? from : text.find(separator, from);
}

std::optional<std::vector<RecordedArgument>> arguments_of(std::string_view text)
{
    std::vector<RecordedArgument> arguments;
    while (!text.empty())
    {
        const std::size_t end = end_of_argument(text);
        const auto argument = argument_of(text.substr(0, end));
        if (!argument)
        {
            return std::nullopt;
        }
        arguments.push_back(*argument);
        text = end == std::string_view::npos ? "" : text.substr(end + separator.size());
    }
    return arguments;
}

} // namespace

bool names_an_error(std::string_view text)
{
    return text.starts_with('E') && consists_of(text, upper_case, digits);
}

std::optional<std::int64_t> whole_number(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

std::optional<RecordedCall> recorded_call(const reports::TimedCall& call)
{
    std::string_view text = call.call;
    std::string_view result = call.result;
    const std::size_t parenthesis = text.find('(');
    if (parenthesis == std::string_view::npos || !text.ends_with(')') || !result.starts_with("= ") || !call.left)
    {
        return std::nullopt;
    }
    RecordedCall recorded;
    recorded.text = call.call + ' ' + call.result;
    recorded.name = text.substr(0, parenthesis);
    auto arguments = arguments_of(text.substr(parenthesis + 1, text.size() - parenthesis - 2));
    result.remove_prefix(2);
    const std::size_t blank = result.find(' ');
    const auto value = whole_number(result.substr(0, blank));
    recorded.error = blank == std::string_view::npos ? "" : result.substr(blank + 1);
    if (!arguments || !value || !consists_of(recorded.name, lower_case, "_0123456789")
        || (!recorded.error.empty() && (*value != -1 || !names_an_error(recorded.error))))
    {
        return std::nullopt;
    }
    recorded.arguments = std::move(*arguments);
    recorded.result = *value;
    return recorded;
}

} // namespace ipc_conform::runner
