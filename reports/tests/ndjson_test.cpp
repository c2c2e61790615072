#include "reports/json.hpp"
#include "reports/ndjson.hpp"
#include "reports/ndjson_read.hpp"
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

TEST_CASE("each line is read back as what was written, also by way of a console")
{
    Run run = samples::rich_run();
    run.results[1].was_killed = true;
    std::ostringstream out;
    NdjsonWriter writer{out};
    writer.begin(run);
    writer.alive();
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);

    std::istringstream stream{out.str()};
    const auto next = [&stream] {
        std::string line;
        std::getline(stream, line);
        return line_from_ndjson("[    1.0] a kernel speaks " + line);
    };
    const Run header = std::get<Run>(next());
    CHECK(header.platform == run.platform);
    CHECK(header.kit_version == run.kit_version);
    CHECK(header.via == run.via);
    CHECK(std::holds_alternative<StreamedSign>(next()));
    for (const Result& result : run.results)
    {
        CHECK(std::get<Result>(next()) == result);
    }
    CHECK(std::get<StreamedEnd>(next()).partial);
}

TEST_CASE("what is not of the stream is nothing, and what is but cannot be read is refused")
{
    for (const char* noise : {"", "{}", "SeaBIOS", R"({"type":"other"})", R"({"type":)", R"({"type":"results"})",
                              R"({"type": "result"})", R"({"type":"run)"})
    {
        CAPTURE(noise);
        CHECK(std::holds_alternative<std::monostate>(line_from_ndjson(noise)));
    }
    for (const char* broken :
         {R"({"type":"result")", R"({"type":"result"})", R"({"type":"run"})", R"({"type":"end"})",
          R"({"type":"end","partial":1})", R"({"type":"end","partial":true} and more)",
          R"({"type":"end","partial":true,"partial":true})"})
    {
        CAPTURE(broken);
        CHECK_THROWS_AS(line_from_ndjson(broken), ReadError);
    }
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
