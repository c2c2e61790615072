// The streamed report: one JSON object a line, each written and flushed as soon as it is known.
#pragma once

#include "reports/model.hpp"

#include <iosfwd>

namespace ipc_conform::reports
{

/// Writes `{"type":"run", …}`, then `{"type":"result", …}` for each result, then `{"type":"end", …}`. A stream
/// without its last line belongs to a run that was killed. A stream that fails is left in its failed
/// state for the caller to see. line_from_ndjson() reads it back.
class NdjsonWriter
{
public:
    /// The stream has to outlive the writer.
    explicit NdjsonWriter(std::ostream& stream);

    /// The first line: what is known before any case ran (results and totals are not looked at).
    void begin(const Run& run);
    /// One line for one result.
    void result(const Result& result);
    /// `{"type":"alive"}`: a word to who waits, where results take long to come.
    void alive();
    /// The last line: totals, milliseconds, partial, exit status and the unexpected lines.
    void end(const Run& run);

private:
    std::ostream& out_;
};

} // namespace ipc_conform::reports
