#include "reports/comparison_json.hpp"
#include "reports/comparison_markdown.hpp"
#include "reports/comparison_text.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace ipc_conform::reports;

namespace
{

/// A system that has lost, won, and otherwise changed.
struct Pair
{
    Run before = samples::rich_run();
    Run after = samples::rich_run();

    Pair()
    {
        before.results[0].verdict = Verdict::pass; // fails in rich_run(), with a failed check
        after.results[2].failures = {{"main", "errno == ENXIO", "0 == 6", "cases/fifo/open.cpp", 3}};
        after.results.back().verdict = Verdict::pass;
        after.results.push_back(samples::result("pipe.newly-known", Verdict::pass));
        before.results.push_back(samples::result("pipe.capacity", Verdict::pass));
        after.results.push_back(before.results.back());
        before.results.back().level = after.results.back().level = "defined";
        before.results.back().observed = {{"capacity", std::int64_t{65536}}};
        after.results.back().observed = {{"capacity", std::int64_t{4096}}};
        after.platform.release = "6.19.0";
        after.partial = false;
    }
};

} // namespace

TEST_CASE("comparison text: the regressions come first and with their evidence, the summary last")
{
    const Pair pair;
    const std::string text = to_text(compare(pair.before, pair.after));
    CHECK(contains(text,
                   "  before  2025-01-02T03:04:05Z  Linux 6.18.0 x86_64, glibc 2.36, sandbox: container (docker); "
                   "kit 0.1.0; cut short\n  after   2025-01-02T03:04:05Z  Linux 6.19.0"));
    CHECK(contains(text, "Regressions (1)\n  pipe.read-empty-blocks  PASS → FAIL  [shall]\n"
                         "      property  a blocking read on an empty pipe blocks until data arrives\n"
                         "      source    POSIX.1-2024 read(); pipe(7)\n"
                         "      reason    a check did not hold\n"
                         "      expected  os::read(…) == 1   [reader]\n"
                         "      observed  0 == 1\n"
                         "      again     ipc-conform run pipe.read-empty-blocks --seed 42\n"));
    CHECK(contains(text, "Changed signatures (1)\n  fifo.open-read-blocks  FAIL → FAIL  [shall]\n"
                         "      before    returned at once\n      now       main: errno == ENXIO\n"));
    CHECK(contains(text, "Now judged (1)\n  udp.no-handshake  UNRESOLVED → PASS  [shall]\n"));
    CHECK(contains(text, "New (1)\n  pipe.newly-known  PASS  [shall]\n"));
    CHECK(contains(text, "  pipe.capacity  capacity: 65536 → 4096\n"));
    CHECK(text.find("Regressions") < text.find("Changed signatures"));
    CHECK(text.ends_with("\n1 regression, 1 changed signature, 1 new, 1 now judged; 6 properties as before\n"));
}

TEST_CASE("comparison text: what has become an expected failure says so")
{
    Pair pair;
    pair.after.results[0].expected = true;
    pair.after.results[0].expectation = "broken since 6.19";
    CHECK(contains(to_text(compare(pair.before, pair.after)), "      accepted  broken since 6.19\n"));
}

TEST_CASE("comparison text: plain where the terminal is")
{
    const Pair pair;
    CHECK(is_plain_ascii(to_text(compare(pair.before, pair.after), {.unicode = false})));
    CHECK(contains(to_text(compare(pair.before, pair.after), {.colour = true}), "\x1b[1;31mFAIL\x1b[0m"));
}

TEST_CASE("comparison markdown: a table for each kind of change")
{
    const Pair pair;
    const std::string text = to_markdown(compare(pair.before, pair.after));
    CHECK(text.starts_with("# IPC conformance compared\n"));
    CHECK(contains(text, "\n**1 regression, 1 changed signature, "));
    CHECK(contains(text,
                   "## Regressions (1)\n\n| property | level | before | now | |\n|---|---|---|---|---|\n"
                   "| <code>pipe.read-empty-blocks</code> a blocking read on an empty pipe blocks until data "
                   "arrives | shall | PASS | FAIL | a check did not hold |\n"));
    CHECK(contains(text, "| shall | — | PASS |  |\n"));
    CHECK(contains(text, "| <code>pipe.capacity</code> | capacity | 65536 | 4096 |\n"));
}

TEST_CASE("comparison json: every change, its verdicts and the exit status")
{
    const Pair pair;
    const auto json = nlohmann::json::parse(to_json(compare(pair.before, pair.after)));
    CHECK(json["equal"] == false);
    CHECK(json["exit_status"] == 1);
    CHECK(json["after"]["platform"]["release"] == "6.19.0");
    CHECK(json["totals"]["regression"] == 1);
    CHECK(json["totals"]["changed_signature"] == 1);
    CHECK(json["totals"]["same"] == 6);
    CHECK(json["totals"]["fix"] == 0);
    REQUIRE(json["changes"].size() == 4);
    const auto& first = json["changes"][0];
    CHECK(first["change"] == "regression");
    CHECK(first["id"] == "pipe.read-empty-blocks");
    CHECK(first["before"]["verdict"] == "PASS");
    CHECK(first["after"]["verdict"] == "FAIL");
    CHECK(first["after"]["signature"][0] == "reader: os::read(…) == 1");
    CHECK(json["changes"][2]["change"] == "new");
    CHECK(json["changes"][2]["before"].is_null());
    CHECK(json["values"][0]["after"] == "4096");
}

TEST_CASE("comparison: hostile reports are harmless in every format")
{
    const Run before = samples::hostile_run();
    Run after = samples::hostile_run();
    for (std::size_t index = 0; index < after.results.size(); ++index)
    {
        after.results[index].id += std::to_string(index); // all new, and all of the others gone
    }
    Run worse = before;
    worse.results.front().verdict = Verdict::fail;
    worse.results.front().level = "may";
    worse.results.front().observed.front().second = samples::hostile_text() + "changed";
    for (const Run* later : {&after, &worse})
    {
        const Comparison comparison = compare(before, *later);
        CHECK_FALSE(comparison.equal());
        const std::string text = to_text(comparison);
        CHECK(control_characters(text) == 0);
        CHECK(is_utf8(text));
        const std::string markdown = to_markdown(comparison);
        CHECK(control_characters(markdown) == 0);
        CHECK(is_utf8(markdown));
        CHECK_FALSE(contains(markdown, "<tag"));
        const std::string json = to_json(comparison);
        CHECK(control_characters(json) == 0);
        CHECK(nlohmann::json::parse(json)["equal"] == false);
    }
}
