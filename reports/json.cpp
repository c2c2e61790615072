#include "reports/json.hpp"

#include "reports/json_parts.hpp"

#include <string_view>

namespace ipc_conform::reports
{
namespace
{

// One result after the other, because a tree of them all is many times as large as their text.
std::string results_array(const std::vector<Result>& results)
{
    std::string text = "[";
    for (const Result& result : results)
    {
        text += text.size() == 1 ? "\n    " : ",\n    ";
        for (const char character : dumped(result_json(result), 2))
        {
            text += character;
            text += character == '\n' ? "    " : "";
        }
    }
    return text + (results.empty() ? "]" : "\n  ]");
}

} // namespace

std::string to_json(const Run& run)
{
    Json json = header_json(run);
    json["milliseconds"] = milliseconds_json(run.milliseconds);
    json["partial"] = run.partial;
    json["totals"] = totals_json(run.results);
    json["unexpected"] = run.unexpected;
    json["exit_status"] = static_cast<int>(exit_status(run));
    json["results"] = Json::array();
    Json& claims = json["claims"] = Json::array();
    for (const Claim& claim : run.claims)
    {
        claims.push_back(claim_json(claim));
    }
    std::string text = dumped(json, 2) + '\n';
    constexpr std::string_view none = "\n  \"results\": []"; // inside a string neither stands so
    return text.replace(text.find(none) + none.size() - 2, 2, results_array(run.results));
}

std::string to_json(const Result& result)
{
    return dumped(result_json(result), -1);
}

} // namespace ipc_conform::reports
