// The report as GitHub-flavoured Markdown: for the summary of a CI job. The unexpected comes first.
#pragma once

#include "reports/model.hpp"

#include <string>
#include <string_view>

namespace ipc_conform::reports
{

/// What was unexpected with its evidence, then the verdicts by mechanism, known departures, what was not checked,
/// and the claims. At most `largest` bytes: of more unexpected results than fit only the count is told (a CI job's
/// summary has a limit of one mebibyte).
std::string to_markdown(const Run& run, std::size_t largest = 900'000);

/// Text that Markdown and HTML leave as it is, on one line.
std::string markdown_text(std::string_view text);

} // namespace ipc_conform::reports
