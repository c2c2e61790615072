// The verdicts on claims, in both languages. Private to reports/.
#pragma once

#include "reports/model.hpp"

#include <span>
#include <string_view>

namespace ipc_conform::reports
{

struct ClaimWording
{
    std::string_view verdict;
    std::string_view korean;
    Verdict colour; ///< the verdict on a property whose colour it shares
};

/// All of them, in the order in which they are counted.
std::span<const ClaimWording> claim_wordings();

/// That of a claim; "undecided here" when the report has a word of its own.
const ClaimWording& wording_of(const Claim& claim);

} // namespace ipc_conform::reports
