#include "reports/recorded_value.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace ipc_conform::reports
{
namespace
{

constexpr bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

constexpr bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// Whether the text holds the word, with no letter on either side.
bool has_word(std::string_view text, std::string_view word)
{
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    {
        const std::size_t end = at + word.size();
        if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end])))
        {
            return true;
        }
    }
    return false;
}

/// "35.9 µs", "12 %", "3ms".
bool has_measurement(std::string_view text)
{
    constexpr std::array<std::string_view, 5> units{"ns", "µs", "ms", "s", "%"};
    for (std::size_t at = 0; at < text.size(); ++at)
    {
        if (!is_digit(text[at]))
        {
            continue;
        }
        std::string_view rest = text.substr(at + 1);
        rest.remove_prefix(rest.starts_with(' ') ? 1 : 0);
        const bool measured = std::ranges::any_of(units, [&](std::string_view unit) {
            return rest.starts_with(unit) && (rest.size() == unit.size() || !is_letter(rest[unit.size()]));
        });
        if (measured)
        {
            return true;
        }
    }
    return false;
}

} // namespace

bool records_its_outcome(const Result& result)
{
    return result.level == "may" || result.level == "defined";
}

bool varies_by_nature(std::string_view name, const Value& value)
{
    constexpr std::array<std::string_view, 6> telling{"PID",         "PPID",         "pid",
                                                      "nanoseconds", "microseconds", "milliseconds"};
    const auto* text = std::get_if<std::string>(&value);
    return std::holds_alternative<double>(value) || (text != nullptr && has_measurement(*text))
           || std::ranges::any_of(telling, [&](std::string_view word) { return has_word(name, word); });
}

ValuesByName values_by_name(const Result& result)
{
    ValuesByName values;
    for (const auto& [name, value] : result.observed)
    {
        values.emplace(name, &value);
    }
    return values;
}

const Value* value_named(const ValuesByName& values, std::string_view name)
{
    const auto found = values.find(name);
    return found == values.end() ? nullptr : found->second;
}

bool same_value(std::string_view name, const Value* one, const Value* other)
{
    if (one == nullptr || other == nullptr)
    {
        return one == other;
    }
    return text_of(*one) == text_of(*other) || (varies_by_nature(name, *one) && varies_by_nature(name, *other));
}

} // namespace ipc_conform::reports
