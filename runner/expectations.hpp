// Expectations: the known departures of a platform, so that a run tells news from what is known.
//
// A file names each of them with its reason. What is not as its file says is unexpected, in both
// directions: a departure that has gone is news too.
#pragma once

#include "reports/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// One known departure.
struct Expectation
{
    std::string id;
    reports::Verdict verdict = reports::Verdict::fail; ///< FAIL, UNSUPPORTED or RESTRICTED
    std::string signature; ///< a part of what the result says; tells this departure from another one
    std::string reason;
    std::string link; ///< where the reason is documented
};

/// The entries of one file.
struct Expectations
{
    std::string name; ///< of the file, as messages name it
    /// One of the kit's own files. They speak of every mechanism; a build with some of the rooms passes over
    /// the entries of the others.
    bool embedded = false;
    std::vector<Expectation> entries;

    /// The entry for that id, or null.
    [[nodiscard]] const Expectation* entry_for(std::string_view id) const;
};

/// Reads TOML text. Throws UsageError naming file, line and key for anything it does not understand.
Expectations parse_expectations(std::string_view text, const std::string& name);

/// Reads a file given with --expect. Throws UsageError, also when it cannot be read.
Expectations read_expectations(const std::string& path);

/// The kit's own file for a system ("Linux", "Darwin"); without entries for a system that has none.
Expectations embedded_expectations(std::string_view system);

/// The kit's own file for the system that this process runs on.
Expectations embedded_expectations();

/// Sets every result's `expected`, `expectation` and `link`, and adds a line to `run.unexpected` for each way in
/// which the run is not as expected. UNRESOLVED is never expected, but not listed: it is the kit's failure
/// and has its own exit status. `known_ids`: every property of this build, selected or not.
void apply(const Expectations& expectations, reports::Run& run, const std::vector<std::string>& known_ids);

} // namespace ipc_conform::runner
