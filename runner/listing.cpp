#include "runner/listing.hpp"

#include "reports/printable.hpp"
#include "runner/errors.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ipc_conform::runner
{
namespace
{

using Json = nlohmann::ordered_json;

std::string meaning_of_level(const Property& property)
{
    if (property.level == "shall")
    {
        return "a standard requires it";
    }
    if (property.level == "may")
    {
        return "a standard allows several outcomes; the one seen is recorded";
    }
    if (property.level == "defined")
    {
        return "implementation-defined; the value seen is recorded";
    }
    return fmt::format("documented by {}; elsewhere it does not apply", property.system);
}

Json json_of(const Property& property)
{
    Json faults = Json::array();
    std::ranges::transform(property.faults, std::back_inserter(faults), &Fault::description);
    return {{"id", property.id},
            {"mechanism", property.mechanism()},
            {"level", property.level},
            {"system", property.system},
            {"statement", property.statement},
            {"sources", property.sources},
            {"file", property.file},
            {"line", property.line},
            {"untested", property.untested},
            {"faults", faults}};
}

/// "name   value", further values below the first.
std::string row(std::string_view name, const std::vector<std::string>& values)
{
    std::string text;
    for (const std::string& value : values)
    {
        text += fmt::format("  {:<10} {}\n", text.empty() ? name : "", reports::printable(value));
    }
    return text;
}

} // namespace

std::string listing_text(const Selection& selection)
{
    std::size_t widest = 0;
    for (const Property* property : selection)
    {
        widest = std::max(widest, property->id.size());
    }
    std::string text;
    for (const Property* property : selection)
    {
        text +=
            fmt::format("{:<{}}  {:<8}  {}{}\n", property->id, widest, property->level,
                        reports::printable(property->statement), property->untested.empty() ? "" : " (UNTESTED)");
    }
    return text;
}

std::string listing_json(const Selection& selection)
{
    Json list = Json::array();
    for (const Property* property : selection)
    {
        list.push_back(json_of(*property));
    }
    return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string explanation(const Property& property, const Expectations& expectations)
{
    std::string text = fmt::format("{}\n{}\n\n", property.id, reports::printable(property.statement));
    text += row("level", {fmt::format("{}: {}", property.level, meaning_of_level(property))});
    text += row("sources", property.sources);
    text += row("case", {fmt::format("{}:{}", property.file, property.line)});
    if (!property.untested.empty())
    {
        return text + row("UNTESTED", {property.untested});
    }
    std::vector<std::string> faults;
    std::ranges::transform(property.faults, std::back_inserter(faults), &Fault::description);
    text += row("faults", faults);
    if (const Expectation* entry = expectations.entry_for(property.id); entry != nullptr)
    {
        text += row(
            "expected",
            {fmt::format("{} in {}: {}", name_of(entry->verdict), expectations.name, entry->reason), entry->link});
    }
    text += row("run", {fmt::format("ipc-conform run {}", property.id)});
    text += row("prove", {fmt::format("ipc-conform run {} --prove", property.id)});
    return text;
}

std::string explanation(const std::string& id)
{
    const Property* property = property_of(id);
    if (property == nullptr)
    {
        std::vector<std::string> ids;
        std::ranges::transform(properties(), std::back_inserter(ids), &Property::id);
        throw UsageError{fmt::format("no property is called \"{}\"{}",
                                     reports::shortened(reports::printable(id), 100), nearest_text(ids, id))};
    }
    return explanation(*property, embedded_expectations());
}

} // namespace ipc_conform::runner
