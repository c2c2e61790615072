// The JSON report, documented in schema.json, and the way back from it.
#pragma once

#include "reports/model.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace ipc_conform::reports
{

/// The whole run, indented, with a line end. Always valid JSON in valid UTF-8, whatever the strings hold:
/// bytes that are not UTF-8 become U+FFFD, control characters are escaped.
std::string to_json(const Run& run);

/// One result on one line, without a line end.
std::string to_json(const Result& result);

/// A report that cannot be read. what() is one printable line that names the place and what is wrong there:
/// `results[3].verdict: "OK" is not a verdict`.
class ReadError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Reads what to_json(run) wrote. Fields it does not know are passed over, so that an older kit reads a newer
/// report; absent ones keep their defaults, save those without which a report says nothing (the kit, the platform,
/// the totals, and of a result what schema.json requires). A report is untrusted: throws ReadError on anything
/// that is not JSON, lacks such a field, has one of a wrong type, a key twice, a number that is absurd, or more of
/// anything than json_limits.hpp allows. What it returns every writer can handle.
Run run_from_json(std::string_view text);

} // namespace ipc_conform::reports
