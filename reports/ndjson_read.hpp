// The streamed report, read back line by line as it comes.
#pragma once

#include "reports/model.hpp"

#include <string_view>
#include <variant>

namespace ipc_conform::reports
{

/// A line that says no more than that the run goes on.
struct StreamedSign
{
};

/// The last line, as far as the results before it do not say the same.
struct StreamedEnd
{
    bool partial = false;
};

/// What a line holds: nothing of the stream, or one of its four types. Of a Run only what is known before its
/// first result.
using StreamedLine = std::variant<std::monostate, StreamedSign, Run, Result, StreamedEnd>;

/// Reads a line of what NdjsonWriter wrote, that came by way of a console: what stands before the object is passed
/// over, and a line without such an object, or with one of a type that is not known, is nothing of the stream. A
/// stream is untrusted, as run_from_json() says of reports: throws ReadError on an object that is of the stream,
/// but cut off, garbled or beyond what json_limits.hpp allows. What it returns every writer can handle.
StreamedLine line_from_ndjson(std::string_view line);

} // namespace ipc_conform::reports
