#include "reports/json_reader.hpp"

#include "reports/printable.hpp"

#include <cmath>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t longest_complaint = 300;
/// Thirty thousand years: the writers add times up and print them in full.
constexpr double longest_time = 1e15;

} // namespace

void throw_read_error(std::string_view complaint)
{
    throw ReadError{shortened(printable(complaint), longest_complaint)};
}

void JsonPlace::refuse(std::string_view complaint) const
{
    throw_read_error(path.empty() ? std::string{complaint} : fmt::format("{}: {}", path, complaint));
}

void JsonPlace::refuse_type(std::string_view wanted) const
{
    refuse(fmt::format("expected {}, found {}", wanted, value.type_name()));
}

JsonPlace JsonPlace::member(const std::string& name, const Json& held) const
{
    return {held, path.empty() ? name : path + '.' + name};
}

JsonPlace JsonPlace::element(std::size_t index, const Json& held) const
{
    return {held, fmt::format("{}[{}]", path, index)};
}

void read_value(const JsonPlace& from, std::string& into)
{
    if (!from.value.is_string())
    {
        from.refuse_type("a string");
    }
    into = from.value.get<std::string>();
}

void read_value(const JsonPlace& from, bool& into)
{
    if (!from.value.is_boolean())
    {
        from.refuse_type("true or false");
    }
    into = from.value.get<bool>();
}

void read_value(const JsonPlace& from, double& into)
{
    if (!from.value.is_number())
    {
        from.refuse_type("a number");
    }
    into = from.value.get<double>();
    if (std::abs(into) > longest_time)
    {
        from.refuse("the number is out of range");
    }
}

void read_value(const JsonPlace& from, Value& into)
{
    switch (from.value.type())
    {
    case Json::value_t::boolean:
        read_value(from, into.emplace<bool>());
        return;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        read_value(from, into.emplace<std::int64_t>());
        return;
    case Json::value_t::number_float:
        into = from.value.get<double>();
        return;
    case Json::value_t::string:
        read_value(from, into.emplace<std::string>());
        return;
    default:
        from.refuse_type("true, false, a number or a string");
    }
}

void read_value(const JsonPlace& from, Verdict& into)
{
    std::string name;
    read_value(from, name);
    const auto verdict = verdict_named(name);
    if (!verdict)
    {
        from.refuse(fmt::format("\"{}\" is not a verdict", name));
    }
    into = *verdict;
}

JsonObject::JsonObject(JsonPlace from) : place_(std::move(from))
{
    if (!place_.value.is_object())
    {
        place_.refuse_type("an object");
    }
}

JsonPlace JsonObject::member(const char* name) const
{
    const auto found = place_.value.find(name);
    if (found == place_.value.end())
    {
        place_.refuse(fmt::format("\"{}\" is missing", name));
    }
    return place_.member(name, *found);
}

void JsonObject::refuse(const char* name, std::string_view complaint) const
{
    member(name).refuse(complaint);
}

void JsonObject::required_name(const char* name, std::string& into) const
{
    required(name, into);
    if (into.size() > longest_name)
    {
        refuse(name, fmt::format("longer than {} bytes", longest_name));
    }
}

void JsonObject::optional_name(const char* name, std::string& into) const
{
    if (place_.value.contains(name))
    {
        required_name(name, into);
    }
}

} // namespace ipc_conform::reports
