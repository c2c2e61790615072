// Cases that hang, crash, flood or let processes escape: told rightly, and nothing of them stays.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

using namespace ipc_conform::runner::tests;

namespace
{

bool contains(const Json& text, const std::string& part)
{
    return text.get<std::string>().find(part) != std::string::npos;
}

Json lane_of(const Json& result, const std::string& process)
{
    for (const Json& lane : result["timeline"])
    {
        if (lane["process"] == process)
        {
            return lane;
        }
    }
    return {};
}

bool charged_with_process(const Json& result)
{
    return std::ranges::any_of(result["leaks"], [](const Json& leak) { return leak["kind"] == "process"; });
}

} // namespace

TEST_CASE("ending: a hang fails at its deadline and shows where each process was stuck")
{
    Kit kit;
    const Json hung = kit.result("planted.hangs", {"--deadline", "1.5"});
    CHECK(hung["verdict"] == "FAIL");
    CHECK(contains(hung["reason"], "did not end within 1500 ms"));
    CHECK(hung["milliseconds"] >= 500);
    CHECK(hung["milliseconds"] < 5000);
    for (const char* process : {"main", "stuck reader"})
    {
        CAPTURE(process);
        const Json lane = lane_of(hung, process);
        REQUIRE(lane.is_object());
        REQUIRE_FALSE(lane["calls"].empty());
        CHECK(contains(lane["calls"].back()["call"], "read("));
        CHECK(lane["calls"].back()["result"] == "");
#ifdef __linux__
        CHECK(contains(lane["stuck_in"], "state S"));
#endif
    }
    CHECK(hung["leaks"].empty()); // the kit ended it: it could not clean up
    CHECK(remaining(kit.diary()) == "");
    CHECK(kit.left_nothing());
}

TEST_CASE("ending: nothing keeps a case alive beyond its deadline")
{
    Kit kit;
    const Json report = kit.report(
        {"planted.ignores-everything", "planted.hangs-with-stranger", "--deadline", "0.3", "--jobs", "2"});
    CHECK(report["totals"]["FAIL"] == (plainly() ? 1 : 2));
    CHECK(report["milliseconds"] < 5000);
    for (const Json& result : report["results"])
    {
        CHECK(result["leaks"].empty());
        CHECK(result["verdict"]
              == (result["id"] == "planted.ignores-everything" ? "FAIL" : with_stranger("FAIL")));
    }
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("ending: a crash is a failure that names its signal")
{
    Kit kit;
    const Json crashed = kit.result("planted.crashes");
    CHECK(crashed["verdict"] == "FAIL");
    CHECK(contains(crashed["reason"], "SIGSEGV"));
    const Json with_peer = kit.result("planted.crashes-with-peer");
    CHECK(contains(with_peer["reason"], "SIGABRT"));
    CHECK(with_peer["leaks"].empty());
    CHECK(remaining(kit.diary()) == "");
    CHECK(kit.left_nothing());
}

TEST_CASE("ending: a death by somebody else's hand is no verdict on the system")
{
    Kit kit;
    for (const char* id : {"planted.killed-by-another", "planted.peer-killed-by-another"})
    {
        CAPTURE(id);
        const Json result = kit.result(id);
        CHECK(result["verdict"] == "UNRESOLVED");
        CHECK(contains(result["reason"], "killed by SIGKILL"));
    }
}

TEST_CASE("ending: a case that ended in time has not hung, though the kit was stopped meanwhile")
{
    if (sanitized)
    {
        MESSAGE("a sanitizer's start takes most of the time: not tested");
        return;
    }
    Kit kit;
    const char* id = plainly() ? "planted.passes" : "planted.family"; // plainly, that is restricted
    Running run = kit.start({"run", id, "--repeat", "100000", "--deadline", "2", "--json", "-"});
    REQUIRE(soon([&] { return !std::filesystem::is_empty(kit.temporary().path()); }));
    run.signal(SIGSTOP);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{2500};
    CHECK(soon([&] { return std::chrono::steady_clock::now() > until; }));
    run.signal(SIGCONT);
    CHECK(soon([&] { return std::chrono::steady_clock::now() > until + std::chrono::milliseconds{300}; }));
    run.signal(SIGTERM);
    const Json report = run.wait().json();
    REQUIRE(!report["results"].empty());
    CHECK(report["results"][0]["verdict"] == "PASS");
    CHECK(report["results"][0]["repetitions"] > 1);
}

TEST_CASE("ending: who escapes is found, charged and ended")
{
    Kit kit;
    for (const char* id : {"planted.escaping-grandchild", "planted.leaks-process"})
    {
        CAPTURE(id);
        const Answer answer = kit.run({"run", id, "--json", "-"});
        const Json report = answer.json();
        CHECK(answer.status == 1);
        CHECK(report["results"][0]["verdict"] == "PASS");
        CHECK(charged_with_process(report["results"][0]));
        CHECK(says_unexpected(report, "left behind: " + std::string{id} + ": process"));
    }
    REQUIRE(kit.diary().size() == 2);
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("ending: who sheds every mark does not outlive the kit")
{
    Kit kit;
    kit.report({"planted.escaping-without-a-mark", "planted.passes"});
    REQUIRE(kit.diary().size() == 1);
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("ending: many that escape at once are each charged to their own case")
{
    Kit kit;
    const Json report =
        kit.report({"planted.escaping-grandchild", "planted.passes", "--repeat", "20", "--jobs", "8"});
    for (const Json& result : report["results"])
    {
        CHECK(result["verdict"] == "PASS");
        CHECK(charged_with_process(result) == (result["id"] == "planted.escaping-grandchild"));
    }
    CHECK(kit.diary().size() == 20);
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("ending: floods neither block the case nor grow the kit")
{
    Kit kit;
    const Answer flooded = kit.run({"run", "planted.floods-output", "--json", "-"});
    CHECK(flooded.status == 0);
    const Json result = flooded.json()["results"][0];
    CHECK(result["verdict"] == "PASS");
    CHECK(result["output"].get<std::string>().size() <= 8192);
    CHECK(result["output"].get<std::string>().size() >= 1024);

    const Json endless = kit.result("planted.floods-and-hangs", {"--deadline", "0.3"});
    CHECK(endless["verdict"] == "FAIL");
    CHECK(endless["milliseconds"] < 5000);
    CHECK(remaining(kit.diary()) == "");
#if !defined(__SANITIZE_ADDRESS__)
    CHECK(flooded.kilobytes < 60'000);
#endif
}

TEST_CASE("ending: what a case prints is in its report")
{
    Kit kit;
    const Json result = kit.result("planted.prints");
    CHECK(contains(result["output"], "to standard output\n"));
    CHECK(contains(result["output"], "to standard error\n"));
}

TEST_CASE("ending: a ruined journal ruins nothing else")
{
    Kit kit;
    const Answer answer = kit.run({"run", "planted.scribbles-journal", "planted.fills-journal-with-ones",
                                   "planted.truncates-journal", "planted.forges-records", "planted.floods-journal",
                                   "planted.passes", "--json", "-"});
    const Json report = answer.json();
    REQUIRE(report["results"].size() == 6);
    for (const Json& result : report["results"])
    {
        CAPTURE(result["id"]);
        const bool harmless = result["id"] == "planted.passes" || result["id"] == "planted.forges-records";
        CHECK(result["verdict"] == (harmless ? "PASS" : "UNRESOLVED"));
    }
    CHECK(answer.status == 3);
    CHECK(answer.out.size() < 30'000'000);
    CHECK(kit.run({"run", "planted.scribbles-journal"}).status == 3); // as text, with its timeline
    CHECK(kit.left_nothing());
}
