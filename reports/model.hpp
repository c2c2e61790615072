// The report's model: what a run measured, as plain values.
//
// The runner fills a Run; every writer in this room turns one into text. Nothing here knows how a
// property is checked, and no writer changes what it is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ipc_conform::reports
{

/// What the kit says of one property (IEEE 1003.3 words first). Ordered from best to worst news.
enum class Verdict
{
    pass,        ///< the property was observed
    untested,    ///< declared, with the reason why it is not checked
    unsupported, ///< the facility is absent here
    restricted,  ///< the environment denied it; `remedy` says what to change
    unresolved,  ///< set-up failed or the kit could not decide: nobody's fault, nobody's pass
    fail,        ///< the system broke the property
};

inline constexpr std::array every_verdict{Verdict::pass,       Verdict::fail,       Verdict::unsupported,
                                          Verdict::restricted, Verdict::unresolved, Verdict::untested};

/// "PASS", "FAIL", …
std::string_view name_of(Verdict verdict);
/// The verdict of that name, or nothing.
std::optional<Verdict> verdict_named(std::string_view name);

/// A value that a case recorded with observe().
using Value = std::variant<bool, std::int64_t, double, std::string>;
std::string text_of(const Value& value);

/// A check that did not hold.
struct Failure
{
    std::string process;  ///< the process that found it: "main" or the peer's name
    std::string expected; ///< the checked expression, as the case states it
    std::string observed; ///< the same with the values seen
    std::string file;
    int line = 0;

    friend bool operator==(const Failure&, const Failure&) = default;
};

/// One traced call, for the timeline.
struct TimedCall
{
    std::string call;           ///< "read(3, …, 1)"
    std::string result;         ///< "= 1", "= -1 EAGAIN", empty while it has not returned
    double entered = 0;         ///< milliseconds since the case began
    std::optional<double> left; ///< the same; nothing: it never returned
    bool witnessed = false;     ///< the kernel was seen to hold the process asleep in it

    friend bool operator==(const TimedCall&, const TimedCall&) = default;
};

/// One lane of the timeline: a process, or one thread of it.
struct Lane
{
    std::string process;
    std::int64_t pid = 0;
    std::size_t calls_dropped = 0; ///< older calls, overwritten in the bounded trace
    std::vector<TimedCall> calls;
    std::string stuck_in; ///< at the deadline: where the kernel held it; empty otherwise

    friend bool operator==(const Lane&, const Lane&) = default;
};

/// Everything a case wrote down, in the order in which its processes wrote it.
struct Record
{
    std::string process;
    std::string kind; ///< "observe", "evidence", "check", "verdict", "owns", "end"
    double milliseconds = 0;
    std::vector<std::pair<std::string, std::string>> fields;

    friend bool operator==(const Record&, const Record&) = default;
};

/// Something a case left behind; it has been removed.
struct Leak
{
    std::string kind; ///< "process", "System V message queue", "POSIX shared memory", "file", …
    std::string name;

    friend bool operator==(const Leak&, const Leak&) = default;
};

/// A fault the case was run under, and what the case then said.
struct Proof
{
    std::string fault;
    Verdict verdict = Verdict::unresolved;
    std::string reason;
    /// Whether the case detected the fault, which is what a proof is for.
    [[nodiscard]] bool killed() const
    {
        return verdict == Verdict::fail;
    }

    friend bool operator==(const Proof&, const Proof&) = default;
};

/// What was measured of one property.
struct Result
{
    std::string id;
    std::string mechanism;
    std::string level;
    std::string statement;
    std::vector<std::string> sources;
    std::string observed_by;         ///< how the case sees it
    std::vector<std::string> faults; ///< the misbehaving systems under which the case can be run
    std::string file;                ///< where the case stands, relative to the project
    int line = 0;

    Verdict verdict = Verdict::unresolved;
    std::string reason; ///< one line; empty for a plain PASS
    std::string remedy; ///< for RESTRICTED: what to change
    bool expected = true;
    std::string expectation; ///< reason of the expectation that applies, or why the result is unexpected
    std::string link;        ///< where the expectation's reason is documented

    std::string evidence = "values"; ///< weakest witness used: "call", "state", "timed"; "values": none was needed
    double milliseconds = 0;
    std::vector<std::pair<std::string, Value>> observed;
    std::vector<Failure> failures;
    std::vector<Record> records;
    std::vector<Lane> timeline; ///< kept for results that are not a PASS
    std::vector<Leak> leaks;
    bool was_killed = false; ///< it had no chance to remove what `leaks` names
    std::string output;      ///< what the case printed, cut to a few kilobytes

    std::size_t repetitions = 1;
    std::vector<std::pair<Verdict, std::size_t>> verdicts; ///< by verdict, when repeated with differing outcome
    std::vector<Proof> proofs;
    std::string rerun; ///< the command that runs this property again

    friend bool operator==(const Result&, const Result&) = default;
};

/// One of the properties that decide a claim, and what came of it.
struct ClaimEvidence
{
    std::string id;
    std::string role;     ///< "supports", "limits", "refutes", "fully"; see cases/claims.toml
    std::string verdict;  ///< the property's verdict by name; "not run"
    std::string evidence; ///< as in Result; empty when it was not run
    std::vector<std::pair<std::string, Value>> observed;
    bool operator==(const ClaimEvidence&) const = default;
};

/// A statement of the textbook that started the project, judged by the results of this run.
struct Claim
{
    std::string number;
    std::string mechanism;
    std::string korean;  ///< the page's wording
    std::string english; ///< the same in English
    /// "true", "true with limits", "false", "depends on the OS", "not testable", "undecided here"
    std::string verdict;
    std::string why; ///< one sentence
    std::string why_korean;
    std::vector<ClaimEvidence> properties;
    bool operator==(const Claim&) const = default;
};

/// Where the kit ran.
struct Platform
{
    std::string system;  ///< "Linux", "Darwin"
    std::string release; ///< kernel release
    std::string version; ///< kernel build
    std::string machine;
    std::string libc;
    std::int64_t processors = 0;
    std::int64_t user_id = 0;
    std::string sandbox;                                     ///< "none", "container (docker)", "gVisor", …
    std::vector<std::pair<std::string, std::string>> hints;  ///< what the container hint rests on
    std::vector<std::pair<std::string, std::string>> limits; ///< "PIPE_BUF" -> "4096"

    friend bool operator==(const Platform&, const Platform&) = default;
};

/// One run of the kit.
struct Run
{
    std::string kit_version;
    std::string started; ///< ISO 8601, UTC
    double milliseconds = 0;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> shake; ///< --shake: the seed by which scheduling was disturbed
    std::size_t jobs = 0;
    bool partial = false;     ///< interrupted: not everything selected was run
    bool proved = false;      ///< --prove: each case was run under its faults
    std::string expectations; ///< names of the files of expectations that applied
    std::string trust;        ///< one line on the trust base
    std::string via;          ///< the launcher that ran the kit in its target; empty: it ran right here
    Platform platform;
    std::vector<Result> results; ///< in the order of the selection
    std::vector<Claim> claims;   ///< those that a result of this run has something to say about
    /// One line for each way in which the run is not as expected: a failure, a pass that was not due,
    /// a changed signature, an unknown id, an expired expectation, a leak, a surviving fault.
    std::vector<std::string> unexpected;

    friend bool operator==(const Run&, const Run&) = default;
};

/// How often each verdict was given, in the order of `every_verdict`.
std::array<std::size_t, every_verdict.size()> totals(const std::vector<Result>& results);

/// The documented exit statuses of a run.
enum class Exit
{
    as_expected = 0,
    unexpected = 1,
    usage = 2,
    not_judged = 3,
    nothing_ran = 4,
};

/// 1 when anything is unexpected; else 3 when a property is UNRESOLVED or the run was cut short; else 4 when no
/// case gave PASS or FAIL; else 0.
Exit exit_status(const Run& run);

} // namespace ipc_conform::reports
