// The parts of a report that the stored one and the streamed one share, read back. Private to reports/.
#pragma once

#include "reports/json_reader.hpp"

namespace ipc_conform::reports
{

/// What header_json() wrote. Throws ReadError, as all of these.
void read_header(const JsonObject& from, Run& into);
/// What result_json() wrote.
void read_value(const JsonPlace& from, Result& into);

} // namespace ipc_conform::reports
