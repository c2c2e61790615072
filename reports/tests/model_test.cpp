#include "reports/model.hpp"
#include "reports/tests/sample.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform::reports;

namespace
{

Run run_of(std::initializer_list<Verdict> verdicts)
{
    Run run;
    for (const Verdict verdict : verdicts)
    {
        run.results.push_back(samples::result("pipe.any", verdict));
    }
    return run;
}

} // namespace

TEST_CASE("every verdict has a name that leads back to it")
{
    for (const Verdict verdict : every_verdict)
    {
        CHECK(verdict_named(name_of(verdict)) == verdict);
    }
    CHECK_FALSE(verdict_named("pass"));
    CHECK_FALSE(verdict_named(""));
}

TEST_CASE("totals count each verdict in the order of every_verdict")
{
    const Run run = run_of({Verdict::pass, Verdict::pass, Verdict::pass, Verdict::fail, Verdict::unsupported,
                            Verdict::unsupported, Verdict::untested});
    const auto counted = totals(run.results);
    CHECK(counted == std::array<std::size_t, 6>{3, 1, 2, 0, 0, 1});
    CHECK(totals({}) == std::array<std::size_t, 6>{});
}

TEST_CASE("a run that checked something and is as expected exits 0")
{
    CHECK(exit_status(run_of({Verdict::pass})) == Exit::as_expected);
    CHECK(exit_status(run_of({Verdict::fail})) == Exit::as_expected); // known to the expectations
    CHECK(exit_status(run_of({Verdict::pass, Verdict::restricted, Verdict::untested})) == Exit::as_expected);
}

TEST_CASE("anything unexpected exits 1, whatever else happened")
{
    for (Run run : {run_of({}), run_of({Verdict::pass}), run_of({Verdict::unresolved})})
    {
        run.unexpected = {"something"};
        CHECK(exit_status(run) == Exit::unexpected);
        run.partial = true;
        CHECK(exit_status(run) == Exit::unexpected);
    }
}

TEST_CASE("a run that could not judge everything exits 3")
{
    CHECK(exit_status(run_of({Verdict::pass, Verdict::unresolved})) == Exit::not_judged);
    Run cut_short = run_of({Verdict::pass});
    cut_short.partial = true;
    CHECK(exit_status(cut_short) == Exit::not_judged);
    cut_short.results.clear();
    CHECK(exit_status(cut_short) == Exit::not_judged);
}

TEST_CASE("a run in which nothing was checked is not green: it exits 4")
{
    CHECK(exit_status(run_of({})) == Exit::nothing_ran);
    CHECK(exit_status(run_of({Verdict::unsupported, Verdict::restricted, Verdict::untested}))
          == Exit::nothing_ran);
}

TEST_CASE("the exit statuses are the documented numbers")
{
    CHECK(static_cast<int>(Exit::as_expected) == 0);
    CHECK(static_cast<int>(Exit::unexpected) == 1);
    CHECK(static_cast<int>(Exit::usage) == 2);
    CHECK(static_cast<int>(Exit::not_judged) == 3);
    CHECK(static_cast<int>(Exit::nothing_ran) == 4);
}

TEST_CASE("recorded values are written as a person writes them")
{
    CHECK(text_of(Value{true}) == "true");
    CHECK(text_of(Value{std::int64_t{-3}}) == "-3");
    CHECK(text_of(Value{0.5}) == "0.5");
    CHECK(text_of(Value{std::string{"as is"}}) == "as is");
}
