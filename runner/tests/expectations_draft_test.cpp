#include "runner/expectations.hpp"
#include "runner/expectations_draft.hpp"

#include "reports/printable.hpp"
#include "runner/tests/planted.hpp"

#include <algorithm>
#include <sstream>

using namespace ipc_conform::reports;
using namespace ipc_conform::runner;

namespace
{

Result failed(const std::string& id, const std::string& observed)
{
    Result result;
    result.id = id;
    result.verdict = Verdict::fail;
    result.reason = "os::read(end) == 1: " + observed;
    result.failures = {{"main", "os::read(end) == 1", observed, "a.cpp", 3}};
    return result;
}

/// The run judged by these expectations.
Run judged(std::vector<Result> results, const Expectations& expectations = {"empty.toml", {}})
{
    Run run;
    run.results = std::move(results);
    apply(expectations, run, {"pipe.a", "pipe.b"});
    return run;
}

/// The draft with every "?" filled in.
Expectations filled_in(const Run& run)
{
    std::string text = expectations_draft(run);
    for (std::size_t at = 0; (at = text.find("= \"?\"", at)) != std::string::npos; ++at)
    {
        text.replace(at, 5, "= \"so it is\"");
    }
    return parse_expectations(text, "new.toml");
}

bool says(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string signature_of(const Result& result)
{
    const Expectations drafted = filled_in(judged({result}));
    REQUIRE(drafted.entries.size() == 1);
    CHECK(drafted.entries.front().id == result.id);
    CHECK(drafted.entries.front().verdict == result.verdict);
    return drafted.entries.front().signature;
}

} // namespace

TEST_CASE("a draft has an entry for each unexpected FAIL, and makes it expected once it is filled in")
{
    Result passed;
    passed.id = "pipe.b";
    passed.verdict = Verdict::pass;
    const Run run = judged({failed("pipe.a", "0 == 1"), passed});
    const Expectations drafted = filled_in(run);
    REQUIRE(drafted.entries.size() == 1);

    CHECK(judged(run.results, drafted).unexpected.empty());
    Run other = judged({failed("pipe.a", "2 == 1")}, drafted);
    REQUIRE(other.unexpected.size() == 1);
    CHECK(other.unexpected.front().starts_with("changed signature: pipe.a"));
    other = judged({passed, failed("pipe.b", "0 == 1")}, drafted);
    REQUIRE(other.unexpected.size() == 1);
    CHECK(other.unexpected.front().starts_with("unexpected FAIL: pipe.b"));
}

TEST_CASE("a draft is refused until someone fills it in")
{
    const std::string text = expectations_draft(judged({failed("pipe.a", "0 == 1")}));
    CHECK(text.ends_with("\n[[expectation]]\nproperty = \"pipe.a\"\nverdict = \"FAIL\"\n"
                         "signature = \"os::read(end) == 1: 0 == 1\"\nreason = \"?\"\nlink = \"?\"\n"));
    const std::string refused = tests::refusal([&] { parse_expectations(text, "new.toml"); });
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find("reason = ")), '\n');
    CHECK(
        refused.starts_with("new.toml:" + std::to_string(line) + ": the expectation of pipe.a lacks its reason"));
}

TEST_CASE("a draft passes over what is expected, and over what no entry can expect")
{
    Result known = failed("pipe.a", "0 == 1");
    Result leaking = failed("pipe.a", "0 == 1");
    leaking.leaks = {{"file", "abc"}};
    Result undecided;
    undecided.id = "pipe.b";
    Result absent = undecided;
    absent.verdict = Verdict::unsupported;
    const Expectations expecting{"known.toml", {{"pipe.a", Verdict::fail, "0 == 1", "so it is", "link"}}};

    CHECK(says(expectations_draft(judged({known}, expecting)), "Nothing in that run needs an entry."));
    CHECK(says(expectations_draft(judged({undecided}, expecting)), "Nothing in that run needs an entry."));
    CHECK(says(expectations_draft(judged({absent}, expecting)), "Nothing in that run needs an entry."));
    const std::string told = expectations_draft(judged({leaking}, expecting));
    CHECK(says(told, "Nothing in that run needs an entry."));
    CHECK(says(told, "#   left behind: pipe.a: file abc\n"));
    CHECK(filled_in(judged({leaking})).entries.size() == 1);

    known.verdict = Verdict::pass;
    CHECK(says(expectations_draft(judged({known}, expecting)), "#   unexpected PASS: pipe.a: expected FAIL"));
}

