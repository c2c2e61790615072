#include "reports/html_claims.hpp"

#include "reports/claim_wordings.hpp"
#include "reports/html_page.hpp"
#include "reports/html_result.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

/// What the claim's evidence may link to.
using Ids = std::set<std::string_view>;

std::string evidence_row(const ClaimEvidence& evidence, const Ids& ids)
{
    const std::string anchor = ids.contains(evidence.id) ? html_anchor(evidence.id) : std::string{};
    const std::string id = html_text(evidence.id);
    const auto verdict = verdict_named(evidence.verdict);
    return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       anchor.empty() ? fmt::format("<code>{}</code>", id)
                                      : fmt::format(R"(<a href="#{}"><code>{}</code></a>)", anchor, id),
                       verdict ? html_verdict(*verdict) : html_text(evidence.verdict), html_text(evidence.role),
                       html_text(evidence.evidence), html_values(evidence.observed));
}

std::string evidence_table(const Claim& claim, const Ids& ids)
{
    if (claim.properties.empty())
    {
        return {};
    }
    std::string rows;
    for (const ClaimEvidence& evidence : claim.properties)
    {
        rows += evidence_row(evidence, ids);
    }
    return "<div class=\"wide\" role=\"group\" aria-label=\"Evidence\" "
           "tabindex=\"0\"><table><thead><tr><th>property</th>"
           "<th>verdict</th><th>role</th><th>evidence</th><th>recorded</th></tr></thead>\n<tbody>\n"
           + rows + "</tbody></table></div>\n";
}

std::string claim_element(const Claim& claim, const Ids& ids)
{
    const ClaimWording& wording = wording_of(claim);
    const std::string colour = html_class(wording.colour);
    return fmt::format(
        R"(<details class="claim"><summary><span class="claim-number">{0}</span> )"
        R"(<span lang="en">{1} <strong class="{2}">{3}</strong></span>)"
        R"(<span lang="ko">“{4}” <strong class="{2}">{5}</strong></span></summary>)"
        "\n<div class=\"opened\"><p lang=\"en\">{6}</p><p lang=\"ko\">{7}</p>\n{8}</div></details>\n",
        html_text(claim.number), html_text(claim.english), colour, html_text(claim.verdict),
        html_text(claim.korean), wording.korean, html_text(claim.why), html_text(claim.why_korean),
        evidence_table(claim, ids));
}

std::string counts_of(const Run& run)
{
    std::string english;
    std::string korean;
    for (const ClaimWording& wording : claim_wordings())
    {
        if (const auto count = std::ranges::count(run.claims, wording.verdict, &Claim::verdict); count != 0)
        {
            const std::string colour = html_class(wording.colour);
            english +=
                fmt::format(R"(<li><strong class="{}">{}</strong> {}</li>)", colour, count, wording.verdict);
            korean += fmt::format(R"(<li><strong class="{}">{}</strong> {}</li>)", colour, count, wording.korean);
        }
    }
    return fmt::format("<ul class=\"counts\" lang=\"en\">{}</ul><ul class=\"counts\" lang=\"ko\">{}</ul>\n",
                       english, korean);
}

} // namespace

std::string html_claims(const Run& run)
{
    if (run.claims.empty())
    {
        return {};
    }
    Ids ids;
    for (const Result& result : run.results)
    {
        ids.insert(result.id);
    }
    // The style sheet hides the language that is not chosen: the choice stands before what it chooses.
    std::string html = R"(<section id="claims">
<h2>The textbook’s claims</h2>
<input type="radio" name="language" id="english" checked><label for="english">English</label>
<input type="radio" name="language" id="korean"><label for="korean" lang="ko">한국어</label>
<div class="claims">
)" + counts_of(run);
    std::string_view mechanism;
    for (const Claim& claim : run.claims)
    {
        if (claim.mechanism != mechanism)
        {
            mechanism = claim.mechanism;
            html += fmt::format("<h3>{}</h3>\n", html_text(mechanism));
        }
        html += claim_element(claim, ids);
    }
    return html + "</div>\n</section>\n";
}

} // namespace ipc_conform::reports
