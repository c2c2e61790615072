// What the kit says of cases that end by themselves.
#include "runner/tests/kit/kit.hpp"

#ifdef __linux__
#include <sys/prctl.h>
#endif

using namespace ipc_conform::runner::tests;

namespace
{

bool contains(const Json& text, const std::string& part)
{
    return text.get<std::string>().find(part) != std::string::npos;
}

} // namespace

TEST_CASE("verdict: a case whose checks hold")
{
    Kit kit;
    const Json passed = kit.result("planted.passes");
    CHECK(passed["verdict"] == "PASS");
    CHECK(passed["expected"] == true);
    CHECK(passed["evidence"] == "values");
    CHECK(passed["leaks"].empty());
    CHECK(kit.run({"run", "planted.passes"}).status == 0);
    CHECK(kit.left_nothing());
}

TEST_CASE("verdict: checks that do not hold")
{
    Kit kit;
    const Json failed = kit.result("planted.fails");
    CHECK(failed["verdict"] == "FAIL");
    CHECK(failed["expected"] == false);
    REQUIRE(failed["failures"].size() == 2);
    CHECK(failed["failures"][0]["process"] == "main");
    CHECK(failed["failures"][0]["expected"] == "CHECK(found == 42)");
    CHECK(contains(failed["failures"][0]["observed"], "41 == 42"));
    CHECK(failed["failures"][0]["line"] > 0);
    CHECK(contains(failed["failures"][0]["file"], "planted/verdicts.cpp"));
    CHECK(contains(failed["reason"], "found == 42"));
    CHECK(contains(failed["rerun"], "run planted.fails"));
    CHECK_FALSE(failed["timeline"].empty());
    CHECK(kit.result("planted.fails-twice-named")["failures"].size() == 1);
    CHECK(kit.run({"run", "planted.fails"}).status == 1);
}

TEST_CASE("verdict: what decides nothing is UNRESOLVED, and exit status 3")
{
    Kit kit;
    for (const char* id :
         {"planted.throws", "planted.checks-nothing", "planted.exits-early", "planted.exits-by-library",
          "planted.closes-journal", "planted.throws-in-peer", "planted.set-up-unresolved"})
    {
        CAPTURE(id);
        const Json result = kit.result(id);
        CHECK(result["verdict"] == "UNRESOLVED");
        CHECK(result["expected"] == false);
        CHECK(result["reason"] != "");
        CHECK(kit.run({"run", id}).status == 3);
    }
    CHECK(contains(kit.result("planted.throws")["reason"], "planted exception"));
    CHECK(contains(kit.result("planted.exits-early")["reason"], "status 7"));
}

TEST_CASE("verdict: set-up that fails is never the system's failure")
{
    Kit kit;
    const Json restricted = kit.result("planted.set-up-restricted");
    CHECK(restricted["verdict"] == "RESTRICTED");
    CHECK(contains(restricted["reason"], "EMFILE"));
    CHECK(contains(restricted["remedy"], "RLIMIT_NOFILE"));
    CHECK(kit.result("planted.set-up-unsupported")["verdict"] == "UNSUPPORTED");
    CHECK(contains(kit.result("planted.set-up-unresolved")["reason"], "EDOM"));
    CHECK(kit.result("planted.denied")["verdict"] == "UNSUPPORTED");
    const Json in_peer = kit.result("planted.set-up-fails-in-peer");
    CHECK(in_peer["verdict"] == "RESTRICTED");
    CHECK(contains(in_peer["remedy"], "RLIMIT_NOFILE"));
}

TEST_CASE("verdict: a check fails for what the system answered, not for what is absent")
{
    Kit kit;
    CHECK(kit.result("planted.not-implemented")["verdict"] == "UNSUPPORTED");
    CHECK(kit.result("planted.answers-eperm")["verdict"] == "FAIL");
#ifdef __linux__
    CHECK(kit.result("planted.answers-enosys")["verdict"] == "FAIL"); // by a call that this kernel implements
#endif
}

TEST_CASE("verdict: what is not run says why, and nothing ran is exit status 4")
{
    Kit kit;
    const Json untested = kit.result("planted.untested");
    CHECK(untested["verdict"] == "UNTESTED");
    CHECK(untested["reason"] == "planted reason");
    const Json foreign = kit.result("planted.other-system");
    CHECK(foreign["verdict"] == "UNSUPPORTED");
    CHECK(contains(foreign["reason"], "Plan 9"));
    CHECK(kit.result("planted.this-system")["verdict"] == "PASS");
    CHECK(kit.run({"run", "planted.untested", "planted.other-system"}).status == 4);
    CHECK(kit.run({"run", "planted.set-up-unsupported"}).status == 4);
    CHECK(kit.run({"run", "planted.untested", "planted.passes"}).status == 0);
}

TEST_CASE("verdict: failures elsewhere carry their process's name")
{
    Kit kit;
    const auto found_by = [&](const std::string& id, const std::string& process) {
        CAPTURE(id);
        const Json result = kit.result(id);
        CHECK(result["verdict"] == "FAIL");
        REQUIRE_FALSE(result["failures"].empty());
        CHECK(result["failures"][0]["process"] == process);
    };
    found_by("planted.fails-in-peer", "unlucky peer");
    found_by("planted.requires-in-peer", "strict peer");
    if (!plainly())
    {
        found_by("planted.fails-in-stranger", "odd stranger");
    }
    found_by("planted.peer-crashes", "main");
    CHECK(contains(kit.result("planted.peer-crashes")["reason"], "broken peer was killed by SIGSEGV"));
    CHECK(contains(kit.result("planted.peer-crashes-unseen")["reason"], "broken peer was killed by SIGSEGV"));
    CHECK(kit.result("planted.family")["verdict"] == with_stranger("PASS"));
    CHECK(kit.left_nothing());
}

TEST_CASE("verdict: totals count every verdict")
{
    Kit kit;
    const Json report = kit.report({"planted.passes", "planted.fails", "planted.throws", "planted.untested",
                                    "planted.other-system", "planted.set-up-restricted"});
    for (const char* verdict : {"PASS", "FAIL", "UNSUPPORTED", "RESTRICTED", "UNRESOLVED", "UNTESTED"})
    {
        CAPTURE(verdict);
        CHECK(report["totals"][verdict] == 1);
    }
    CHECK(report["partial"] == false);
}

TEST_CASE("verdict: observed values keep their types")
{
    Kit kit;
    const Json observed = kit.result("planted.records-values")["observed"];
    CHECK(observed["number"] == 65536);
    CHECK(observed["negative"] == -7);
    CHECK(observed["truth"] == true);
    CHECK(observed["ratio"] == 0.5);
    CHECK(observed["changed"] == 2);
    CHECK(contains(observed["text"], "quoted \"text\"\n\x01"));
}
