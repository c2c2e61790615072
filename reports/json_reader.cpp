#include "reports/json_reader.hpp"

#include "reports/printable.hpp"

#include <algorithm>

namespace ipc_conform::reports
{
namespace
{

constexpr int deepest_nesting = 64;
constexpr std::size_t longest_complaint = 300;

[[noreturn]] void throw_read_error(std::string_view complaint)
{
    throw ReadError{shortened(printable(complaint), longest_complaint)};
}

} // namespace

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
        read_value(from, into.emplace<double>());
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

Json parsed(std::string_view text)
{
    const auto guard = [](int depth, Json::parse_event_t, Json&) {
        if (depth > deepest_nesting)
        {
            throw_read_error(fmt::format("not a report: nested deeper than {} levels", deepest_nesting));
        }
        return true;
    };
    try
    {
        return Json::parse(text, guard);
    }
    catch (const Json::exception& error)
    {
        // what() begins with the library's own name and number for the error, in brackets
        const std::string_view complaint = error.what();
        const std::size_t bracket = complaint.find("] ");
        throw_read_error(fmt::format("not valid JSON: {}",
                                     complaint.substr(bracket == std::string_view::npos ? 0 : bracket + 2)));
    }
}

} // namespace ipc_conform::reports
