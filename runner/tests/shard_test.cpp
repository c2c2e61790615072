#include "runner/shard.hpp"
#include "runner/tests/planted_selection.hpp"

#include <map>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using tests::all;
using tests::ids;
using Words = std::vector<std::string>;

namespace
{

std::string shard_refused(const char* text)
{
    return tests::refusal([&] { parse_shard(text); });
}

} // namespace

TEST_CASE("shards are read strictly")
{
    CHECK(parse_shard("2/8").index == 2);
    CHECK(parse_shard("2/8").count == 8);
    CHECK(shard_refused("2") == "shard \"2\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused("") == "shard \"\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused("1/2/3") == "shard \"1/2/3\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused("-1/2") == "shard \"-1/2\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused(" 1/2") == "shard \" 1/2\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused("/") == "shard \"/\": expected I/N, two numbers, as in 1/4");
    CHECK(shard_refused("1/0") == "shard \"1/0\": there must be at least one shard");
    CHECK(shard_refused("0/4") == "shard \"0/4\": the first number must be from 1 to 4");
    CHECK(shard_refused("5/4") == "shard \"5/4\": the first number must be from 1 to 4");
    CHECK(shard_refused("1/99999999999999999999") == "shard \"1/99999999999999999999\": the number is too large");
}

TEST_CASE("every property is in exactly one shard, and shards differ in size by one at most")
{
    const Selection everything = select(all(), {});
    for (const std::size_t count : {1U, 2U, 4U, 5U, 6U, 7U, 100U})
    {
        std::map<std::string, int> seen;
        for (std::size_t index = 1; index <= count; ++index)
        {
            const Selection part = part_of(everything, {index, count}, {});
            CHECK(part.size() <= all().size() / count + 1);
            CHECK(part.size() >= all().size() / count);
            for (const std::string& id : ids(part))
            {
                ++seen[id];
            }
        }
        CHECK(seen.size() == all().size());
        for (const auto& [id, times] : seen)
        {
            CHECK(times == 1);
        }
    }
    const std::size_t most = ~std::size_t{0};
    CHECK(part_of(everything, {1, most}, {}).size() == 1);
    CHECK(part_of(everything, {most, most}, {}).empty());
    CHECK(ids(part_of(everything, {1, 2}, {}))
          == Words{"pipe.read-empty-blocks", "pipe.byte-stream", "sysv-shm.persist"});
}

TEST_CASE("by recorded times the parts take about as long, and each property is still in exactly one")
{
    const Selection everything = select(all(), {});
    const Durations durations{{"pipe.read-empty-blocks", 50}, {"pipe.read-empty-nonblock", 1},
                              {"pipe.byte-stream", 30},       {"sysv-msg.persist", 20},
                              {"posix-shm.resize-again", 4},  {"gone.since", 1000}};
    CHECK(ids(part_of(everything, {1, 2}, durations))
          == Words{"pipe.read-empty-blocks", "sysv-msg.persist"}); // the unknown one counts as 21, their mean
    const Durations complete{{"pipe.read-empty-blocks", 50}, {"pipe.read-empty-nonblock", 1},
                             {"pipe.byte-stream", 30},       {"sysv-msg.persist", 20},
                             {"sysv-shm.persist", 2},        {"posix-shm.resize-again", 4}};
    CHECK(ids(part_of(everything, {1, 2}, complete)) == Words{"pipe.read-empty-blocks", "posix-shm.resize-again"});
    CHECK(ids(part_of(everything, {2, 2}, complete))
          == Words{"pipe.read-empty-nonblock", "pipe.byte-stream", "sysv-msg.persist", "sysv-shm.persist"});
}

TEST_CASE("a report in which nothing took any time gives parts of the same size")
{
    Durations none;
    for (const Property& property : all())
    {
        none[property.id] = 0;
    }
    CHECK(part_of(select(all(), {}), {1, 3}, none).size() == 2);
}
