#include "reports/tap.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <sstream>
#include <string>

using namespace ipc_conform::reports;

namespace
{

Run run_of(const Result& result)
{
    Run run;
    run.results = {result};
    return run;
}

/// The first test point and what belongs to it.
std::string point_of(const Result& result)
{
    const std::string tap = to_tap(run_of(result));
    return tap.substr(tap.find("1..1\n") + 5);
}

std::string ktap_of(const Run& run)
{
    std::ostringstream out;
    KtapWriter writer{out};
    writer.begin(run, run.results.size());
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);
    return out.str();
}

} // namespace

TEST_CASE("tap: a report has its version, its platform, a plan and a point for each result")
{
    const std::string tap = to_tap(samples::rich_run());
    CHECK(tap.starts_with("TAP version 13\n# ipc-conform 0.1.0: Linux 6.18.0 x86_64, glibc 2.36, sandbox: "));
    CHECK(contains(tap, "\n1..8\n"));
    CHECK(contains(tap, "\nok 2 - pipe.data-roundtrip\n"));
    CHECK(contains(tap, "\nnot ok 8 - udp.no-handshake\n"));
}

TEST_CASE("tap: what is not as expected is not ok, and says in YAML what was seen")
{
    const std::string point = point_of(samples::rich_run().results[0]);
    CHECK(point.starts_with("not ok 1 - pipe.read-empty-blocks\n  ---\n  verdict: FAIL\n"));
    CHECK(contains(point, "      expected: \"os::read(…) == 1\"\n      observed: \"0 == 1\"\n"));
    CHECK(contains(point, "  again: \"ipc-conform run pipe.read-empty-blocks --seed 42\"\n  ...\n"));
}

TEST_CASE("tap: a known departure is to do, and what was not checked is skipped, with the reason")
{
    Result departure = samples::result("pipe.a", Verdict::fail);
    departure.expectation = "never done";
    departure.link = "https://a.example/#1";
    CHECK(point_of(departure) == "not ok 1 - pipe.a # TODO expected FAIL: never done https://a.example/#1\n");
    Result absent = samples::result("pipe.b", Verdict::unsupported);
    absent.reason = "ENOSYS";
    CHECK(point_of(absent).starts_with("ok 1 - pipe.b # SKIP UNSUPPORTED: ENOSYS\n")
          == false); // alone it is a run in which nothing was checked, see below
    const std::string tap = to_tap(run_of(absent));
    CHECK(contains(tap, "1..2\nok 1 - pipe.b # SKIP UNSUPPORTED: ENOSYS\nnot ok 2 - ipc-conform.run\n"));
}

TEST_CASE("tap: a pass that was not due and a fault that survived are not ok")
{
    Result unexpected = samples::result("pipe.a", Verdict::pass);
    unexpected.expected = false;
    CHECK(point_of(unexpected).starts_with("not ok 1 - pipe.a\n"));
    Result blind = samples::result("pipe.a", Verdict::pass);
    blind.proofs = {{"read returns 0", Verdict::pass, ""}};
    CHECK(point_of(blind).starts_with("not ok 1 - pipe.a\n"));
}

TEST_CASE("tap: nothing in a result becomes a directive, a line or an escape sequence")
{
    CHECK(point_of(samples::result("pipe.a # TODO not at all \\", Verdict::pass))
          == "ok 1 - pipe.a \\# TODO not at all \\\\\n");
    for (const char letter : to_tap(samples::hostile_run()))
    {
        REQUIRE((letter == '\n' || static_cast<unsigned char>(letter) >= 0x20));
    }
}

TEST_CASE("tap: a run of nothing says so")
{
    CHECK(contains(to_tap({}), "1..1\nnot ok 1 - ipc-conform.run\n"));
}

TEST_CASE("ktap: a line for each result as it comes, reasons before it")
{
    const std::string ktap = ktap_of(samples::rich_run());
    CHECK(ktap.starts_with("KTAP version 1\n# ipc-conform 0.1.0"));
    CHECK(contains(ktap, "\n1..8\n"));
    CHECK(contains(ktap, "\n#   observed: 0 == 1\n"));
    CHECK(contains(ktap, "\nnot ok 1 pipe.read-empty-blocks\nok 2 pipe.data-roundtrip\n"));
    CHECK(contains(ktap, "\nok 3 fifo.open-read-blocks # XFAIL expected FAIL: "));
    CHECK(contains(ktap, "\nok 4 posix-mq.empty-block # SKIP RESTRICTED: mq_open: EMFILE (remedy: raise"));
    CHECK(contains(ktap, "not ok 8 udp.no-handshake\n"));
}

TEST_CASE("ktap: what no result shows stands at the end")
{
    Run run = run_of(samples::result("pipe.a", Verdict::pass));
    CHECK(ktap_of(run).ends_with("ok 1 pipe.a\n"));
    run.unexpected = {"unknown id in the expectations: pipe.z"};
    CHECK(ktap_of(run).ends_with("ok 1 pipe.a\n# ipc-conform.run: unknown id in the expectations: pipe.z\n"));
}

TEST_CASE("tap: a message tells its reason once")
{
    Result result = samples::result("pipe.a", Verdict::fail);
    result.expected = false;
    result.reason = "0 == 1";
    result.expectation = "unexpected FAIL: 0 == 1";
    CHECK(contains(point_of(result), "  message: \"unexpected FAIL: 0 == 1\"\n"));
}
