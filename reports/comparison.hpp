// Two runs compared, property by property: what a gate asks about a system that has changed.
#pragma once

#include "reports/model.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{

/// What became of a property between two runs.
enum class Change
{
    same,
    regression,        ///< it held, and is broken or absent now
    changed_signature, ///< it fails in both, by other checks
    undecided,         ///< it was judged, and the kit cannot decide now: nobody's fault, but no pass either
    no_longer_judged,  ///< it was judged, and now something stands in the way that is no fault of the system's
    fix,               ///< it was broken or absent, and holds
    now_judged,        ///< it could not be judged before
    other_obstacle,    ///< judged in neither, for another reason
    appeared,          ///< only the later run has it
    gone,              ///< only the earlier run has it
};

/// All but `same`, in the order in which they matter.
inline constexpr std::array every_change{Change::regression, Change::changed_signature, Change::undecided,
                                         Change::gone,       Change::no_longer_judged,  Change::fix,
                                         Change::appeared,   Change::now_judged,        Change::other_obstacle};

/// "regression", "changed signature", …
std::string_view name_of(Change change);
/// The heading above such changes: "Regressions", "Changed signatures", …
std::string_view heading_of(Change change);

/// The rule ("not judged": no_longer_judged; "other": other_obstacle):
///
///     before \ after  PASS        FAIL        UNSUPPORTED  RESTRICTED  UNRESOLVED  UNTESTED
///     PASS            same        regression  regression   not judged  undecided   not judged
///     FAIL            fix         same *      not judged   not judged  undecided   not judged
///     UNSUPPORTED     fix         now judged  same         other       other       other
///     RESTRICTED      now judged  now judged  other        same        other       other
///     UNRESOLVED      now judged  now judged  other        other       same        other
///     UNTESTED        now judged  now judged  other        other       other       same
///
/// It knows verdicts alone: a departure that is expected fails in both runs, which is no change; one that somebody
/// has come to expect since has still become worse. (*) By other checks it is a changed_signature.
Change change_between(Verdict before, Verdict after);

/// The same of two results of one property. FAIL in both with different signatures is `changed_signature`. What
/// one system documents ("platform") and another lacks has not become worse when the runs are of two systems: that
/// PASS to UNSUPPORTED is `no_longer_judged`, and the way back `now_judged`.
Change change_between(const Result& before, const Result& after, bool same_system);

/// How a result fails: each check that did not hold, by process and expression, without what varies from run to
/// run (values, lines); where there is none, the reason without its numbers. Empty unless the verdict is FAIL.
std::vector<std::string> signature_of(const Result& result);
/// The same in one piece.
std::string joined_signature(const Result& result);

/// One property in two runs. Refers to the runs.
struct PropertyChange
{
    Change change = Change::same;
    const Result* before = nullptr; ///< null: the earlier run does not have it
    const Result* after = nullptr;  ///< null: the later run does not have it

    /// Of the later run, when it has the property.
    [[nodiscard]] const Result& newest() const
    {
        return after != nullptr ? *after : *before;
    }
};

/// A recorded value that is another one in the later run.
struct ChangedValue
{
    const Result* property = nullptr;
    std::string name;
    std::string before; ///< empty: not recorded
    std::string after;  ///< the same
};

/// Refers to the runs that were compared: they have to live as long.
struct Comparison
{
    const Run* before = nullptr;
    const Run* after = nullptr;
    std::vector<PropertyChange>
        changes; ///< all but `same`; by kind as in `every_change`, then as the runs have them
    /// Of the properties whose outcome is recorded (`may`, `defined`), save what varies by nature. It tells of the
    /// system, but is neither better nor worse, and does not count.
    std::vector<ChangedValue> values;
    std::size_t same = 0; ///< properties that are as they were

    [[nodiscard]] std::size_t count(Change change) const;
    /// No property has changed: recorded values, times, seeds and process numbers do not count.
    [[nodiscard]] bool equal() const
    {
        return changes.empty();
    }
};

Comparison compare(const Run& before, const Run& after);

/// 1 on a regression; else 3 when a property that was judged is UNRESOLVED now, or the later run was cut short;
/// else 4 when the runs have no property in common; else 0.
Exit exit_status(const Comparison& comparison);

/// One line: "equal: 93 properties as before"; "1 regression, 2 fixes; 90 properties as before".
std::string summary_line(const Comparison& comparison);

} // namespace ipc_conform::reports
