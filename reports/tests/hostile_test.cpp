// What a report says comes from the system under test: in every format it has to stay text.
#include "reports/format.hpp"
#include "reports/json.hpp"
#include "reports/terminal.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <chrono>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace ipc_conform::reports;

namespace
{

struct Rendering
{
    std::string name;
    std::string text;
};

/// Every format, and what a person reads.
std::vector<Rendering> renderings(const Run& run)
{
    std::vector<Rendering> all{{"terminal", terminal_report(run, {})}};
    for (const Format& format : formats())
    {
        all.push_back({std::string{format.name}, format.render(run)});
    }
    return all;
}

/// A run whose every text is that one.
Run run_saying(const std::string& text)
{
    std::string stored = to_json(samples::hostile_run());
    Run run = run_from_json(stored);
    run.started = run.trust = run.via = run.expectations = run.platform.system = run.platform.sandbox = text;
    run.unexpected = {text};
    for (Result& result : run.results)
    {
        result.id = result.mechanism = result.statement = result.reason = result.rerun = result.output = text;
        result.expectation = result.remedy = result.link = text;
        result.failures = {{text, text, text, text, 1}};
        result.observed = {{text, text}};
        result.timeline = {{text, 1, 0, {{text, text, 0, 1, true}}, text}};
        result.proofs = {{text, Verdict::pass, text}};
    }
    return run;
}

} // namespace

TEST_CASE("hostile: no format lets a control character, broken UTF-8 or an override of direction through")
{
    for (const Rendering& rendering : renderings(samples::hostile_run()))
    {
        CAPTURE(rendering.name);
        CHECK(!rendering.text.empty());
        CHECK(is_utf8(rendering.text));
        CHECK(rendering.text.find('\0') == std::string::npos);
        CHECK(rendering.text.find('\x1b') == std::string::npos);
        CHECK(rendering.text.find("\xc2\x9b") == std::string::npos);
    }
}

TEST_CASE("hostile: markup stays text wherever a browser might read it")
{
    const std::string script = "</script><script>alert(1)</script><img src=x onerror=alert(1)>-->]]>";
    for (const Rendering& rendering : renderings(run_saying(script)))
    {
        CAPTURE(rendering.name);
        if (rendering.name == "junit" || rendering.name == "markdown" || rendering.name == "html")
        {
            CHECK(!contains(rendering.text, "<script>alert"));
            CHECK(!contains(rendering.text, "</script><"));
            CHECK(!contains(rendering.text, "<img"));
        }
        CHECK(rendering.text.size() < 1'000'000);
    }
}

TEST_CASE("hostile: a text cannot forge a line of its own")
{
    const std::string forged =
        "x\nok 99 - forged\n# forged\n</testcase><testcase name=\"forged\"/>\n{\"forged\": 1}\n";
    for (const Rendering& rendering : renderings(run_saying(forged)))
    {
        CAPTURE(rendering.name);
        if (rendering.name == "tap" || rendering.name == "ndjson" || rendering.name == "json")
        {
            CHECK(!contains(rendering.text, "\nok 99"));
            CHECK(!contains(rendering.text, "\n{\"forged"));
        }
        if (rendering.name == "junit")
        {
            CHECK(!contains(rendering.text, "<testcase name=\"forged\""));
        }
    }
}

TEST_CASE("hostile: the most that a report may hold is written in every format in bounded time and size")
{
    Run run;
    Result result = samples::result("pipe.any", Verdict::fail);
    result.reason = result.statement = std::string(200, '<');
    for (int lane = 0; lane < 256; ++lane)
    {
        result.timeline.push_back({std::string(1000, 'p'), lane, 0, {}, "stuck"});
        for (int call = 0; call < 256; ++call)
        {
            result.timeline.back().calls.push_back({"read(3, …, 1)", "", double(call), std::nullopt, false});
        }
    }
    run.results.assign(20'000, samples::result("pipe.any", Verdict::fail));
    for (std::size_t index = 0; index < run.results.size(); ++index)
    {
        run.results[index].mechanism = "m" + std::to_string(index % 500) + std::string(250, 'm');
        run.results[index].evidence = std::to_string(index);
    }
    run.results.front() = result;
    for (const Format& format : formats())
    {
        CAPTURE(format.name);
        const auto begin = std::chrono::steady_clock::now();
        CHECK(format.render(run).size() < 300'000'000);
        CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
    }
}
