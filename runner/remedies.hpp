// Remedies: what a refusal means, and what exactly to change.
#pragma once

#include "runner/facilities.hpp"
#include "runner/platform.hpp"

#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// What a refusal is judged by.
struct Confinement
{
    std::string seccomp; ///< mode of this process: "0", "1", "2"; empty where there is none
    std::string label;   ///< of a security module; empty when unconfined
    std::string sandbox; ///< as Platform names it
};

/// Something that cannot be checked here, or only weakly.
struct Impediment
{
    std::string what;                  ///< what is denied or missing, and what that means
    std::vector<std::string> disables; ///< mechanisms, or what else suffers
    std::string remedy;                ///< a command, or an option of the container's start
};

Impediment impediment_of(const Facility& facility, const Refusal& refusal, const Confinement& confinement);

/// What small limits and missing views of the kernel impede. `limits`, `sandbox`: as Platform has them; `root`:
/// stands before paths, empty for the real ones.
std::vector<Impediment> further_impediments(const NamedValues& limits, const std::string& sandbox,
                                            const std::string& root);

} // namespace ipc_conform::runner
