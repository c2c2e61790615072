#include "reports/json_parts.hpp"

#include "reports/utf8.hpp"

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <utility>

namespace ipc_conform::reports
{
namespace
{

/// Keys are repaired here: two broken ones that become equal must not give an object with the key twice.
Json object_of(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    Json object = Json::object();
    for (const auto& [name, text] : pairs)
    {
        object[repaired_utf8(name)] = text;
    }
    return object;
}

Json value_json(const Value& value)
{
    if (const auto* number = std::get_if<double>(&value); number != nullptr && !std::isfinite(*number))
    {
        return text_of(value);
    }
    return std::visit([](const auto& held) -> Json { return held; }, value);
}

Json observed_json(const std::vector<std::pair<std::string, Value>>& observed)
{
    Json object = Json::object();
    for (const auto& [name, value] : observed)
    {
        object[repaired_utf8(name)] = value_json(value);
    }
    return object;
}

Json failure_json(const Failure& failure)
{
    return {{"process", failure.process},
            {"expected", failure.expected},
            {"observed", failure.observed},
            {"file", failure.file},
            {"line", failure.line}};
}

Json record_json(const Record& record)
{
    return {{"process", record.process},
            {"kind", record.kind},
            {"milliseconds", milliseconds_json(record.milliseconds)},
            {"fields", object_of(record.fields)}};
}

Json call_json(const TimedCall& call)
{
    return {{"call", call.call},
            {"result", call.result},
            {"entered", milliseconds_json(call.entered)},
            {"left", call.left ? Json(milliseconds_json(*call.left)) : Json(nullptr)},
            {"witnessed", call.witnessed}};
}

/// Always an array, also when there is nothing to put in.
template <typename Item, typename Convert>
Json array_of(const std::vector<Item>& items, Convert convert)
{
    Json array = Json::array();
    for (const Item& item : items)
    {
        array.push_back(convert(item));
    }
    return array;
}

Json lane_json(const Lane& lane)
{
    return {{"process", lane.process},
            {"pid", lane.pid},
            {"calls_dropped", lane.calls_dropped},
            {"calls", array_of(lane.calls, call_json)},
            {"stuck_in", lane.stuck_in}};
}

Json leak_json(const Leak& leak)
{
    return {{"kind", leak.kind}, {"name", leak.name}};
}

Json proof_json(const Proof& proof)
{
    return {{"fault", proof.fault},
            {"verdict", name_of(proof.verdict)},
            {"reason", proof.reason},
            {"killed", proof.killed()}};
}

Json platform_json(const Platform& platform)
{
    return {{"system", platform.system},
            {"release", platform.release},
            {"version", platform.version},
            {"machine", platform.machine},
            {"libc", platform.libc},
            {"processors", platform.processors},
            {"user_id", platform.user_id},
            {"sandbox", platform.sandbox},
            {"container_hints", object_of(platform.hints)},
            {"limits", object_of(platform.limits)}};
}

} // namespace

double milliseconds_json(double milliseconds)
{
    return std::isfinite(milliseconds) ? milliseconds : 0.0;
}

Json header_json(const Run& run)
{
    return {{"kit", {{"name", kit_name}, {"version", run.kit_version}}},
            {"started", run.started},
            {"seed", run.seed},
            {"shake", run.shake ? Json(*run.shake) : Json()},
            {"jobs", run.jobs},
            {"proved", run.proved},
            {"expectations", run.expectations},
            {"trust", run.trust},
            {"via", run.via},
            {"platform", platform_json(run.platform)}};
}

Json totals_json(const std::vector<Result>& results)
{
    Json object = Json::object();
    const auto counted = totals(results);
    for (std::size_t index = 0; index < counted.size(); ++index)
    {
        object[std::string{name_of(every_verdict[index])}] = counted[index];
    }
    return object;
}

Json result_json(const Result& result)
{
    Json verdicts = Json::object();
    for (const auto& [verdict, count] : result.verdicts)
    {
        verdicts[std::string{name_of(verdict)}] = count;
    }
    return {{"id", result.id},
            {"mechanism", result.mechanism},
            {"level", result.level},
            {"statement", result.statement},
            {"sources", result.sources},
            {"observed_by", result.observed_by},
            {"faults", result.faults},
            {"file", result.file},
            {"line", result.line},
            {"verdict", name_of(result.verdict)},
            {"reason", result.reason},
            {"remedy", result.remedy},
            {"expected", result.expected},
            {"expectation", result.expectation},
            {"link", result.link},
            {"evidence", result.evidence},
            {"milliseconds", milliseconds_json(result.milliseconds)},
            {"observed", observed_json(result.observed)},
            {"failures", array_of(result.failures, failure_json)},
            {"records", array_of(result.records, record_json)},
            {"timeline", array_of(result.timeline, lane_json)},
            {"leaks", array_of(result.leaks, leak_json)},
            {"was_killed", result.was_killed},
            {"output", result.output},
            {"repetitions", result.repetitions},
            {"verdicts", std::move(verdicts)},
            {"proofs", array_of(result.proofs, proof_json)},
            {"rerun", result.rerun}};
}

std::string dumped(const Json& json, int indentation)
{
    const std::string text = json.dump(indentation, ' ', false, Json::error_handler_t::replace);
    std::string escaped;
    escaped.reserve(text.size());
    // nlohmann escapes what JSON demands; DEL and C1 also act on a terminal, and can only stand inside strings
    for (std::string_view rest = text; !rest.empty();)
    {
        const CodePoint first = first_code_point(rest);
        if (first.value >= 0x7F && first.value < 0xA0)
        {
            escaped += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(first.value));
        }
        else
        {
            escaped += rest.substr(0, first.bytes);
        }
        rest.remove_prefix(first.bytes);
    }
    return escaped;
}

Json claim_json(const Claim& claim)
{
    Json properties = Json::array();
    for (const ClaimEvidence& evidence : claim.properties)
    {
        properties.push_back({{"id", evidence.id},
                              {"role", evidence.role},
                              {"verdict", evidence.verdict},
                              {"evidence", evidence.evidence},
                              {"observed", observed_json(evidence.observed)}});
    }
    return {{"number", claim.number},         {"mechanism", claim.mechanism},       {"korean", claim.korean},
            {"english", claim.english},       {"verdict", claim.verdict},           {"why", claim.why},
            {"why_korean", claim.why_korean}, {"properties", std::move(properties)}};
}

} // namespace ipc_conform::reports
