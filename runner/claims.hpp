// Claims: what the textbook that started the project says, decided by the results of a run.
#pragma once

#include "reports/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// A property in a claim's rule, with the observed value it asks for, if any ("id?name=value").
struct Clue
{
    std::string id;
    std::string role; ///< "supports", "limits", "refutes", "fully"
    std::optional<std::pair<std::string, std::string>> observed;
};

/// One claim as cases/claims.toml states it.
struct ClaimRule
{
    std::string number;
    std::string mechanism;
    std::string korean;
    std::string english;
    std::string kind;    ///< empty, "depends on the OS" or "not testable"
    std::string finding; ///< the verdict when every property holds
    std::string why;
    std::string why_korean;
    std::vector<Clue> clues;
};

/// The kit's own table, in the page's order.
const std::vector<ClaimRule>& claim_rules();

/// Reads such a table. Throws UsageError naming the claim and the key for anything it does not understand.
std::vector<ClaimRule> parse_claims(std::string_view toml);

/// The claim's verdict by these results:
/// a refuting property that PASSes makes it false (with limits true, when another refuting one FAILs); a
/// supporting one that FAILs makes it false, and one that could not be judged leaves it undecided here, unless it
/// is UNSUPPORTED and another one PASSes; a limiting one that PASSes, and a `fully` one that FAILs, bound it.
reports::Claim judge_claim(const ClaimRule& rule, const std::vector<reports::Result>& results);

/// All claims. `touched_only`: only those of which some property is among the results.
std::vector<reports::Claim> judge_claims(const std::vector<reports::Result>& results, bool touched_only);

/// The ids of all properties that decide a claim, each once.
std::vector<std::string> claim_property_ids();

} // namespace ipc_conform::runner
