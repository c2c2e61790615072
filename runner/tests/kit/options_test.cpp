// What a run's options do.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <set>

using namespace ipc_conform::runner::tests;

TEST_CASE("option: --repeat counts each verdict and shows the worst")
{
    Kit kit;
    const Json flaky = kit.result("planted.flaky", {"--repeat", "6", "--jobs", "1"});
    CHECK(flaky["verdict"] == "FAIL");
    CHECK(flaky["repetitions"] == 6);
    CHECK(flaky["verdicts"]["PASS"] == 3);
    CHECK(flaky["verdicts"]["FAIL"] == 3);
    CHECK(kit.result("planted.passes", {"--repeat", "3"})["repetitions"] == 3);
}

TEST_CASE("option: --until-fail stops at the first unexpected result")
{
    Kit kit;
    const Json flaky = kit.result("planted.flaky", {"--until-fail", "--jobs", "1"});
    CHECK(flaky["verdict"] == "FAIL");
    CHECK(flaky["repetitions"] == 2);
    CHECK(kit.result("planted.passes", {"--until-fail", "--repeat", "5"})["repetitions"] == 5);
}

TEST_CASE("option: --until-fail goes on past what is expected")
{
    Kit kit;
    write_file(kit.files().file("known.toml"),
               "[[expectation]]\nproperty = \"planted.fails\"\nverdict = \"FAIL\"\n"
               "signature = \"found == 42\"\nreason = \"planted\"\n"
               "link = \"https://example.org\"\n");
    const Answer answer = kit.run({"run", "planted.fails", "--until-fail", "--repeat", "4", "--expect",
                                   kit.files().file("known.toml"), "--json", "-"});
    CHECK(answer.status == 0);
    CHECK(answer.json()["results"][0]["repetitions"] == 4);
}

TEST_CASE("option: shards are disjoint and complete")
{
    Kit kit;
    const Words some{"planted.p*", "planted.f*", "planted.set-up-*", "--deadline", "0.2"};
    const Words all = ids_of(kit.report(some));
    REQUIRE(all.size() > 6);
    Words together;
    for (const char* shard : {"1/3", "2/3", "3/3"})
    {
        Words line = some;
        line.insert(line.end(), {"--shard", shard});
        const Words part = ids_of(kit.report(line));
        CHECK(part.size() >= all.size() / 3);
        together.insert(together.end(), part.begin(), part.end());
    }
    CHECK(std::set(together.begin(), together.end()) == std::set(all.begin(), all.end()));
    CHECK(together.size() == all.size());
    CHECK(kit.run({"run", "planted.passes", "--shard", "2/2"}).status == 4); // an empty part: nothing ran
}

TEST_CASE("option: --failed-from runs what was not as expected")
{
    Kit kit;
    const std::string file = kit.files().file("first.json");
    kit.run({"run", "planted.passes", "planted.fails", "planted.throws", "planted.set-up-restricted",
             "planted.leaks-file", "--json", file});
    const Answer again = kit.run({"--failed-from", file, "--json", "-"});
    const Words ids = ids_of(again.json());
    CHECK(std::set(ids.begin(), ids.end())
          == std::set<std::string>{"planted.leaks-file", "planted.throws", "planted.fails"});
    CHECK(kit.run({"--failed-from", kit.files().file("missing.json")}).status == 2);
    write_file(kit.files().file("broken.json"), "{\"results\": 3");
    const Answer broken = kit.run({"--failed-from", kit.files().file("broken.json")});
    CHECK(broken.status == 2);
    CHECK(broken.is_one_complaint());
}

TEST_CASE("option: --jobs and --seed are used and reported")
{
    Kit kit;
    const Json report = kit.report({"planted.inherits", "--jobs", "3", "--seed", "12345"});
    CHECK(report["jobs"] == 3);
    CHECK(report["seed"] == 12345);
    CHECK(report["results"][0]["observed"]["seed"] == 12345);
    const Json one_by_one =
        kit.report({"planted.hangs", "planted.ignores-everything", "--deadline", "0.3", "--jobs", "1"});
    CHECK(one_by_one["milliseconds"] >= 600);
}

TEST_CASE("option: --shake reaches the cases, is reported and stands in the command to run again")
{
    Kit kit;
    const Json shaken = kit.report({"planted.inherits", "--shake", "99"});
    CHECK(shaken["shake"] == 99);
    CHECK(shaken["results"][0]["observed"]["shake"] == "99");
    CHECK(shaken["results"][0]["rerun"] == "./ipc-conform run planted.inherits --shake 99");
    const Json calm = kit.report({"planted.inherits"});
    CHECK(calm["shake"].is_null());
    CHECK(calm["results"][0]["observed"]["shake"] == "");
    CHECK(kit.run({"run", "planted.*", "--shake", "x"}).status == 2);
}

TEST_CASE("option: --prove tells killed faults from survivors")
{
    Kit kit;
    const Json killed = kit.report({"planted.passes", "planted.killed-fault", "--prove", "--deadline", "2"});
    CHECK(killed["proved"] == true);
    for (const Json& result : killed["results"])
    {
        CHECK(result["verdict"] == "PASS");
        CHECK_FALSE(result["proofs"].empty());
        for (const Json& proof : result["proofs"])
        {
            CHECK(proof["verdict"] == "FAIL");
        }
    }
    CHECK(killed["unexpected"].empty());
    CHECK(kit.run({"run", "planted.passes", "--prove"}).status == 0);

    const Answer survived = kit.run({"run", "planted.surviving-fault", "--prove"});
    CHECK(survived.status == 1);
    CHECK(survived.out.find("surviving fault: planted.surviving-fault: parents have no number")
          != std::string::npos);
    CHECK(survived.out.find("processes have no number (") == std::string::npos);
    CHECK(kit.result("planted.fails", {"--prove"})["proofs"].empty()); // what fails already proves nothing
}

TEST_CASE("option: with --ndjson every result is a line of its own")
{
    Kit kit;
    const Answer answer = kit.run({"run", "planted.passes", "planted.fails", "--ndjson", "-"});
    CHECK(answer.status == 1);
    CHECK(std::ranges::count(answer.out, '\n') == 4); // the run's head, two results, its end
    CHECK(answer.err.find("planted.fails") != std::string::npos);
}
