// The claims page as its users see it, from runs of the real kit.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace ipc_conform::runner::tests;

namespace
{

// Whatever a claim's rule names: the properties with the parts they play.
std::map<std::string, Words> properties_by_claim(const Json& claims)
{
    std::map<std::string, Words> by_claim;
    for (const Json& claim : claims)
    {
        for (const Json& property : claim["properties"])
        {
            by_claim[claim["number"]].push_back(property["id"]);
        }
    }
    return by_claim;
}

const Json& claim_of(const Json& claims, const std::string& number)
{
    return *std::ranges::find_if(claims, [&](const Json& claim) { return claim["number"] == number; });
}

Words run_of(const std::string& report, const Words& ids)
{
    Words words{"run", "--prove", "--json", report};
    words.insert(words.end(), ids.begin(), ids.end());
    return words;
}

// The report of a system that has this fault: the property's result is what its proof has measured.
Json with_fault(Json report, const std::string& id)
{
    for (Json& result : report["results"])
    {
        if (result["id"] == id)
        {
            REQUIRE(!result["proofs"].empty());
            result["verdict"] = result["proofs"][0]["verdict"];
        }
    }
    return report;
}

} // namespace

TEST_CASE("claims: no rule names a property that the kit does not have")
{
    Kit kit{REAL_KIT};
    write_file(kit.files().file("empty.json"), kit.run({"run", "pipe.create-two-fds", "--json", "-"}).out);
    const Json claims = Json::parse(kit.run({"claims", kit.files().file("empty.json"), "--json"}).out);
    std::set<std::string> known;
    for (const Json& property : Json::parse(kit.run({"list", "--json"}).out))
    {
        known.insert(property["id"].get<std::string>());
    }
    std::set<std::string> named;
    for (const auto& [number, ids] : properties_by_claim(claims))
    {
        for (const std::string& id : ids)
        {
            CAPTURE(id);
            CHECK(known.contains(id));
            named.insert(id);
        }
    }
    CHECK(claims.size() == 82);
    CHECK(named.size() == 180);
}

TEST_CASE("claims: in each mechanism a fault turns a claim's verdict")
{
    struct Flip
    {
        std::string claim;
        std::string faulty;
    };
    const std::vector<Flip> flips{
        {"G2", "process.fd-shared-offset"}, {"P3", "pipe.fifo-order"},        {"N5", "fifo.mkfifo-creates"},
        {"MQ-5", "sysv-msg.fifo"},          {"SM-1", "sysv-shm.key-shared"},  {"MM-2", "mmap.shared-visible"},
        {"S1", "tcp.handshake-roles"},      {"C-1", "process.fork-isolated"},
    };
    Kit kit{REAL_KIT};
    const std::string path = kit.files().file("run.json");
    kit.run(run_of(path, {"pipe.create-two-fds"}));
    const std::map<std::string, Words> properties =
        properties_by_claim(Json::parse(kit.run({"claims", path, "--json"}).out));
    for (const Flip& flip : flips)
    {
        const std::string& claim = flip.claim;
        CAPTURE(claim);
        REQUIRE(properties.contains(claim));
        REQUIRE(kit.run(run_of(path, properties.at(claim))).status == 0);
        const Json sound = Json::parse(kit.run({"claims", path, "--json"}).out);
        write_file(path, with_fault(Json::parse(read_file(path)), flip.faulty).dump());
        const Json faulty = Json::parse(kit.run({"claims", path, "--json"}).out);
        CHECK(claim_of(sound, claim)["verdict"] != "undecided here");
        CHECK(claim_of(faulty, claim)["verdict"] != claim_of(sound, claim)["verdict"]);
        CHECK(claim_of(faulty, claim)["why"].get<std::string>().find(flip.faulty + " FAIL") != std::string::npos);
    }
}

TEST_CASE("claims: the page is English, or Korean on request, and part of a run's report")
{
    Kit kit{REAL_KIT};
    const std::string path = kit.files().file("run.json");
    REQUIRE(kit.run({"run", "pipe.fifo-order", "--json", path}).status == 0);
    CHECK(!Json::parse(read_file(path))["claims"].empty());
    const Answer english = kit.run({"claims", path});
    const Answer korean = kit.run({"claims", path, "--lang", "ko"});
    CHECK(english.status == 3); // of this run's properties most claims know nothing
    CHECK(english.out.find("82 claims:") != std::string::npos);
    CHECK(english.out.find("undecided here") != std::string::npos);
    CHECK(korean.out.find("이 시스템에서는 판정하지 못했습니다.") != std::string::npos);
    CHECK(korean.out.find("undecided here:") == std::string::npos);
}

TEST_CASE("claims: what is no report, and what is no language")
{
    Kit kit{REAL_KIT};
    const std::string path = kit.files().file("broken.json");
    write_file(path, "{");
    for (const Words& words :
         {Words{"claims", path}, Words{"claims", "/no/such/file"}, Words{"claims", "--lang", "fr"}})
    {
        const Answer answer = kit.run(words);
        CHECK(answer.status == 2);
        CHECK(answer.is_one_complaint());
    }
}
