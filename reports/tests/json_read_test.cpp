#include "reports/json.hpp"
#include "reports/tests/sample.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace ipc_conform::reports;
using nlohmann::json;

namespace
{

/// The message with which a text is refused; empty when it is read.
std::string refusal(const std::string& text)
{
    try
    {
        run_from_json(text);
        return {};
    }
    catch (const ReadError& error)
    {
        return error.what();
    }
}

/// The rich report with one value changed, or removed when the value is discarded.
std::string refusal_with(const char* pointer, const json& value)
{
    json report = json::parse(to_json(samples::rich_run()));
    report[json::json_pointer{pointer}] = value;
    return refusal(report.dump());
}

std::string refusal_without(const char* parent, const char* name)
{
    json report = json::parse(to_json(samples::rich_run()));
    REQUIRE(report[json::json_pointer{parent}].erase(name) == 1);
    return refusal(report.dump());
}

bool is_one_printable_line(const std::string& text)
{
    return !text.empty() && text.size() < 1000 && text.find_first_of("\n\r\t\x1b\x7f") == std::string::npos;
}

} // namespace

TEST_CASE("a report read back is the run that was written, every field of it")
{
    const Run run = samples::rich_run();
    CHECK(run_from_json(to_json(run)) == run);
    CHECK(run_from_json(to_json(Run{})) == Run{});
}

TEST_CASE("large numbers survive the round trip")
{
    Run run;
    run.seed = std::numeric_limits<std::uint64_t>::max();
    run.results = {samples::result("pipe.any", Verdict::pass)};
    run.results[0].observed = {{"least", std::numeric_limits<std::int64_t>::min()},
                               {"most", std::numeric_limits<std::int64_t>::max()},
                               {"tiny", 5e-324}};
    CHECK(run_from_json(to_json(run)) == run);
}

TEST_CASE("a report with hostile strings reads back to what it says")
{
    const std::string text = to_json(samples::hostile_run());
    CHECK(to_json(run_from_json(text)) == text);
}

TEST_CASE("fields that are not known are passed over")
{
    json report = json::parse(to_json(samples::rich_run()));
    report["new"] = {{"deep", {1, 2, 3}}};
    report["results"][0]["new"] = nullptr;
    report["results"][0]["timeline"][0]["new"] = "x";
    Run expected = samples::rich_run();
    // nlohmann::json sorts its members, which the order of names and values follows
    const Run read = run_from_json(report.dump());
    CHECK(read.results.size() == expected.results.size());
    CHECK(read.results[0].timeline == expected.results[0].timeline);
}

TEST_CASE("a report cut off anywhere is refused")
{
    const std::string text = to_json(samples::rich_run());
    for (std::size_t length = 0; length + 2 < text.size(); length += 7)
    {
        const std::string message = refusal(text.substr(0, length));
        REQUIRE(is_one_printable_line(message));
        REQUIRE(message.starts_with("not valid JSON: "));
    }
}

TEST_CASE("what is not a report is refused with one line that names what is wrong")
{
    CHECK(refusal("").starts_with("not valid JSON: "));
    CHECK(refusal("[]") == "expected an object, found array");
    CHECK(refusal("{}") == "\"kit\" is missing");
    CHECK(refusal(R"({"kit": {"name": "other", "version": "1"}})")
          == "kit: a report of \"other\", not of ipc-conform");
    CHECK(refusal("{\"kit\": 1e999}").starts_with("not valid JSON: "));
    CHECK(is_one_printable_line(refusal("\x1b[2J\x1b]0;x\a\n")));
    CHECK(is_one_printable_line(refusal("{\"kit\": \"\xff\xfe\"}")));
    CHECK(is_one_printable_line(refusal("\"" + std::string(100000, 'x'))));
}

TEST_CASE("a wrong type is refused with its place")
{
    CHECK(refusal_with("/results", 3) == "results: expected an array, found number");
    CHECK(refusal_with("/results/2", "x") == "results[2]: expected an object, found string");
    CHECK(refusal_with("/results/0/verdict", "OK") == "results[0].verdict: \"OK\" is not a verdict");
    CHECK(refusal_with("/results/0/verdict", 1) == "results[0].verdict: expected a string, found number");
    CHECK(refusal_with("/results/0/expected", "yes")
          == "results[0].expected: expected true or false, found string");
    CHECK(refusal_with("/results/0/milliseconds", nullptr)
          == "results[0].milliseconds: expected a number, found null");
    CHECK(refusal_with("/results/0/line", 1.5) == "results[0].line: expected an integer, found number");
    CHECK(refusal_with("/results/0/line", 1LL << 40) == "results[0].line: the number is out of range");
    CHECK(refusal_with("/results/0/repetitions", -1) == "results[0].repetitions: the number is out of range");
    CHECK(refusal_with("/results/0/observed", json::array())
          == "results[0].observed: expected an object, found array");
    CHECK(refusal_with("/results/0/observed/capacity", json::object())
          == "results[0].observed.capacity: expected true, false, a number or a string, found object");
    CHECK(refusal_with("/results/0/observed/capacity", std::numeric_limits<std::uint64_t>::max())
          == "results[0].observed.capacity: the number is out of range");
    CHECK(refusal_with("/results/0/verdicts", {{"MAYBE", 1}})
          == "results[0].verdicts.MAYBE: \"MAYBE\" is not a verdict");
    CHECK(refusal_with("/results/0/timeline/1/calls/0/left", "late")
          == "results[0].timeline[1].calls[0].left: expected a number, found string");
    CHECK(refusal_with("/results/0/observed/\x1b[2J\n", nullptr)
          == "results[0].observed.\\x1b[2J\\n: expected true, false, a number or a string, found null");
    CHECK(refusal_with("/seed", -1) == "seed: the number is out of range");
    CHECK(refusal_with("/platform/limits/PIPE_BUF", 4096)
          == "platform.limits.PIPE_BUF: expected a string, found number");
}

