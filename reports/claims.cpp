#include "reports/claims.hpp"

#include "reports/json_parts.hpp"
#include "reports/painter.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::reports
{

namespace
{

struct Wording
{
    std::string_view verdict;
    std::string_view korean;
    Verdict colour;
};

constexpr Wording wordings[] = {
    {"true", "이 시스템에서 참입니다.", Verdict::pass},
    {"true with limits", "이 시스템에서 조건부로 참입니다.", Verdict::pass},
    {"false", "이 시스템에서 거짓입니다.", Verdict::fail},
    {"depends on the OS", "운영체제에 따라 다릅니다.", Verdict::restricted},
    {"not testable", "시험할 수 없는 말입니다.", Verdict::untested},
    {"undecided here", "이 시스템에서는 판정하지 못했습니다.", Verdict::unresolved},
};

const Wording& wording_of(const Claim& claim)
{
    const auto* const found = std::ranges::find(wordings, claim.verdict, &Wording::verdict);
    return found == std::end(wordings) ? wordings[std::size(wordings) - 1] : *found;
}

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
    const Wording& wording = wording_of(claim);
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
    for (const Wording& wording : wordings)
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
