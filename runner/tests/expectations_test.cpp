#include "runner/expectations.hpp"
#include "runner/tests/planted.hpp"

#include <fmt/format.h>
#include <fstream>

using namespace ipc_conform::reports;
using namespace ipc_conform::runner;
using Words = std::vector<std::string>;

namespace
{

Result result(const std::string& id, Verdict verdict)
{
    Result measured;
    measured.id = id;
    measured.verdict = verdict;
    if (verdict == Verdict::fail)
    {
        measured.failures.push_back({"main", "os::read(end) == 1", "0 == 1", "a.cpp", 3});
    }
    return measured;
}

Expectations expecting(Verdict verdict, const std::string& signature, const std::string& id = "pipe.a")
{
    Expectation entry{id, verdict, signature, "so it is", "https://a.example"};
    entry.place = {"known.toml", 7};
    return {"known.toml", {entry}};
}

/// One result judged: the run's unexpected lines.
Words lines(Result& judged, const Expectations& expectations)
{
    Run run;
    run.results.push_back(judged);
    apply(expectations, run, {"pipe.a", "pipe.b"});
    judged = run.results.front();
    CHECK(judged.expected == (run.unexpected.empty() && judged.verdict != Verdict::unresolved));
    return run.unexpected;
}

Words lines(Verdict verdict, const Expectations& expectations)
{
    Result judged = result("pipe.a", verdict);
    return lines(judged, expectations);
}

const Expectations nothing{"empty.toml", {}};

} // namespace

TEST_CASE("without an entry only a FAIL is unexpected")
{
    CHECK(lines(Verdict::pass, nothing).empty());
    CHECK(lines(Verdict::unsupported, nothing).empty());
    CHECK(lines(Verdict::restricted, nothing).empty());
    CHECK(lines(Verdict::untested, nothing).empty());
    CHECK(lines(Verdict::unresolved, nothing).empty());
    CHECK(lines(Verdict::fail, nothing)
          == Words{"unexpected FAIL: pipe.a: expected os::read(end) == 1, observed 0 == 1"});

    Result reasoned = result("pipe.a", Verdict::fail);
    reasoned.reason = "hung in read(3)";
    CHECK(lines(reasoned, nothing) == Words{"unexpected FAIL: pipe.a: hung in read(3)"});
    CHECK(reasoned.expectation == "unexpected FAIL: hung in read(3)");
}

TEST_CASE("UNRESOLVED is never expected, and leads to no line")
{
    Result unresolved = result("pipe.a", Verdict::unresolved);
    CHECK(lines(unresolved, expecting(Verdict::fail, "0 == 1")).empty());
    CHECK(!unresolved.expected);
    CHECK(unresolved.expectation == "the kit could not decide");
}

TEST_CASE("an expected FAIL carries its reason and link")
{
    for (const char* signature : {"os::read", "0 == 1", "in read"})
    {
        Result known = result("pipe.a", Verdict::fail);
        known.reason = "hung in read(3)";
        CHECK(lines(known, expecting(Verdict::fail, signature)).empty());
        CHECK(known.expectation == "so it is");
        CHECK(known.link == "https://a.example");
    }
}

TEST_CASE("a signature is looked for in every failure")
{
    Result known = result("pipe.a", Verdict::fail);
    known.failures.push_back({"peer", "second", "EBADF", "a.cpp", 4});
    CHECK(lines(known, expecting(Verdict::fail, "EBADF")).empty());
}

TEST_CASE("another failure than the expected one is news")
{
    CHECK(lines(Verdict::fail, expecting(Verdict::fail, "EINVAL"))
          == Words{"changed signature: pipe.a: \"EINVAL\" was expected because so it is; now: "
                   "expected os::read(end) == 1, observed 0 == 1"});
    Result silent = result("pipe.a", Verdict::fail);
    silent.failures.clear();
    CHECK(lines(silent, expecting(Verdict::fail, "EINVAL"))
          == Words{"changed signature: pipe.a: \"EINVAL\" was expected because so it is; now: no reason given"});
}

TEST_CASE("a signature says of broken text what a report says")
{
    Result known = result("pipe.a", Verdict::fail);
    known.failures.front().observed = "got \xff\xfe";
    CHECK(lines(known, expecting(Verdict::fail, "got \uFFFD\uFFFD")).empty());
}