TEST_CASE("a missing field without which the report says nothing is refused")
{
    for (const char* name : {"kit", "platform", "totals", "results"})
    {
        CHECK(refusal_without("", name) == "\"" + std::string{name} + "\" is missing");
    }
    for (const char* name :
         {"id", "mechanism", "level", "verdict", "expected", "evidence", "milliseconds", "observed", "records"})
    {
        CHECK(refusal_without("/results/0", name) == "results[0]: \"" + std::string{name} + "\" is missing");
    }
    CHECK(refusal_without("/results/0", "timeline").empty());
}

TEST_CASE("deep nesting is refused, not followed")
{
    const std::size_t deep = 1000000;
    CHECK(refusal(std::string(deep, '[')) == "not a report: nested deeper than 64 levels");
    CHECK(refusal("{\"kit\": " + std::string(deep, '[') + std::string(deep, ']') + "}")
          == "not a report: nested deeper than 64 levels");
    std::string objects;
    for (std::size_t level = 0; level < 1000; ++level)
    {
        objects += "{\"a\":";
    }
    CHECK(refusal(objects) == "not a report: nested deeper than 64 levels");
}

TEST_CASE("a key that stands twice is refused: readers of a report differ in which they believe")
{
    CHECK(refusal(R"({"kit": 1, "kit": 2})") == "not a report: \"kit\" stands twice in one object");
    CHECK(refusal(R"([{"a": {"b": 1}}, {"a": {"b": 1, "\u0062": 2}}])")
          == "not a report: \"b\" stands twice in one object");
    CHECK(is_one_printable_line(refusal("{\"\\u001b[2J\": 1, \"\\u001b[2J\": 2}")));
}

TEST_CASE("numbers that no run writes are refused, or are what they say")
{
    const std::string text = to_json(samples::rich_run());
    const auto with = [&](const std::string& number) {
        std::string report = text;
        const std::string field = "\"milliseconds\": ";
        const std::size_t begin = report.find(field, report.find("\"results\"")) + field.size();
        return refusal(report.replace(begin, report.find_first_of(",\n", begin) - begin, number));
    };
    CHECK(with("1e999").starts_with("not valid JSON: "));
    CHECK(with("1e300") == "results[0].milliseconds: the number is out of range");
    CHECK(with("18446744073709551616") == "results[0].milliseconds: the number is out of range");
    CHECK(with("NaN").starts_with("not valid JSON: "));
    CHECK(with("\"NaN\"") == "results[0].milliseconds: expected a number, found string");
    CHECK(with("-0").empty());
    CHECK(with("-0.0").empty());
    CHECK(with("0.1").empty());
    CHECK(refusal_with("/results/0/line", -1) == "results[0].line: the number is out of range");
    CHECK(refusal_with("/results/0/timeline/0/calls_dropped", -1)
          == "results[0].timeline[0].calls_dropped: the number is out of range");
    CHECK(refusal_with("/seed", 1e30) == "seed: expected an integer, found number");
}

TEST_CASE("more than a run can have is refused in a line")
{
    const json report = json::parse(to_json(samples::rich_run()));
    const json result = report["results"][0];
    CHECK(refusal_with("/results", std::vector<json>(20'001, nullptr)) == "results: more than 20000 entries");
    CHECK(refusal_with("/results/0/timeline", std::vector<json>(257, nullptr))
          == "results[0].timeline: more than 256 entries");
    CHECK(refusal_with("/results/0/timeline/0/calls", std::vector<json>(257, nullptr))
          == "results[0].timeline[0].calls: more than 256 entries");
    CHECK(refusal_with("/results/0/mechanism", std::string(301, 'm'))
          == "results[0].mechanism: longer than 300 bytes");
    CHECK(refusal_with("/platform/libc", std::string(301, 'm')) == "platform.libc: longer than 300 bytes");
    json mechanisms = json::array();
    json members = json::object();
    for (int number = 0; number <= 500; ++number)
    {
        mechanisms.push_back(result);
        mechanisms.back()["mechanism"] = std::to_string(number);
        members[std::to_string(number)] = "x";
    }
    CHECK(refusal_with("/results", mechanisms) == "results: more than 500 mechanisms");
    CHECK(refusal_with("/platform/limits", members) == "not a report: an object of more than 500 members");
    std::string values = "[0";
    for (int number = 0; number < 2'000'000; ++number)
    {
        values += ",0";
    }
    CHECK(refusal(values + "]") == "not a report: it holds more than 2000000 values");
    CHECK(refusal_with("/results/0/output", std::string(1U << 20U, '\x1b')).empty());
}
