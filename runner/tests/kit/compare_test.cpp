// Two runs compared, from outside: of one host, and of one that a fault has been planted in.
#include "runner/tests/kit/kit.hpp"

#include <string>

using namespace ipc_conform::runner::tests;

namespace
{

const Words some{"planted.passes",           "planted.fails-on-request", "planted.fails",
                 "planted.fails-in-peer",    "planted.records-values",   "planted.set-up-unresolved",
                 "planted.untested",         "planted.peer-crashes",     "planted.other-system",
                 "planted.set-up-restricted"};

std::string stored_run(Kit& kit, const std::string& name, const Words& properties, const Words& options = {})
{
    std::string file = kit.files().file(name);
    Words words{"run", "--json", file};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), properties.begin(), properties.end());
    kit.run(words);
    return file;
}

} // namespace

TEST_CASE("compare: two runs of one host are equal, whatever their verdicts")
{
    Kit kit;
    const std::string before = stored_run(kit, "before.json", some, {"--seed", "1"});
    const std::string after = stored_run(kit, "after.json", some, {"--seed", "2"});
    const Answer answer = kit.run({"compare", before, after});
    CAPTURE(answer.out);
    CHECK(answer.status == 0);
    CHECK(answer.err.empty());
    CHECK(answer.out.ends_with("\nequal: 10 properties as before\n"));
    const Json json = kit.run({"compare", before, after, "--json"}).json();
    CHECK(json["equal"] == true);
    CHECK(json["totals"]["same"] == 10);
    CHECK(json["values"].empty());
}

TEST_CASE("compare: two runs of the real kit are equal, with witnesses, forks and recorded values")
{
    Kit kit{REAL_KIT};
    const std::string before = stored_run(kit, "before.json", {"pipe"});
    const std::string after = stored_run(kit, "after.json", {"pipe"});
    const Answer answer = kit.run({"compare", before, after});
    CAPTURE(answer.out);
    CHECK(answer.status == 0);
    CHECK(answer.out.find("\nequal: ") != std::string::npos);
}

TEST_CASE("compare: a run under a fault is a regression, and the way back a fix")
{
    Kit kit;
    kit.with("LC_ALL", "C");
    const std::string before = stored_run(kit, "before.json", some);
    kit.with("PLANTED_FAULT", "yes");
    const std::string after = stored_run(kit, "after.json", some);
    const Answer worse = kit.run({"compare", before, after});
    CAPTURE(worse.out);
    CHECK(worse.status == 1);
    CHECK(worse.err.empty());
    CHECK(worse.out.find("Regressions (1)\n  planted.fails-on-request  PASS -> FAIL  [shall]\n")
          != std::string::npos);
    CHECK(worse.out.find("observed  0 >  0\n") != std::string::npos);
    CHECK(worse.out.ends_with("\n1 regression; 9 properties as before\n"));

    const Answer better = kit.run({"compare", after, before});
    CHECK(better.status == 0);
    CHECK(better.out.ends_with("\n1 fix; 9 properties as before\n"));
}

TEST_CASE("compare: what the real kit measures under a property's own fault is a regression")
{
    Kit kit{REAL_KIT};
    const std::string before = stored_run(kit, "before.json", {"pipe.fifo-order"}, {"--prove"});
    Json report = Json::parse(read_file(before));
    Json& result = report["results"][0];
    REQUIRE(result["verdict"] == "PASS");
    REQUIRE_FALSE(result["proofs"].empty());
    result["verdict"] = result["proofs"][0]["verdict"];
    result["reason"] = result["proofs"][0]["reason"];
    const std::string after = kit.files().file("after.json");
    write_file(after, report.dump());
    const Answer answer = kit.run({"compare", before, after, "--json"});
    CHECK(answer.status == 1);
    CHECK(answer.json()["changes"][0]["id"] == "pipe.fifo-order");
    CHECK(answer.json()["changes"][0]["change"] == "regression");
}

TEST_CASE("compare: what one run has more, and runs that have nothing in common")
{
    Kit kit;
    const std::string one = stored_run(kit, "one.json", {"planted.passes"});
    const std::string two = stored_run(kit, "two.json", {"planted.passes", "planted.fails"});
    const std::string other = stored_run(kit, "other.json", {"planted.fails"});
    const Answer more = kit.run({"compare", one, two});
    CHECK(more.status == 0);
    CHECK(more.out.find("New (1)\n  planted.fails  FAIL  [shall]\n") != std::string::npos);
    CHECK(kit.run({"compare", two, one}).out.find("Gone (1)\n  planted.fails") != std::string::npos);
    CHECK(kit.run({"compare", one, other}).status == 4);
}

TEST_CASE("compare: every format goes to a file or to standard output")
{
    Kit kit;
    const std::string run = stored_run(kit, "run.json", some);
    const std::string markdown = kit.files().file("compared.md");
    const std::string json = kit.files().file("compared.json");
    const Answer answer = kit.run({"compare", run, run, "--markdown", markdown, "--json", json});
    CHECK(answer.status == 0);
    CHECK(answer.out.empty());
    CHECK(read_file(markdown).starts_with("# IPC conformance compared\n"));
    CHECK(Json::parse(read_file(json))["exit_status"] == 0);
    CHECK(kit.run({"compare", run, run, "--markdown", "-"}).out == read_file(markdown));
    CHECK(kit.run({"compare", "--markdown", run, run}).out == read_file(markdown));
}

TEST_CASE("compare and matrix: wrong usage is one line, and no report is overwritten")
{
    Kit kit;
    const std::string run = stored_run(kit, "run.json", {"planted.passes"});
    const std::string other = stored_run(kit, "other.json", {"planted.passes"});
    const std::string kept = read_file(run);
    const std::string broken = kit.files().file("broken.json");
    write_file(broken, "{");
    for (const Words& line :
         {Words{"compare"}, Words{"compare", run}, Words{"compare", run, other, run},
          Words{"compare", run, broken}, Words{"compare", run, "/no/such/file"},
          Words{"compare", run, other, "--json", run},
          Words{"compare", run, other, "--json", "-", "--markdown", "-"},
          Words{"compare", run, other, "--json", "/no/such/folder/out"},
          Words{"compare", run, other, "--nonesuch"}, Words{"matrix"}, Words{"matrix", run, broken},
          Words{"matrix", other, "--json", run}, Words{"matrix", "--json", run, other},
          Words{"matrix", run, "--markdown", "/no/such/folder/out"}})
    {
        CAPTURE(line.size());
        CAPTURE(line.back());
        const Answer answer = kit.run(line);
        CHECK(answer.status == 2);
        CAPTURE(answer.err);
        CHECK(answer.is_one_complaint());
    }
    CHECK(read_file(run) == kept);
}
