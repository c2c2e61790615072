// The pieces that the JSON report and the streamed one share. Private to reports/: nlohmann stays out of
// the public headers.
#pragma once

#include "reports/model.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// Keeps its members in the order in which they were written.
using Json = nlohmann::ordered_json;

/// The value of "kit"."name".
inline constexpr auto kit_name = "ipc-conform";

/// What is known of a run before its first result.
Json header_json(const Run& run);
Json totals_json(const std::vector<Result>& results);
Json result_json(const Result& result);
Json claim_json(const Claim& claim);

/// Valid JSON in valid UTF-8 without a control character, DEL and C1 among them. A negative indentation
/// puts everything on one line.
std::string dumped(const Json& json, int indentation);

/// A duration or a point in time; JSON has no word for what is not finite.
double milliseconds_json(double milliseconds);

} // namespace ipc_conform::reports
