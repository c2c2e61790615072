// The claims page: what the textbook says, and what this system says to it.
#pragma once

#include "reports/model.hpp"
#include "reports/style.hpp"

#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// The language of the claims page.
enum class Language
{
    english,
    korean, ///< the page's wording, and the verdict as a Korean sentence
};

/// Each claim with its verdict, the reason and the properties that decide it; last the counts.
std::string claims_text(const std::vector<Claim>& claims, Language language, const Style& style);

/// A JSON array, each claim as in the JSON report of a run.
std::string claims_json(const std::vector<Claim>& claims);

} // namespace ipc_conform::reports
