#include "reports/json.hpp"

#include "reports/json_parts.hpp"

namespace ipc_conform::reports
{

std::string to_json(const Run& run)
{
    Json json = header_json(run);
    json["milliseconds"] = milliseconds_json(run.milliseconds);
    json["partial"] = run.partial;
    json["totals"] = totals_json(run.results);
    json["unexpected"] = run.unexpected;
    json["exit_status"] = static_cast<int>(exit_status(run));
    Json& results = json["results"] = Json::array();
    for (const Result& result : run.results)
    {
        results.push_back(result_json(result));
    }
    Json& claims = json["claims"] = Json::array();
    for (const Claim& claim : run.claims)
    {
        claims.push_back(claim_json(claim));
    }
    return dumped(json, 2) + '\n';
}

std::string to_json(const Result& result)
{
    return dumped(result_json(result), -1);
}

} // namespace ipc_conform::reports
