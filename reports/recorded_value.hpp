// Recorded values as two runs compare them. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <string_view>
#include <unordered_map>

namespace ipc_conform::reports
{

/// Whether the outcome of such a property is a recorded value: it may differ, and differs for a reason.
bool records_its_outcome(const Result& result);

/// Whether two runs on one host differ in it as a matter of course: measurements (a number with a unit of time or
/// a percentage, a value named by such a unit, a fraction) and process numbers.
bool varies_by_nature(std::string_view name, const Value& value);

/// A result's recorded values by name. Refers to the result.
using ValuesByName = std::unordered_map<std::string_view, const Value*>;
ValuesByName values_by_name(const Result& result);

/// The value of that name, or null.
const Value* value_named(const ValuesByName& values, std::string_view name);

/// Whether two values of that name say the same, may vary, or are both absent (null).
bool same_value(std::string_view name, const Value* one, const Value* other);

} // namespace ipc_conform::reports
