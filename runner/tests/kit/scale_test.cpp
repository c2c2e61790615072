// Many properties, many at once, many parts: with ten thousand that only start a peer
// (runner/benchmarks/synthetic.cpp).
#include "runner/tests/kit/kit.hpp"

#include <algorithm>

using namespace ipc_conform::runner::tests;

namespace
{

constexpr std::size_t every = 10'000;

bool all_pass(const Json& report)
{
    return std::ranges::all_of(report.at("results"),
                               [](const Json& result) { return result.at("verdict") == "PASS"; });
}

} // namespace

// First, because a program's most memory counts from before it was executed: from this one's, that is.
TEST_CASE("the runner's memory stays below 30 MB at a thousand properties")
{
    Kit kit{SYNTHETIC_KIT};
    const Answer answer = kit.run({"--all", "--shard", "1/10", "--json", kit.files().file("report.json")});
    CHECK(answer.status == 0);
    CHECK(answer.kilobytes < 30 * 1024);
    CHECK(Json::parse(read_file(kit.files().file("report.json"))).at("results").size() == every / 10);
}

TEST_CASE("ten thousand properties, 64 at once: each is checked once, and told in order")
{
    Kit kit{SYNTHETIC_KIT};
    Running run = kit.start({"--all", "--jobs", "64", "--json", "-"});
    const Json report = run.wait(std::chrono::seconds{240}).json(); // on two idle processors it takes ten
    const Words ids = ids_of(report);
    REQUIRE(ids.size() == every);
    CHECK(std::ranges::is_sorted(ids));
    CHECK(std::ranges::adjacent_find(ids) == ids.end());
    CHECK(all_pass(report));
    CHECK(report.at("unexpected").empty());
    CHECK(kit.left_nothing());
}

TEST_CASE("shards by a report's times hold each property once, and as much time each")
{
    Kit kit{SYNTHETIC_KIT};
    const std::string measured = kit.files().file("measured.json");
    REQUIRE(kit.run({"--all", "--shard", "7/100", "--json", measured}).status == 0);
    Json report = Json::parse(read_file(measured));
    double longest = 0;
    for (Json& result : report.at("results")) // one is recorded as long as all others together
    {
        longest += result.at("milliseconds").get<double>();
    }
    report.at("results").at(0).at("milliseconds") = longest;
    write_file(measured, report.dump());
    const Words patterns = ids_of(report);

    const auto part = [&](const std::string& shard) {
        Words arguments = patterns;
        arguments.insert(arguments.end(), {"--shard", shard, "--shard-by", measured});
        return ids_of(kit.report(arguments));
    };
    const Words first = part("1/2");
    const Words second = part("2/2");
    CHECK(first == Words{patterns.front()});
    CHECK(second.size() == patterns.size() - 1);
    CHECK(std::ranges::find(second, patterns.front()) == second.end());

    const Answer unread = kit.run({"--all", "--shard", "1/2", "--shard-by", kit.files().file("absent.json")});
    CHECK(unread.status == 2);
    CHECK(unread.is_one_complaint());
    CHECK(kit.run({"--all", "--shard-by", measured}).status == 2); // of what should it make parts?
}
