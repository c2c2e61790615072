// The report as TAP 14 (Test Anything Protocol), for prove and its like, and as KTAP, for kernel test rigs.
#pragma once

#include "reports/model.hpp"

#include <ostream>
#include <string>

namespace ipc_conform::reports
{

/// A plan and one test point for each result, in what TAP 14 and TAP 13 have in common: the first line says 13,
/// because the prove of most systems refuses a higher number, and a TAP 14 harness reads it the same. An expected
/// FAIL is a `not ok` with the directive TODO; UNSUPPORTED, RESTRICTED and UNTESTED are `ok` with SKIP; what is
/// not as expected is a `not ok` with a YAML block that says what was expected and seen. A run that does not end
/// as expected is never all green: where no test point shows why, one more named `ipc-conform.run` does.
std::string to_tap(const Run& run);

/// KTAP version 1, written as the run goes, so that a kernel that dies leaves on its console what was measured
/// until then. One line for each result: KTAP knows SKIP and neither TODO nor YAML, so an expected FAIL is `ok`
/// with XFAIL, and the reasons of a `not ok` stand in diagnostic lines before it.
class KtapWriter
{
public:
    /// Writes to `out`, which must outlive it, and flushes after each line.
    explicit KtapWriter(std::ostream& out);
    /// `planned`: how many results are to come.
    void begin(const Run& run, std::size_t planned);
    void result(const Result& result);
    /// Says what the results do not show.
    void end(const Run& run);

private:
    std::ostream& out_;
    std::size_t written_ = 0;
};

} // namespace ipc_conform::reports
