#include "reports/json.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"
#include "reports/utf8.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace ipc_conform::reports;
using nlohmann::json;

TEST_CASE("the JSON report has the documented shape")
{
    const json report = json::parse(to_json(samples::rich_run()));
    CHECK(report["kit"] == json{{"name", "ipc-conform"}, {"version", "0.1.0"}});
    CHECK(report["started"] == "2025-01-02T03:04:05Z");
    CHECK(report["seed"] == 42);
    CHECK(report["partial"] == true);
    CHECK(report["platform"]["container_hints"] == json::object({{"/.dockerenv", "present"}}));
    CHECK(report["platform"]["limits"] == json{{"PIPE_BUF", "4096"}, {"msg_max", "10"}});
    CHECK(
        report["totals"]
        == json{
            {"PASS", 1}, {"FAIL", 2}, {"UNSUPPORTED", 1}, {"RESTRICTED", 2}, {"UNRESOLVED", 1}, {"UNTESTED", 1}});
    CHECK(report["unexpected"] == json::array({"pipe.read-empty-blocks: FAIL"}));
    CHECK(report["exit_status"] == 1);
    REQUIRE(report["results"].size() == 8);

    const json& result = report["results"][0];
    CHECK(result["id"] == "pipe.read-empty-blocks");
    CHECK(result["mechanism"] == "pipe");
    CHECK(result["verdict"] == "FAIL");
    CHECK(result["expected"] == false);
    CHECK(result["observed"] == json{{"capacity", 65536}, {"sealed", true}, {"ratio", 2.0}, {"name", "/a"}});
    CHECK(result["records"][0]["fields"] == json{{"text", "0 == 1"}, {"line", "17"}});
    CHECK(result["timeline"][1]["calls"][1]["left"].is_null());
    CHECK(result["timeline"][1]["calls"][0]["left"] == 0.541);
    CHECK(result["verdicts"] == json{{"PASS", 48}, {"FAIL", 2}});
    CHECK(result["proofs"][0]["killed"] == true);
    CHECK(result["proofs"][1]["killed"] == false);
}

TEST_CASE("a report of nothing still names every verdict and holds arrays")
{
    const json report = json::parse(to_json(Run{}));
    CHECK(report["totals"].size() == 6);
    CHECK(report["totals"]["PASS"] == 0);
    CHECK(report["results"] == json::array());
    CHECK(report["unexpected"] == json::array());
    CHECK(report["exit_status"] == 4);
}

TEST_CASE("a single result is one line")
{
    const Run run = samples::hostile_run();
    for (const Result& result : run.results)
    {
        const std::string line = to_json(result);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(json::parse(line)["verdict"] == name_of(result.verdict));
    }
}

TEST_CASE("whatever the strings hold, the report is valid JSON in valid UTF-8 without control characters")
{
    const std::string text = to_json(samples::hostile_run());
    CHECK(json::accept(text));
    CHECK(is_utf8(text));
    CHECK(control_characters(text) == 0);
}

TEST_CASE("a string comes out as it went in, broken bytes apart")
{
    const json report = json::parse(to_json(samples::hostile_run()));
    CHECK(report["results"][0]["reason"] == repaired_utf8(samples::hostile_text()));
    CHECK(report["unexpected"][1].get<std::string>().size() > 100000);
}

TEST_CASE("numbers that JSON cannot say are still said")
{
    const json observed = json::parse(to_json(samples::hostile_run()))["results"][0]["observed"];
    const std::string name = repaired_utf8(samples::hostile_text());
    CHECK(observed[name + "2"] == "nan");
    CHECK(observed[name + "3"] == "-inf");
}

TEST_CASE("names that become equal by repair give one member")
{
    Run run;
    run.results = {samples::result("pipe.any", Verdict::pass)};
    run.results[0].observed = {{"\xff", std::int64_t{1}}, {"\xfe", std::int64_t{2}}};
    const std::string text = to_json(run);
    CHECK(text.find("\"\uFFFD\": 2") != std::string::npos);
    CHECK(text.find("\"\uFFFD\": 1") == std::string::npos);
}
