// The claims' rule, and that the kit's own table only names what exists.
#include "runner/claims.hpp"
#include "runner/errors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using reports::Verdict;

namespace
{

reports::Result result(const std::string& id, Verdict verdict = Verdict::pass)
{
    reports::Result made;
    made.id = id;
    made.verdict = verdict;
    return made;
}

// Every property of a claim holds, with the value that the rule asks for.
std::vector<reports::Result> all_hold()
{
    std::vector<reports::Result> results;
    for (const ClaimRule& rule : claim_rules())
    {
        for (const Clue& clue : rule.clues)
        {
            reports::Result made = result(clue.id);
            if (clue.observed)
            {
                made.observed.emplace_back(clue.observed->first, clue.observed->second);
            }
            results.insert(clue.observed ? results.begin() : results.end(), made);
        }
    }
    return results;
}

std::string verdict_with(const char* toml, const std::vector<reports::Result>& results)
{
    const std::string whole = std::string{"[[claim]]\nnumber='X1'\nmechanism='m'\nkorean='k'\nenglish='e'\n"
                                          "finding='true'\nwhy='w'\nwhy_ko='w'\n"}
                              + toml;
    return judge_claim(parse_claims(whole).front(), results).verdict;
}

} // namespace

TEST_CASE("the page has 82 claims, each with another number")
{
    std::set<std::string> numbers;
    for (const ClaimRule& rule : claim_rules())
    {
        numbers.insert(rule.number);
    }
    CHECK(claim_rules().size() == 82);
    CHECK(numbers.size() == 82);
}

TEST_CASE("each claim's finding is what its rule makes of properties that all hold")
{
    const std::vector<reports::Result> results = all_hold();
    for (const ClaimRule& rule : claim_rules())
    {
        CAPTURE(rule.number);
        CHECK(judge_claim(rule, results).verdict == rule.finding);
    }
}

TEST_CASE("without results nothing is decided but what cannot be tested")
{
    for (const ClaimRule& rule : claim_rules())
    {
        CAPTURE(rule.number);
        CHECK(judge_claim(rule, {}).verdict == (rule.kind == "not testable" ? rule.kind : "undecided here"));
    }
}

TEST_CASE("a supporting property that fails makes a claim false, one that could not be judged undecided")
{
    const char* rule = "supports=['a.one','a.two']";
    CHECK(verdict_with(rule, {result("a.one"), result("a.two")}) == "true");
    CHECK(verdict_with(rule, {result("a.one"), result("a.two", Verdict::fail)}) == "false");
    CHECK(verdict_with(rule, {result("a.one")}) == "undecided here");
    CHECK(verdict_with(rule, {result("a.one"), result("a.two", Verdict::restricted)}) == "undecided here");
    CHECK(verdict_with(rule, {result("a.one"), result("a.two", Verdict::unsupported)}) == "true");
    CHECK(verdict_with(rule, {result("a.one", Verdict::unsupported), result("a.two", Verdict::unsupported)})
          == "undecided here");
}

TEST_CASE("refuting properties make a claim false, and their failure takes that back")
{
    const char* rule = "refutes=['a.one','a.two']";
    CHECK(verdict_with(rule, {result("a.one"), result("a.two")}) == "false");
    CHECK(verdict_with(rule, {result("a.one"), result("a.two", Verdict::fail)}) == "true with limits");
    CHECK(verdict_with(rule, {result("a.one", Verdict::fail), result("a.two", Verdict::fail)}) == "true");
    CHECK(verdict_with(rule, {result("a.one", Verdict::fail)}) == "undecided here");
}

TEST_CASE("limits bound a claim while they hold, full properties when they fail")
{
    const char* limited = "supports=['a.one']\nlimits=['a.two']";
    CHECK(verdict_with(limited, {result("a.one"), result("a.two")}) == "true with limits");
    CHECK(verdict_with(limited, {result("a.one"), result("a.two", Verdict::fail)}) == "true");
    CHECK(verdict_with(limited, {result("a.one")}) == "undecided here");
    const char* full = "supports=['a.one']\nfully=['a.two']";
    CHECK(verdict_with(full, {result("a.one"), result("a.two")}) == "true");
    CHECK(verdict_with(full, {result("a.one"), result("a.two", Verdict::fail)}) == "true with limits");
}

TEST_CASE("a rule may ask for an observed value")
{
    const char* rule = "supports=['a.one?claim=confirmed here']";
    reports::Result measured = result("a.one");
    CHECK(verdict_with(rule, {measured}) == "undecided here");
    measured.observed = {{"claim", std::string{"confirmed here"}}};
    CHECK(verdict_with(rule, {measured}) == "true");
    measured.observed = {{"claim", std::string{"refuted here"}}};
    CHECK(verdict_with(rule, {measured}) == "false");
    measured.observed = {{"claim", std::string{"no difference shown here"}}};
    CHECK(verdict_with(rule, {measured}) == "undecided here");
}

TEST_CASE("a claim that turns out otherwise names the properties that made it so")
{
    std::vector<reports::Result> results = all_hold();
    const auto flipped = std::ranges::find(results, "pipe.fifo-order", &reports::Result::id);
    REQUIRE(flipped != results.end());
    flipped->verdict = Verdict::fail;
    const auto rule = std::ranges::find(claim_rules(), "P3", &ClaimRule::number);
    const reports::Claim claim = judge_claim(*rule, results);
    CHECK(claim.verdict == "false");
    CHECK(claim.why.find("pipe.fifo-order FAIL") != std::string::npos);
}

TEST_CASE("a broken table is refused by claim and key")
{
    CHECK_THROWS_WITH_AS(parse_claims("[[claim]]\nnumber='X1'\nmechanism='m'\nkorean='k'\nenglish='e'\nwhy='w'\n"
                                      "why_ko='w'\nfinding='perhaps'\n"),
                         "claims.toml: claim X1: \"perhaps\" is no verdict", UsageError);
    CHECK_THROWS_WITH_AS(parse_claims("[[claim]]\nnumber='X1'\nmaybe=1\n"),
                         "claims.toml: claim X1: unknown key \"maybe\"", UsageError);
    CHECK_THROWS_AS(parse_claims("[[claim"), UsageError);
    CHECK_THROWS_AS(parse_claims(""), UsageError);
}
