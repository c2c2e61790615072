// The trust base: what the kit itself stands on, probed before any verdict is given.
//
// A system on which fork, exec or a shared counter does not work would be judged wrongly in both
// directions; there the kit says so and judges nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// One thing that must hold.
struct TrustProbe
{
    std::string name;
    std::function<std::optional<std::string>()> problem; ///< what does not hold; nothing when it does
    bool needed = true;                                  ///< else it is only noted
};

struct TrustReport
{
    bool holds = true;
    std::string problem; ///< one line: what does not hold, and what that means; empty when it holds
    std::string summary; ///< one line for the report, with milliseconds
};

/// The exit status of `ipc-conform trust-probe`: the kit executing itself.
inline constexpr int trust_probe_status = 42;
inline constexpr const char* trust_probe_argument = "trust-probe";

/// The kit's own probes. `folder`: where a regular file may be made (it is removed); `self`: the kit's
/// executable, empty where the kit runs without executing it: then only what such a run stands on is asked (fork,
/// wait, kill, a clock, shared memory, appending to a file). None of them waits longer than two seconds, and each
/// cleans up after itself.
std::vector<TrustProbe> trust_base(const std::string& folder, const std::string& self);

/// Asks every probe until a needed one finds a problem.
TrustReport evaluate(const std::vector<TrustProbe>& probes);

/// evaluate(trust_base(folder, self)): some milliseconds.
TrustReport probe(const std::string& folder, const std::string& self);

} // namespace ipc_conform::runner
