#include "reports/comparison_json.hpp"

#include "reports/json_parts.hpp"

#include <algorithm>
#include <string>

namespace ipc_conform::reports
{
namespace
{

/// Without spaces, so that tools can name it without quoting.
std::string key_of(Change change)
{
    std::string key{name_of(change)};
    std::ranges::replace(key, ' ', '_');
    return key;
}

Json side_json(const Result* result)
{
    if (result == nullptr)
    {
        return nullptr;
    }
    return {{"verdict", name_of(result->verdict)},
            {"reason", result->reason},
            {"expected", result->expected},
            {"signature", signature_of(*result)}};
}

Json change_json(const PropertyChange& changed)
{
    const Result& result = changed.newest();
    return {{"change", key_of(changed.change)}, {"id", result.id},
            {"mechanism", result.mechanism},    {"level", result.level},
            {"statement", result.statement},    {"before", side_json(changed.before)},
            {"after", side_json(changed.after)}};
}

Json totals_json(const Comparison& comparison)
{
    Json totals = {{key_of(Change::same), comparison.same}};
    for (const Change change : every_change)
    {
        totals[key_of(change)] = comparison.count(change);
    }
    return totals;
}

} // namespace

std::string to_json(const Comparison& comparison)
{
    Json json = {{"before", header_json(*comparison.before)},
                 {"after", header_json(*comparison.after)},
                 {"equal", comparison.equal()},
                 {"exit_status", static_cast<int>(exit_status(comparison))},
                 {"totals", totals_json(comparison)}};
    Json& changes = json["changes"] = Json::array();
    for (const PropertyChange& changed : comparison.changes)
    {
        changes.push_back(change_json(changed));
    }
    Json& values = json["values"] = Json::array();
    for (const ChangedValue& value : comparison.values)
    {
        values.push_back(
            {{"id", value.property->id}, {"name", value.name}, {"before", value.before}, {"after", value.after}});
    }
    return dumped(json, 2) + '\n';
}

} // namespace ipc_conform::reports
