#include "reports/comparison.hpp"
#include "reports/tests/sample.hpp"

#include <doctest/doctest.h>
#include <map>
#include <string>
#include <vector>

using namespace ipc_conform::reports;

namespace
{

Result failing(const std::string& check)
{
    Result result = samples::result("pipe.a", Verdict::fail);
    result.failures = {{"main", check, check + " with 4711", "cases/pipe/a.cpp", 12}};
    result.reason = check + " with 4711";
    return result;
}

Result recording(const std::string& level, const Value& value)
{
    Result result = samples::result("pipe.capacity", Verdict::pass);
    result.level = level;
    result.observed = {{"capacity", value}};
    return result;
}

Run run_of(std::vector<Result> results)
{
    Run run;
    run.kit_version = "0.1.0";
    run.platform.system = "Linux";
    run.results = std::move(results);
    return run;
}

std::vector<Change> kinds_of(const Comparison& comparison)
{
    std::vector<Change> kinds;
    for (const PropertyChange& changed : comparison.changes)
    {
        kinds.push_back(changed.change);
    }
    return kinds;
}

} // namespace

TEST_CASE("comparison: the rule, verdict by verdict")
{
    using enum Change;
    // In the order of every_verdict: PASS, FAIL, UNSUPPORTED, RESTRICTED, UNRESOLVED, UNTESTED.
    const std::map<Verdict, std::vector<Change>> rule{
        {Verdict::pass, {same, regression, regression, no_longer_judged, undecided, no_longer_judged}},
        {Verdict::fail, {fix, same, no_longer_judged, no_longer_judged, undecided, no_longer_judged}},
        {Verdict::unsupported, {fix, now_judged, same, other_obstacle, other_obstacle, other_obstacle}},
        {Verdict::restricted, {now_judged, now_judged, other_obstacle, same, other_obstacle, other_obstacle}},
        {Verdict::unresolved, {now_judged, now_judged, other_obstacle, other_obstacle, same, other_obstacle}},
        {Verdict::untested, {now_judged, now_judged, other_obstacle, other_obstacle, other_obstacle, same}},
    };
    for (const Verdict before : every_verdict)
    {
        for (std::size_t index = 0; index < every_verdict.size(); ++index)
        {
            CAPTURE(name_of(before));
            CAPTURE(name_of(every_verdict[index]));
            CHECK(change_between(before, every_verdict[index]) == rule.at(before)[index]);
        }
    }
}

TEST_CASE("comparison: what one system documents is not lost by another one")
{
    Result before = samples::result("futex.wait", Verdict::pass);
    Result after = samples::result("futex.wait", Verdict::unsupported);
    CHECK(change_between(before, after, false) == Change::regression); // a standard requires it of both
    before.level = after.level = "platform";
    CHECK(change_between(before, after, true) == Change::regression);
    CHECK(change_between(before, after, false) == Change::no_longer_judged);
    CHECK(change_between(after, before, false) == Change::now_judged);
    after.verdict = Verdict::fail;
    CHECK(change_between(before, after, false) == Change::regression);
}

TEST_CASE("comparison: a signature is the checks that failed, not the values that they saw")
{
    Result again = failing("os::read(…) == 1");
    again.failures.front().observed = "os::read(…) == 1 with 815";
    again.failures.front().line = 99;
    again.reason = "other words";
    CHECK(change_between(failing("os::read(…) == 1"), again, true) == Change::same);
    CHECK(change_between(failing("os::read(…) == 1"), failing("errno == EAGAIN"), true)
          == Change::changed_signature);
    again.failures.front().process = "reader";
    CHECK(change_between(failing("os::read(…) == 1"), again, true) == Change::changed_signature);

    Result killed = samples::result("pipe.a", Verdict::fail);
    killed.reason = "process 4711 was killed by SIGSEGV";
    Result killed_again = killed;
    killed_again.reason = "process 815 was killed by SIGSEGV";
    CHECK(change_between(killed, killed_again, true) == Change::same);
    killed_again.reason = "process 815 was killed by SIGBUS";
    CHECK(change_between(killed, killed_again, true) == Change::changed_signature);
}

TEST_CASE("comparison: what differs between two runs of one host does not count")
{
    const Run before = samples::rich_run();
    Run after = before;
    after.started = "2025-01-03T00:00:00Z";
    after.seed = 7;
    after.partial = false;
    for (Result& result : after.results)
    {
        result.milliseconds += 1;
        result.line += 1;
        for (Lane& lane : result.timeline)
        {
            lane.pid += 100;
        }
    }
    const Comparison comparison = compare(before, after);
    CHECK(comparison.equal());
    CHECK(comparison.same == before.results.size());
    CHECK(comparison.values.empty());
    CHECK(exit_status(comparison) == Exit::as_expected);
    CHECK(summary_line(comparison) == "equal: 8 properties as before");
}