TEST_CASE("an expired entry excuses nothing, and is told whatever the result")
{
    Expectations expired = expecting(Verdict::fail, "0 == 1");
    expired.entries.front().expires = std::chrono::year{2027} / 1 / 31;
    CHECK(lines(Verdict::fail, expired).empty());
    expired.entries.front().expired = true;
    const std::string told =
        "expired expectation: pipe.a: known.toml:7 excused it until 2027-01-31; renew its date, or remove it";

    Run run;
    run.results = {result("pipe.a", Verdict::fail)};
    apply(expired, run, {"pipe.a"});
    CHECK(run.unexpected
          == Words{told,
                   "unexpected FAIL: pipe.a: expected os::read(end) == 1, observed 0 == 1; known.toml:7 excused "
                   "it until 2027-01-31"});
    CHECK_FALSE(run.results.front().expected);
    CHECK(run.results.front().link.empty());

    for (const Verdict verdict : {Verdict::pass, Verdict::unsupported, Verdict::restricted})
    {
        Run quiet;
        quiet.results = {result("pipe.a", verdict)};
        apply(expired, quiet, {"pipe.a"});
        CHECK(quiet.unexpected == Words{told});
        CHECK(quiet.results.front().expected);
        CHECK(exit_status(quiet) == Exit::unexpected);
    }
    Run unselected;
    apply(expired, unselected, {"pipe.a"});
    CHECK(unselected.unexpected == Words{told});
}

TEST_CASE("a departure that has gone is news")
{
    Result better = result("pipe.a", Verdict::pass);
    CHECK(lines(better, expecting(Verdict::fail, "0 == 1"))
          == Words{"unexpected PASS: pipe.a: expected FAIL because so it is"});
    CHECK(better.link == "https://a.example");
    CHECK(lines(Verdict::pass, expecting(Verdict::restricted, ""))
          == Words{"unexpected PASS: pipe.a: expected RESTRICTED because so it is"});
}

TEST_CASE("what was expected not to run may not fail")
{
    CHECK(lines(Verdict::unsupported, expecting(Verdict::unsupported, "")).empty());
    CHECK(lines(Verdict::fail, expecting(Verdict::unsupported, ""))
          == Words{"unexpected FAIL: pipe.a: expected os::read(end) == 1, observed 0 == 1; "
                   "expected UNSUPPORTED because so it is"});
    Result denied = result("pipe.a", Verdict::restricted);
    denied.reason = "mq_open = -1 EPERM";
    CHECK(lines(denied, expecting(Verdict::restricted, "EPERM")).empty());
    CHECK(
        lines(denied, expecting(Verdict::restricted, "EMFILE"))
        == Words{"changed signature: pipe.a: \"EMFILE\" was expected because so it is; now: mq_open = -1 EPERM"});
}

TEST_CASE("an entry whose property did not run, or was not selected, says nothing")
{
    for (const Verdict verdict : {Verdict::unsupported, Verdict::restricted, Verdict::untested})
    {
        CHECK(lines(verdict, expecting(Verdict::fail, "0 == 1")).empty());
    }
    CHECK(lines(Verdict::pass, expecting(Verdict::fail, "0 == 1", "pipe.b")).empty());
}

TEST_CASE("an entry for an id that the kit does not know is told, with the nearest")
{
    Run run;
    apply(expecting(Verdict::fail, "0", "pipe.bb"), run, {"pipe.a", "pipe.b"});
    CHECK(run.unexpected == Words{"unknown id in known.toml:7: pipe.bb; nearest: pipe.b, pipe.a"});
    CHECK(run.expectations == "known.toml");
}

TEST_CASE("a build with some of the rooms passes over the kit's own entries for the others")
{
    Expectations own = expecting(Verdict::fail, "0", "fifo.a");
    own.entries.front().own = true;
    Run run;
    apply(own, run, {"pipe.a"});
    CHECK(run.unexpected.empty());
    apply(own, run, {"pipe.a", "fifo.b"});
    CHECK(run.unexpected.size() == 1);
}

TEST_CASE("what a case left behind is unexpected, whatever its verdict")
{
    Result leaking = result("pipe.a", Verdict::pass);
    leaking.leaks = {{"process", "41"}, {"file", "abc"}};
    CHECK(lines(leaking, nothing) == Words{"left behind: pipe.a: process 41", "left behind: pipe.a: file abc"});
    CHECK(leaking.expectation == "left behind: process 41; left behind: file abc");

    Result known = result("pipe.a", Verdict::fail);
    known.leaks = {{"process", "41"}};
    CHECK(lines(known, expecting(Verdict::fail, "0 == 1")) == Words{"left behind: pipe.a: process 41"});
    CHECK(known.expectation == "so it is; left behind: process 41");
}
