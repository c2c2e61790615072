// One property on a page: a line that opens to everything known about it. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ipc_conform::reports
{

/// A `details` element with what filters it in data attributes.
std::string html_result(const Result& result);

/// The same opened: all that is known of the property, with its timeline as a diagram. Styled by run.css.
std::string html_evidence(const Result& result);

/// The property's anchor on the page, as it stands in a link's address; empty for what is no id of a property,
/// since a report may hold anything.
std::string html_anchor(std::string_view id);

/// Recorded values: "capacity = 65536".
std::string html_values(const std::vector<std::pair<std::string, Value>>& values);

} // namespace ipc_conform::reports
