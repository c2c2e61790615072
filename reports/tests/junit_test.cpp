#include "reports/junit.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace ipc_conform::reports;

namespace
{

/// The testcase element of a report of one result.
std::string test_case_of(const Result& result)
{
    Run run;
    run.results = {result};
    const std::string xml = to_junit(run);
    const std::size_t begin = xml.find("<testcase");
    return xml.substr(begin, xml.find("  </testsuite>") - begin);
}

std::string attributes_of(const std::string& xml, const std::string& element)
{
    const std::size_t begin = xml.find('<' + element + ' ') + element.size() + 2;
    return xml.substr(begin, xml.find('>', begin) - begin);
}

} // namespace

TEST_CASE("a PASS is a plain testcase with its time and place")
{
    Result result = samples::result("pipe.data-roundtrip", Verdict::pass);
    result.milliseconds = 12.5;
    CHECK(test_case_of(result)
          == "<testcase classname=\"pipe\" name=\"pipe.data-roundtrip\" time=\"0.012500\"/>\n");
    result.file = "cases/pipe/data.cpp";
    result.line = 7;
    CHECK(contains(test_case_of(result), "file=\"cases/pipe/data.cpp\" line=\"7\"/>"));
}

TEST_CASE("an unexpected FAIL is a failure with expected, observed and the timeline")
{
    Result result = samples::rich_run().results[0];
    result.proofs.clear();
    const std::string xml = test_case_of(result);
    CHECK(contains(xml, "<failure type=\"FAIL\" message=\"unexpected FAIL: a check did not hold; no expectation"));
    CHECK(contains(xml, "expected: os::read(…) == 1\n  observed: 0 == 1"));
    CHECK(contains(xml, "left behind: System V message queue key 0x1234"));
    CHECK(contains(xml, "run again: ipc-conform run pipe.read-empty-blocks --seed 42"));
    const std::size_t output = xml.find("<system-out>");
    REQUIRE(output != std::string::npos);
    CHECK(contains(xml.substr(output), "└ = 1 (blocked 0.131 ms)"));
    CHECK(contains(xml.substr(output), "first line\nsecond line"));
}

TEST_CASE("a PASS that is not expected is a failure")
{
    Result result = samples::result("pipe.any", Verdict::pass);
    result.expected = false;
    result.expectation = "FAIL was expected";
    CHECK(
        contains(test_case_of(result), "<failure type=\"PASS\" message=\"unexpected PASS: FAIL was expected\">"));
}

TEST_CASE("a PASS whose case let a fault survive is a failure")
{
    Result result = samples::result("pipe.any", Verdict::pass);
    result.proofs = {{"read returns 0", Verdict::fail, ""}};
    CHECK_FALSE(contains(test_case_of(result), "<failure"));
    result.proofs.push_back({"read returns 2", Verdict::pass, ""});
    CHECK(contains(test_case_of(result), "<failure"));
    CHECK(contains(test_case_of(result), "survived: read returns 2 (PASS)"));
}

TEST_CASE("UNRESOLVED is an error, expected or not")
{
    Result result = samples::result("udp.any", Verdict::unresolved);
    result.reason = "bind: EADDRINUSE";
    CHECK(contains(test_case_of(result), "<error type=\"UNRESOLVED\" message=\"bind: EADDRINUSE\">"));
    result.expected = false;
    CHECK(contains(test_case_of(result), "<error "));
}

TEST_CASE("what is not the fault of the system is skipped, with reason and remedy")
{
    Result result = samples::result("posix-mq.any", Verdict::restricted);
    result.reason = "EMFILE";
    result.remedy = "raise msg_max";
    CHECK(contains(test_case_of(result), "<skipped message=\"RESTRICTED: EMFILE (remedy: raise msg_max)\"/>"));
    result = samples::result("posix-mq.any", Verdict::unsupported);
    result.reason = "ENOSYS";
    CHECK(contains(test_case_of(result), "<skipped message=\"UNSUPPORTED: ENOSYS\"/>"));
    result.verdict = Verdict::untested;
    CHECK(contains(test_case_of(result), "<skipped message=\"UNTESTED: ENOSYS\"/>"));
    result = samples::rich_run().results[2];
    CHECK(contains(test_case_of(result),
                   "<skipped message=\"expected FAIL: the kernel has never done so; returned at "
                   "once https://example.org/1\"/>"));
}

TEST_CASE("suites are the mechanisms, and the counts are those of their testcases")
{
    const std::string xml = to_junit(samples::rich_run());
    CHECK(attributes_of(xml, "testsuites")
          == "name=\"ipc-conform\" tests=\"8\" failures=\"1\" errors=\"1\" skipped=\"5\" time=\"0.620500\"");
    CHECK(attributes_of(xml, "testsuite")
          == "name=\"pipe\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0.001250\" "
             "timestamp=\"2025-01-02T03:04:05\"");
    CHECK(contains(xml, "<testsuite name=\"posix-mq\" tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"2\""));
    CHECK(contains(xml, "<property name=\"platform\" value=\"Linux x86_64\"/>"));
    CHECK(contains(xml, "<property name=\"kernel\" value=\"6.18.0 #1 SMP\"/>"));
}

TEST_CASE("a run that is not as expected is never all green")
{
    Run run;
    CHECK(contains(to_junit(run), "<error type=\"exit status 4\" message=\"nothing was checked\">"));
    run.results = {samples::result("pipe.any", Verdict::pass)};
    CHECK_FALSE(contains(to_junit(run), "ipc-conform.run"));
    run.unexpected = {"no.such-id: the expectations name an id that does not exist"};
    CHECK(contains(to_junit(run), "<failure type=\"exit status 1\" message=\"no.such-id: the expectations name"));
    CHECK(
        attributes_of(to_junit(run), "testsuites").starts_with("name=\"ipc-conform\" tests=\"2\" failures=\"1\""));
    run.unexpected.clear();
    run.partial = true;
    CHECK(contains(to_junit(run), "<error type=\"exit status 3\" message=\"the run was cut short\">"));
    run.results[0].verdict = Verdict::unresolved; // shows by itself
    CHECK_FALSE(contains(to_junit(run), "ipc-conform.run"));
}

TEST_CASE("hostile strings leave valid UTF-8 of the characters that XML allows")
{
    std::string xml = to_junit(samples::hostile_run());
    std::erase(xml, '\t'); // the one control character besides line ends that may stand there
    CHECK(is_utf8(xml));
    CHECK(control_characters(xml) == 0);
    CHECK_FALSE(contains(xml, "\ufffe"));
    CHECK_FALSE(contains(xml, "]]>"));
    CHECK(contains(xml, "time=\"0.000000\""));
}
