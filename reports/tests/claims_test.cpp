#include "reports/claims.hpp"
#include "reports/json.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ipc_conform::reports;

TEST_CASE("the claims page tells each claim, its verdict, why, and by which properties")
{
    const std::string text = claims_text(samples::rich_run().claims, Language::english, {});
    CHECK(text == R"(pipe

P3    Its structure is first-in first-out
      false: Elsewhere found "true"; here it is due to pipe.fifo-order FAIL.
        supports  FAIL        pipe.fifo-order  [values]  records = 3
        fully     not run     pipe.large-may-interleave
P11   Advantage: very simple to use
      not testable: An opinion.

2 claims: 1 false, 1 not testable
)");
}

TEST_CASE("in Korean the page is quoted, and the verdict is a sentence")
{
    Style style;
    style.unicode = true;
    const std::string text = claims_text(samples::rich_run().claims, Language::korean, style);
    CHECK(contains(text, "P3    \"선입선출 구조\"\n      이 시스템에서 거짓입니다. 다른 곳의 판정은"));
    CHECK(contains(text, "P11   \"사용이 간단하다\"\n      시험할 수 없는 말입니다. 의견입니다.\n"));
}

TEST_CASE("claims as JSON are those of a run's report")
{
    const Run run = samples::rich_run();
    CHECK(nlohmann::json::parse(claims_json(run.claims)) == nlohmann::json::parse(to_json(run))["claims"]);
    CHECK(nlohmann::json::parse(claims_json({})) == nlohmann::json::array());
}
