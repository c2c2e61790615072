// Results counted, for every report that sums a run up. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::reports
{

/// As totals() gives them.
using Totals = decltype(totals({}));

/// The results of one mechanism.
struct MechanismTally
{
    std::string mechanism;
    std::vector<const Result*> results; ///< in the run's order
    Totals totals{};
};

/// One for each mechanism, in the order in which the run came to them. Points into the run.
std::vector<MechanismTally> tally_by_mechanism(const Run& run);

/// How often a PASS or FAIL rests on each strength of evidence, the strongest first; zeros left out.
std::vector<std::pair<std::string, std::size_t>> tally_of_evidence(const Run& run);

/// What came of the faults that cases were run under.
struct ProofTally
{
    std::size_t faults = 0;
    std::size_t killed = 0;
    std::vector<std::string> without; ///< ids with a verdict of PASS or FAIL and no proof
};

ProofTally tally_of_proofs(const Run& run);

} // namespace ipc_conform::reports
