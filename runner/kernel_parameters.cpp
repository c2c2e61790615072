#include "runner/kernel_parameters.hpp"

#include <algorithm>
#include <iterator>

namespace ipc_conform::runner
{

namespace
{

bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

// The words of a text with their quotes.
std::vector<std::string_view> quoted_words(std::string_view text, char quote)
{
    std::vector<std::string_view> words;
    for (auto rest = text.begin(); (rest = std::find_if_not(rest, text.end(), is_blank)) != text.end();)
    {
        bool quoted = false;
        const auto end = std::find_if(rest, text.end(), [&](char letter) {
            quoted = (letter == quote) != quoted;
            return is_blank(letter) && !quoted;
        });
        words.emplace_back(rest, end);
        rest = end;
    }
    return words;
}

std::string_view without_quotes(std::string_view text)
{
    if (text.starts_with('"'))
    {
        text.remove_prefix(1);
        text.remove_suffix(text.ends_with('"') ? 1 : 0);
    }
    return text;
}

bool same_name(std::string_view one, std::string_view other)
{
    const auto usual = [](char letter) { return letter == '-' ? '_' : letter; };
    return std::ranges::equal(one, other, {}, usual, usual);
}

} // namespace

std::optional<std::string> kernel_parameter(std::string_view command_line, std::string_view name)
{
    std::optional<std::string> found;
    for (std::string_view word : quoted_words(command_line, '"'))
    {
        if (word == "--")
        {
            break;
        }
        word = without_quotes(word); // the kernel takes "name=value" as well as name="value"
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos && same_name(word.substr(0, equals), name))
        {
            found = without_quotes(word.substr(equals + 1));
        }
    }
    return found;
}

std::vector<std::string> arguments_in(std::string_view value)
{
    std::vector<std::string> arguments;
    for (const std::string_view word : quoted_words(value, '\''))
    {
        std::string& argument = arguments.emplace_back();
        std::ranges::copy_if(word, std::back_inserter(argument), [](char letter) { return letter != '\''; });
    }
    return arguments;
}

} // namespace ipc_conform::runner
