// Typed reading of JSON with the place of whatever is wrong. Private to reports/.
#pragma once

#include "reports/json.hpp"
#include "reports/json_limits.hpp"
#include "reports/json_parts.hpp"

#include <concepts>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_conform::reports
{

/// A value inside a report and the way to it: `results[3].verdict`.
struct JsonPlace
{
    const Json& value;
    std::string path;

    /// Throws ReadError with path and complaint as one printable line.
    [[noreturn]] void refuse(std::string_view complaint) const;
    /// Refuses a value for not being what it has to be.
    [[noreturn]] void refuse_type(std::string_view wanted) const;
    [[nodiscard]] JsonPlace member(const std::string& name, const Json& held) const;
    [[nodiscard]] JsonPlace element(std::size_t index, const Json& held) const;
};

/// Throws ReadError with the complaint as one printable line of bounded length.
[[noreturn]] void throw_read_error(std::string_view complaint);

void read_value(const JsonPlace& from, std::string& into);
void read_value(const JsonPlace& from, bool& into);
/// A time in milliseconds; refuses what no clock can show.
void read_value(const JsonPlace& from, double& into);
void read_value(const JsonPlace& from, Value& into);
void read_value(const JsonPlace& from, Verdict& into);

template <std::integral Number>
void read_value(const JsonPlace& from, Number& into)
{
    if (!from.value.is_number_integer())
    {
        from.refuse_type("an integer");
    }
    const bool fits = from.value.is_number_unsigned() ? std::in_range<Number>(from.value.get<std::uint64_t>())
                                                      : std::in_range<Number>(from.value.get<std::int64_t>());
    if (!fits)
    {
        from.refuse("the number is out of range");
    }
    into = from.value.get<Number>();
}

template <typename Item>
void read_value(const JsonPlace& from, std::vector<Item>& into)
{
    if (!from.value.is_array())
    {
        from.refuse_type("an array");
    }
    if (from.value.size() > most_items<Item>)
    {
        from.refuse(fmt::format("more than {} entries", most_items<Item>));
    }
    into.clear();
    for (std::size_t index = 0; index < from.value.size(); ++index)
    {
        read_value(from.element(index, from.value[index]), into.emplace_back());
    }
}

/// An object whose keys are data.
template <typename Held>
void read_value(const JsonPlace& from, std::vector<std::pair<std::string, Held>>& into)
{
    if (!from.value.is_object())
    {
        from.refuse_type("an object");
    }
    into.clear();
    for (const auto& [name, held] : from.value.items())
    {
        Held& item = into.emplace_back(name, Held{}).second;
        read_value(from.member(name, held), item);
    }
}

/// An object with named fields.
class JsonObject
{
public:
    explicit JsonObject(JsonPlace from);

    template <typename Target>
    void required(const char* name, Target& into) const
    {
        read_value(member(name), into);
    }

    /// The same for a text that names something: an id, a system, a mechanism.
    void required_name(const char* name, std::string& into) const;
    void optional_name(const char* name, std::string& into) const;

    /// Leaves what it has when the field is absent.
    template <typename Target>
    void optional(const char* name, Target& into) const
    {
        if (place_.value.contains(name))
        {
            required(name, into);
        }
    }

    /// Refuses what stands under a name, or the object for lacking it.
    [[noreturn]] void refuse(const char* name, std::string_view complaint) const;

private:
    [[nodiscard]] JsonPlace member(const char* name) const;

    JsonPlace place_;
};

} // namespace ipc_conform::reports