TEST_CASE("a draft renews an entry whose signature has changed, also that of what was not checked")
{
    const Expectations expecting{
        "known.toml",
        {{"pipe.a", Verdict::fail, "EIO", "so", "link"}, {"pipe.b", Verdict::restricted, "EMFILE", "so", "link"}}};
    Result denied;
    denied.id = "pipe.b";
    denied.verdict = Verdict::restricted;
    denied.reason = "mq_open = -1 EPERM";
    const Run run = judged({failed("pipe.a", "0 == 1"), denied}, expecting);
    REQUIRE(run.unexpected.size() == 2);
    const Expectations drafted = filled_in(run);
    REQUIRE(drafted.entries.size() == 2);
    CHECK(drafted.entries[1].verdict == Verdict::restricted);
    CHECK(judged(run.results, drafted).unexpected.empty());
}

TEST_CASE("a signature is what the failure says, without what is not the system's")
{
    CHECK(signature_of(failed("pipe.a", "0 == 1")) == "os::read(end) == 1: 0 == 1");
    Result hung = failed("pipe.a", "");
    hung.failures.clear();
    hung.reason = "did not end within 10000 ms; the timeline shows where each process was stuck";
    CHECK(signature_of(hung) == "did not end within");
    Result crashed = hung;
    crashed.reason = "the case was killed by SIGSEGV";
    CHECK(signature_of(crashed) == crashed.reason);
    Result foreign = failed("pipe.a", "0 == 1");
    foreign.reason = "a check failed";
    CHECK(signature_of(foreign) == "os::read(end) == 1: 0 == 1");

    Result silent = hung;
    silent.reason = " ";
    CHECK(says(expectations_draft(judged({silent})), "signature = \"?\"\n"));

    Result raced = failed("pipe.a", "0 == 1");
    const Expectations drafted = filled_in(judged({raced}));
    raced.failures.insert(raced.failures.begin(), {"peer", "os::write(end) == 1", "0 == 1", "a.cpp", 9});
    CHECK(judged({raced}, drafted).unexpected.empty());
    raced.failures.pop_back();
    raced.reason = "os::write(end) == 1: 0 == 1";
    CHECK(judged({raced}, drafted).unexpected.size() == 1);

    const Result endless = failed("pipe.a", std::string(100'000, 'x') + "\u20ac");
    CHECK(signature_of(endless).size() <= 300);
    CHECK(signature_of(endless).starts_with("os::read(end) == 1: xxx"));
}

TEST_CASE("a draft is valid whatever the report says, and hides nothing")
{
    std::string everything =
        "\"'''\"\"\" \\ # = [[x]] \u202e \u2028 \ufffe \ufeff \x7f \u0085 \U000e0041 \u20ac\u2026";
    for (char control = 0; control < 0x20; ++control)
    {
        everything += control;
    }
    const Result hostile = failed("pipe.a\n[[expectation]]\"", everything);
    Run run = judged({hostile, hostile});
    run.started = run.platform.system = run.expectations = everything;
    run.unexpected.push_back(everything);
    const Expectations drafted = filled_in(run);
    REQUIRE(drafted.entries.size() == 1);
    CHECK(drafted.entries.front().id == hostile.id);
    CHECK(judged({hostile}, drafted).results.front().expected);

    std::istringstream lines{expectations_draft(run)};
    for (std::string line; std::getline(lines, line);)
    {
        CAPTURE(line);
        CHECK(printable(line) == line);
    }

    const Result broken = failed("pipe.a", "got \xff\xc0\x80 and \xed\xa0\x80");
    CHECK(judged({broken}, filled_in(judged({broken}))).results.front().expected);
}
