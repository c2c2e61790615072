#include "reports/junit.hpp"

#include "reports/outcome.hpp"
#include "reports/timeline.hpp"
#include "reports/xml.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{
namespace
{

struct TestCase
{
    std::string suite;
    std::string name;
    std::string file;
    int line = 0;
    double milliseconds = 0;
    Ending ending;
    std::string output;
};

double finite(double milliseconds)
{
    return std::isfinite(milliseconds) ? milliseconds : 0.0;
}

TestCase test_case_of(const Result& result)
{
    TestCase test{result.mechanism,  result.id, result.file, result.line, finite(result.milliseconds),
                  ending_of(result), ""};
    if (test.ending.outcome == Outcome::failure || test.ending.outcome == Outcome::error)
    {
        test.output = joined({timeline_text(result.timeline, {.width = 140}), result.output}, "\n");
    }
    return test;
}

TestCase test_case_of_the_run(const Run& run, const Ending& ending)
{
    return {"ipc-conform", std::string{test_of_the_run}, "", 0, finite(run.milliseconds), ending, ""};
}

/// The format knows no known departure: it is skipped.
bool is_skipped(const TestCase& test)
{
    return test.ending.outcome == Outcome::skipped || test.ending.outcome == Outcome::departure;
}

std::ptrdiff_t count_of(const std::vector<TestCase>& tests, Outcome outcome)
{
    return std::ranges::count(tests, outcome, [](const TestCase& test) { return test.ending.outcome; });
}

/// The attributes that testsuites and testsuite share.
std::string counts(const std::vector<TestCase>& tests, double milliseconds)
{
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")", tests.size(),
                       count_of(tests, Outcome::failure), count_of(tests, Outcome::error),
                       std::ranges::count_if(tests, is_skipped), milliseconds / 1000);
}

void append_ending(std::string& xml, const TestCase& test)
{
    const Ending& ending = test.ending;
    if (is_skipped(test))
    {
        xml += fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(ending.message));
        return;
    }
    const std::string_view element = ending.outcome == Outcome::failure ? "failure" : "error";
    xml += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element, xml_attribute(ending.type),
                       xml_attribute(ending.message), xml_text(ending.details));
}

void append_test_case(std::string& xml, const TestCase& test)
{
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"", xml_attribute(test.suite),
                       xml_attribute(test.name), test.milliseconds / 1000);
    if (!test.file.empty())
    {
        xml += fmt::format(" file=\"{}\" line=\"{}\"", xml_attribute(test.file), test.line);
    }
    if (test.ending.outcome == Outcome::passed)
    {
        xml += "/>\n";
        return;
    }
    xml += ">\n";
    append_ending(xml, test);
    if (!test.output.empty())
    {
        xml += fmt::format("      <system-out>{}</system-out>\n", xml_text(test.output));
    }
    xml += "    </testcase>\n";
}

std::string properties_of(const Run& run)
{
    const Platform& platform = run.platform;
    std::string xml = "    <properties>\n";
    const auto append = [&xml](std::string_view name, const std::string& value) {
        xml += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_attribute(value));
    };
    append("platform", fmt::format("{} {}", platform.system, platform.machine));
    append("kernel", joined({platform.release, platform.version}, " "));
    append("libc", platform.libc);
    append("sandbox", platform.sandbox);
    if (!run.via.empty())
    {
        append("via", run.via);
    }
    append("kit", run.kit_version);
    append("seed", std::to_string(run.seed));
    return xml + "    </properties>\n";
}

/// `started` without its zone, which the format's time stamps have no place for.
std::string time_stamp(const Run& run)
{
    return xml_attribute(run.started.ends_with('Z') ? run.started.substr(0, run.started.size() - 1) : run.started);
}

/// The tests by suite, suites and tests in the order of the run.
std::vector<std::vector<TestCase>> suites_of(std::vector<TestCase> tests)
{
    std::vector<std::vector<TestCase>> suites;
    for (TestCase& test : tests)
    {
        auto suite = std::ranges::find(suites, test.suite, [](const auto& held) { return held.front().suite; });
        if (suite == suites.end())
        {
            suite = suites.emplace(suites.end());
        }
        suite->push_back(std::move(test));
    }
    return suites;
}

} // namespace

std::string to_junit(const Run& run)
{
    std::vector<TestCase> tests;
    std::ranges::transform(run.results, std::back_inserter(tests), test_case_of);
    if (const std::optional<Ending> ending = ending_of_the_run(run))
    {
        tests.push_back(test_case_of_the_run(run, *ending));
    }
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml += fmt::format("<testsuites name=\"ipc-conform\" {}>\n", counts(tests, finite(run.milliseconds)));
    for (const auto& suite : suites_of(std::move(tests)))
    {
        double milliseconds = 0;
        for (const TestCase& test : suite)
        {
            milliseconds += test.milliseconds;
        }
        xml += fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n", xml_attribute(suite.front().suite),
                           counts(suite, milliseconds), time_stamp(run));
        xml += properties_of(run);
        for (const TestCase& test : suite)
        {
            append_test_case(xml, test);
        }
        xml += "  </testsuite>\n";
    }
    return xml + "</testsuites>\n";
}

} // namespace ipc_conform::reports
