// Remedies: what a refusal means, and what exactly to change.
#pragma once

#include "runner/blame.hpp"
#include "runner/facilities.hpp"
#include "runner/platform.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// What an errno of a call means where it speaks of a limit or of something missing.
struct Meaning
{
    std::string text; ///< with the limit's value: "the user's bytes for queues are used up (RLIMIT_MSGQUEUE is 0)"
    std::string remedy;
};
/// Nothing where the pair says nothing in particular. `limits`: as Platform has them.
std::optional<Meaning> meaning_of(std::string_view call, int error, const NamedValues& limits);

/// Something that cannot be checked here, or only weakly.
struct Impediment
{
    std::string what;                  ///< what is denied or missing, and what that means
    std::vector<std::string> disables; ///< mechanisms, or what else suffers
    std::string remedy;                ///< a command, or an option of the container's start
    std::string cause;                 ///< "not implemented", "denied by a filter", …
};

Impediment impediment_of(const Facility& facility, const Refusal& refusal, const Confinement& confinement,
                         const NamedValues& limits, const Inquiry& inquiry = real_inquiry());

/// What small limits and missing views of the kernel impede. `limits`, `sandbox`: as Platform has them; `root`:
/// stands before paths, empty for the real ones.
std::vector<Impediment> further_impediments(const NamedValues& limits, const std::string& sandbox,
                                            const std::string& root);

} // namespace ipc_conform::runner
