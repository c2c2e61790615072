#include "reports/claims.hpp"

#include "reports/claim_wordings.hpp"
#include "reports/json_parts.hpp"
#include "reports/painter.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::reports
{

namespace
{

std::string property_line(const ClaimEvidence& evidence, const Painter& painter)
{
    const Verdict verdict = verdict_named(evidence.verdict).value_or(Verdict::untested);
    std::string line = fmt::format("        {:<9} {:<11} {}", evidence.role,
                                   painter.as(verdict, painter.safe(evidence.verdict)), painter.safe(evidence.id));
    if (!evidence.evidence.empty())
    {
        line += painter.faint(fmt::format("  [{}]", painter.safe(evidence.evidence)));
    }
    if (!evidence.observed.empty())
    {
        line += painter.faint("  " + painter.safe(evidence.observed));
    }
    return line + '\n';
}

std::string claim_text(const Claim& claim, Language language, const Painter& painter)
{
    const ClaimWording& wording = wording_of(claim);
    const bool korean = language == Language::korean;
    const std::string verdict = painter.as(wording.colour, painter.safe(claim.verdict));
    std::string text =
        korean ? fmt::format("{:<6}\"{}\"\n      {} {}\n", claim.number, painter.safe(claim.korean),
                             painter.as(wording.colour, wording.korean), painter.safe(claim.why_korean))
               : fmt::format("{:<6}{}\n      {}: {}\n", claim.number, painter.safe(claim.english), verdict,
                             painter.safe(claim.why));
    for (const ClaimEvidence& evidence : claim.properties)
    {
        text += property_line(evidence, painter);
    }
    return text;
}

} // namespace

std::string claims_text(const std::vector<Claim>& claims, Language language, const Style& style)
{
    const Painter painter{style};
    std::string text;
    std::string mechanism;
    for (const Claim& claim : claims)
    {
        if (claim.mechanism != mechanism)
        {
            mechanism = claim.mechanism;
            text += fmt::format("{}{}\n\n", text.empty() ? "" : "\n", painter.heading(painter.safe(mechanism)));
        }
        text += claim_text(claim, language, painter);
    }
    text += fmt::format("\n{} claims:", claims.size());
    for (const ClaimWording& wording : claim_wordings())
    {
        if (const auto count = std::ranges::count(claims, wording.verdict, &Claim::verdict); count > 0)
        {
            text += fmt::format("{} {} {}", text.ends_with(':') ? "" : ",", count, wording.verdict);
        }
    }
    return text + '\n';
}

std::string claims_json(const std::vector<Claim>& claims)
{
    Json json = Json::array();
    for (const Claim& claim : claims)
    {
        json.push_back(claim_json(claim));
    }
    return dumped(json, 2) + '\n';
}

} // namespace ipc_conform::reports
