#include "reports/json.hpp"
#include "reports/ndjson.hpp"
#include "reports/tests/sample.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

using namespace ipc_conform::reports;
using nlohmann::json;

namespace
{

std::vector<json> lines_of(const std::string& text)
{
    std::vector<json> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);)
    {
        lines.push_back(json::parse(line));
    }
    return lines;
}

/// Counts how often what was written is pushed on.
class CountingBuffer : public std::stringbuf
{
public:
    int flushes = 0;

private:
    int sync() override
    {
        ++flushes;
        return 0;
    }
};

} // namespace

TEST_CASE("the stream is a line for the run, one for each result, one for the end")
{
    const Run run = samples::rich_run();
    std::ostringstream out;
    NdjsonWriter writer{out};
    Run before = run;
    before.results.clear();
    before.unexpected.clear();
    writer.begin(before);
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);

    const auto lines = lines_of(out.str());
    REQUIRE(lines.size() == run.results.size() + 2);
    CHECK(out.str().starts_with("{\"type\":\"run\","));
    CHECK(lines.front()["platform"]["release"] == "6.18.0");
    CHECK(lines.front()["seed"] == 42);
    CHECK_FALSE(lines.front().contains("totals"));
    for (std::size_t index = 0; index < run.results.size(); ++index)
    {
        json expected = json::parse(to_json(run.results[index]));
        expected["type"] = "result";
        CHECK(lines[index + 1] == expected);
    }
    CHECK(lines.back()["type"] == "end");
    CHECK(lines.back()["totals"]["FAIL"] == 2);
    CHECK(lines.back()["partial"] == true);
    CHECK(lines.back()["exit_status"] == 1);
    CHECK(lines.back()["unexpected"] == json::array({"pipe.read-empty-blocks: FAIL"}));
}

TEST_CASE("each line is flushed as it is written")
{
    CountingBuffer buffer;
    std::ostream out{&buffer};
    NdjsonWriter writer{out};
    writer.begin(Run{});
    CHECK(buffer.flushes == 1);
    writer.result(samples::result("pipe.any", Verdict::pass));
    CHECK(buffer.flushes == 2);
    CHECK(lines_of(buffer.str()).size() == 2);
    writer.end(Run{});
    CHECK(buffer.flushes == 3);
}

TEST_CASE("hostile strings break neither a line nor its JSON")
{
    const Run run = samples::hostile_run();
    std::ostringstream out;
    NdjsonWriter writer{out};
    writer.begin(run);
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);
    CHECK(lines_of(out.str()).size() == run.results.size() + 2);
}

TEST_CASE("a stream that fails is left failed for the caller to see")
{
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    NdjsonWriter writer{out};
    writer.begin(Run{});
    writer.end(Run{});
    CHECK(out.bad());
}