TEST_CASE("comparison: changes come in the order in which they matter")
{
    const Run before =
        run_of({samples::result("pipe.gone", Verdict::pass), samples::result("pipe.fixed", Verdict::fail),
                samples::result("pipe.broken", Verdict::pass), samples::result("pipe.same", Verdict::pass),
                failing("errno == EAGAIN")});
    const Run after =
        run_of({failing("errno == EINTR"), samples::result("pipe.same", Verdict::pass),
                samples::result("pipe.new", Verdict::fail), samples::result("pipe.fixed", Verdict::pass),
                samples::result("pipe.broken", Verdict::fail)});
    const Comparison comparison = compare(before, after);
    CHECK(kinds_of(comparison)
          == std::vector{Change::regression, Change::changed_signature, Change::gone, Change::fix,
                         Change::appeared});
    CHECK(comparison.changes.front().newest().id == "pipe.broken");
    CHECK(comparison.changes[2].newest().id == "pipe.gone");
    CHECK(comparison.same == 1);
    CHECK(exit_status(comparison) == Exit::unexpected);
    CHECK(summary_line(comparison)
          == "1 regression, 1 changed signature, 1 gone, 1 fix, 1 new; 1 property as before");
}

TEST_CASE("comparison: a failure that somebody expects by now is a regression all the same, an old one is none")
{
    Run before = run_of({samples::result("pipe.a", Verdict::pass)});
    const Run after = run_of({failing("errno == EAGAIN")});
    CHECK(after.results.front().expected);
    CHECK(exit_status(compare(before, after)) == Exit::unexpected);
    before = after;
    before.results.front().expected = false;
    CHECK(compare(before, after).equal());
}

TEST_CASE("comparison: only a regression is unexpected; what could not be compared is not judged")
{
    const Run passed = run_of({samples::result("pipe.a", Verdict::pass)});
    const Run failed = run_of({samples::result("pipe.a", Verdict::fail)});
    const Run undecided = run_of({samples::result("pipe.a", Verdict::unresolved)});
    const Run other = run_of({samples::result("pipe.b", Verdict::fail)});
    CHECK(exit_status(compare(passed, failed)) == Exit::unexpected);
    CHECK(exit_status(compare(failed, passed)) == Exit::as_expected);
    CHECK(exit_status(compare(passed, undecided)) == Exit::not_judged);
    CHECK(exit_status(compare(undecided, failed)) == Exit::as_expected);
    CHECK(exit_status(compare(passed, other)) == Exit::nothing_ran);
    CHECK(exit_status(compare(Run{}, Run{})) == Exit::nothing_ran);
    Run cut_short = passed;
    cut_short.partial = true;
    CHECK(exit_status(compare(passed, cut_short)) == Exit::not_judged);
    CHECK(exit_status(compare(cut_short, passed)) == Exit::as_expected);
}

TEST_CASE("comparison: recorded values are told where they are the outcome, and do not count")
{
    const auto values_of = [](const Result& before, const Result& after) {
        const Run earlier = run_of({before});
        const Run later = run_of({after});
        const Comparison comparison = compare(earlier, later);
        CHECK(comparison.equal());
        CHECK(exit_status(comparison) == Exit::as_expected);
        return comparison.values.size();
    };
    const Value small = std::int64_t{4096};
    const Value large = std::int64_t{65536};
    CHECK(values_of(recording("defined", small), recording("defined", large)) == 1);
    CHECK(values_of(recording("may", small), recording("may", large)) == 1);
    CHECK(values_of(recording("shall", small), recording("shall", large)) == 0);
    CHECK(values_of(recording("defined", small), recording("defined", small)) == 0);
    CHECK(values_of(recording("defined", 0.5), recording("defined", 0.75)) == 0);
    CHECK(values_of(recording("defined", std::string{"took 3.5 µs"}),
                    recording("defined", std::string{"took 12 ms"}))
          == 0);
    CHECK(values_of(recording("defined", std::string{"noise 5 %"}), recording("defined", std::string{"noise 7%"}))
          == 0);
    CHECK(values_of(recording("defined", std::string{"5 slots"}), recording("defined", std::string{"7 slots"}))
          == 1);

    Result before = recording("defined", small);
    Result after = before;
    before.observed = {{"new parent's PID", std::int64_t{12}}};
    after.observed = {{"new parent's PID", std::int64_t{13}}};
    CHECK(values_of(before, after) == 0);
    after.observed = {{"new parent's PID", std::int64_t{13}}, {"limit", large}};
    CHECK(values_of(before, after) == 1);
    CHECK(values_of(after, before) == 1);
}

TEST_CASE("comparison: an id that a report has twice counts once")
{
    const Run once = run_of({samples::result("pipe.a", Verdict::pass)});
    const Run twice = run_of({samples::result("pipe.a", Verdict::pass), samples::result("pipe.a", Verdict::fail)});
    CHECK(compare(once, twice).equal());
    CHECK(compare(twice, once).equal());
    CHECK(compare(twice, twice).same == 1);
    const Comparison all_gone = compare(twice, run_of({}));
    CHECK(all_gone.count(Change::gone) == 1);
}
