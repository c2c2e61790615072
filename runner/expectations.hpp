// Expectations: the known departures of a platform, so that a run tells news from what is known.
//
// A file names each of them with its reason. What is not as its file says is unexpected, in both
// directions: a departure that has gone is news too, and so is an entry whose time is up.
#pragma once

#include "reports/model.hpp"
#include "runner/platform_predicate.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// Where an entry stands, as messages name it.
struct Place
{
    std::string file;
    std::size_t line = 0;
};

/// "known.toml:12"
std::string text_of(const Place& place);

/// One known departure.
struct Expectation
{
    std::string id;
    reports::Verdict verdict = reports::Verdict::fail; ///< FAIL, UNSUPPORTED or RESTRICTED
    std::string signature; ///< a part of what the result says; tells this departure from another one
    std::string reason;
    std::string link;                                     ///< where the reason is documented
    PlatformPredicate where{};                            ///< the platforms it speaks of
    std::optional<std::chrono::year_month_day> expires{}; ///< the last day on which it excuses anything (UTC)
    bool expired = false;                                 ///< whether that day was over when the run began
    Place place{};
    /// From one of the kit's own files. They speak of every mechanism; a build with some of the rooms passes over
    /// the entries of the others.
    bool own = false;
};

/// The entries of one file, or those of all files that apply to a run.
struct Expectations
{
    std::string name; ///< of the file or files, as messages name them
    std::vector<Expectation> entries;

    /// The first entry for that id, or null.
    [[nodiscard]] const Expectation* entry_for(std::string_view id) const;
};

/// Reads TOML text. Throws UsageError naming file, line and key for anything it does not understand, and for an
/// entry whose reason or link nobody has filled in.
Expectations parse_expectations(std::string_view text, const std::string& name);

/// Reads a file given with --expect; `built-in` is the kit's own for that system. Throws UsageError, also when it
/// cannot be read.
Expectations read_expectations(const std::string& path, std::string_view system);

/// The kit's own file for a system ("Linux", "Darwin"); without entries for a system that has none.
Expectations embedded_expectations(std::string_view system);

/// What applies to a run on this platform at this day (UTC): the entries of all files that speak of the platform,
/// those marked whose day is over. Throws UsageError naming both entries when two speak of the same id.
Expectations in_force(const std::vector<Expectations>& files, const reports::Platform& platform,
                      std::chrono::sys_days today);

/// The same today, for the files given with --expect; the kit's own file when none is given.
Expectations in_force(const std::vector<std::string>& paths, const reports::Platform& platform);

/// What a failed check says, as signatures are looked for in it: the check and what it saw.
std::string said_by(const reports::Failure& failure);

/// How lines of `run.unexpected` begin that an entry would have prevented; the id follows.
inline constexpr std::string_view unexpected_fail = "unexpected FAIL";
inline constexpr std::string_view changed_signature = "changed signature";

/// Sets the result's `expected`, `expectation` and `link`. A line for each way in which it is not as expected.
/// UNRESOLVED is never expected, but not listed: it is the kit's failure and has its own exit status.
std::vector<std::string> apply(const Expectations& expectations, reports::Result& result);

/// The same for every result of the run; the lines are added to `run.unexpected`, as are those for entries that
/// are expired or that no property has. `known_ids`: every property of this build, selected or not.
void apply(const Expectations& expectations, reports::Run& run, const std::vector<std::string>& known_ids);

} // namespace ipc_conform::runner
