#include "runner/listing.hpp"

#include "reports/printable.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ipc_conform::runner
{
namespace
{

using Json = nlohmann::ordered_json;

Json json_of(const Property& property)
{
    Json faults = Json::array();
    std::ranges::transform(property.faults, std::back_inserter(faults), &Fault::description);
    Json on_systems = Json::object();
    for (const auto& [system, answer] : property.on_systems)
    {
        on_systems[system] = answer;
    }
    return {{"id", property.id},
            {"mechanism", property.mechanism()},
            {"level", property.level},
            {"system", property.system},
            {"statement", property.statement},
            {"sources", property.sources},
            {"observed_by", property.observed_by},
            {"on", on_systems},
            {"file", property.file},
            {"line", property.line},
            {"untested", property.untested},
            {"faults", faults}};
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

} // namespace ipc_conform::runner
