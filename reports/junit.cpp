#include "reports/junit.hpp"

#include "reports/timeline.hpp"
#include "reports/xml.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{
namespace
{

enum class Outcome
{
    passed,
    failure,
    error,
    skipped,
};

/// The part of a testcase that says how it ended.
struct Ending
{
    Outcome outcome = Outcome::passed;
    std::string type;    ///< the verdict, for the tools that show it
    std::string message; ///< one line
    std::string details; ///< any number of lines
};

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

/// The parts that say something, joined.
std::string joined(const std::vector<std::string>& parts, std::string_view separator)
{
    std::vector<std::string> filled;
    std::ranges::copy_if(parts, std::back_inserter(filled), [](const auto& part) { return !part.empty(); });
    return fmt::format("{}", fmt::join(filled, separator));
}

double finite(double milliseconds)
{
    return std::isfinite(milliseconds) ? milliseconds : 0.0;
}

std::string labelled(std::string_view label, const std::string& text)
{
    return text.empty() ? text : fmt::format("{}: {}", label, text);
}

std::string details_of(const Result& result)
{
    std::vector<std::string> lines{result.statement, labelled("sources", joined(result.sources, "; "))};
    for (const Failure& failure : result.failures)
    {
        lines.push_back(fmt::format("{} ({}:{})\n  expected: {}\n  observed: {}", failure.process, failure.file,
                                    failure.line, failure.expected, failure.observed));
    }
    for (const Leak& leak : result.leaks)
    {
        lines.push_back(fmt::format("left behind: {} {}", leak.kind, leak.name));
    }
    for (const Proof& proof : result.proofs)
    {
        if (!proof.killed())
        {
            lines.push_back(fmt::format("survived: {} ({})", proof.fault, name_of(proof.verdict)));
        }
    }
    lines.push_back(labelled("run again", result.rerun));
    return joined(lines, "\n");
}

Ending ending_of(const Result& result)
{
    const bool survived = !std::ranges::all_of(result.proofs, &Proof::killed);
    const std::string type{name_of(result.verdict)};
    if (result.verdict == Verdict::unresolved)
    {
        return {Outcome::error, type, joined({result.reason, result.expectation}, "; "), details_of(result)};
    }
    if (!result.expected || survived)
    {
        const std::string message =
            joined({result.reason, result.expectation, survived ? "a fault survived" : ""}, "; ");
        return {Outcome::failure, type,
                fmt::format("unexpected {}{}{}", type, message.empty() ? "" : ": ", message), details_of(result)};
    }
    if (result.verdict == Verdict::pass)
    {
        return {};
    }
    if (result.verdict == Verdict::fail)
    {
        return {Outcome::skipped, type,
                fmt::format("expected FAIL: {}",
                            joined({joined({result.expectation, result.reason}, "; "), result.link}, " ")),
                ""};
    }
    const std::string remedy = result.remedy.empty() ? "" : fmt::format(" (remedy: {})", result.remedy);
    return {Outcome::skipped, type, fmt::format("{}: {}{}", type, result.reason, remedy), ""};
}

TestCase test_case_of(const Result& result)
{
    TestCase test{result.mechanism,    result.id,         result.file, result.line,
                  result.milliseconds, ending_of(result), ""};
    if (test.ending.outcome == Outcome::failure || test.ending.outcome == Outcome::error)
    {
        test.output = joined({timeline_text(result.timeline, {.width = 140}), result.output}, "\n");
    }
    return test;
}

/// What makes the run not as expected although no testcase shows it: an interruption, an expectation for an id
/// that does not exist, nothing run at all.
TestCase test_case_of_the_run(const Run& run)
{
    const auto status = static_cast<int>(exit_status(run));
    const std::string reason = run.partial              ? "the run was cut short"
                               : run.unexpected.empty() ? "nothing was checked"
                                                        : run.unexpected.front();
    TestCase test{"ipc-conform", "ipc-conform.run", "", 0, finite(run.milliseconds), {}, ""};
    test.ending = {run.unexpected.empty() ? Outcome::error : Outcome::failure,
                   fmt::format("exit status {}", status), reason, joined(run.unexpected, "\n")};
    return test;
}

std::size_t count_of(const std::vector<TestCase>& tests, Outcome outcome)
{
    return static_cast<std::size_t>(
        std::ranges::count(tests, outcome, [](const TestCase& test) { return test.ending.outcome; }));
}

/// The attributes that testsuites and testsuite share.
std::string counts(const std::vector<TestCase>& tests, double milliseconds)
{
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")", tests.size(),
                       count_of(tests, Outcome::failure), count_of(tests, Outcome::error),
                       count_of(tests, Outcome::skipped), milliseconds / 1000);
}

void append_ending(std::string& xml, const Ending& ending)
{
    if (ending.outcome == Outcome::passed)
    {
        return;
    }
    const std::string_view element = ending.outcome == Outcome::failure ? "failure"
                                     : ending.outcome == Outcome::error ? "error"
                                                                        : "skipped";
    if (ending.outcome == Outcome::skipped)
    {
        xml += fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(ending.message));
        return;
    }
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
    append_ending(xml, test.ending);
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
    const bool shown = count_of(tests, Outcome::failure) + count_of(tests, Outcome::error) != 0;
    if (!shown && exit_status(run) != Exit::as_expected)
    {
        tests.push_back(test_case_of_the_run(run));
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
