// A run as one HTML page that needs nothing else: no network, no other file, and no script to be read.
#pragma once

#include "reports/model.hpp"

#include <string>

namespace ipc_conform::reports
{

/// The page: platform, totals and how far to trust them; what was unexpected; mechanisms with counts and bars;
/// every property, opening to all that is known of it; the claims. Its script filters the properties and keeps the
/// filter in the address. Whatever the run holds stays text.
std::string to_html(const Run& run);

} // namespace ipc_conform::reports
