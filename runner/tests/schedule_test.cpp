// In which order executions come.
#include "runner/schedule.hpp"
#include "runner/tests/planted.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using namespace ipc_conform::runner::tests;

namespace
{

reports::Result passed(const Task& task)
{
    reports::Result result;
    result.id = task.property->id;
    result.verdict = reports::Verdict::pass;
    return result;
}

} // namespace

TEST_CASE("schedule: what measures time waits until nothing else runs, and then runs alone")
{
    std::vector<Property> all = properties_of({"pipe.measures", "pipe.first", "pipe.second"});
    all[0].alone = true;
    Schedule schedule{{&all[0], &all[1], &all[2]}, RunOptions{}, "Linux"};
    const auto first = schedule.next();
    const auto second = schedule.next();
    REQUIRE((first && second));
    CHECK(first->property->id == "pipe.first");
    CHECK(second->property->id == "pipe.second");

    CHECK(!schedule.next());
    schedule.take(*first, passed(*first));
    CHECK(!schedule.next());
    schedule.take(*second, passed(*second));
    const auto measuring = schedule.next();
    REQUIRE(measuring);
    CHECK(measuring->property->id == "pipe.measures");
    schedule.take(*measuring, passed(*measuring));
    CHECK(!schedule.next());
}

TEST_CASE("schedule: nothing runs beside what measures time, in any round")
{
    std::vector<Property> all = properties_of({"pipe.measures", "pipe.first"});
    all[0].alone = true;
    RunOptions options;
    options.repeat = 2;
    Schedule schedule{{&all[0], &all[1]}, options, "Linux"};
    for (const char* expected : {"pipe.first", "pipe.measures", "pipe.first", "pipe.measures"})
    {
        const auto task = schedule.next();
        REQUIRE(task);
        CHECK(task->property->id == expected);
        CHECK(!schedule.next());
        schedule.take(*task, passed(*task));
    }
    CHECK(!schedule.next());
}

TEST_CASE("schedule: a proof of what measures time runs beside others")
{
    std::vector<Property> all = properties_of({"pipe.measures"});
    all[0].alone = true;
    all[0].faults = {{"one", [] {}}, {"other", [] {}}};
    RunOptions options;
    options.prove = true;
    Schedule schedule{{&all[0]}, options, "Linux"};
    const auto measuring = schedule.next();
    REQUIRE(measuring);
    schedule.take(*measuring, passed(*measuring));
    CHECK(schedule.next());
    CHECK(schedule.next());
    CHECK(!schedule.next());
}

TEST_CASE("schedule: a fault of a call that this system lacks proves nothing")
{
    std::vector<Property> all = properties_of({"pipe.first"});
    all[0].faults = {{"one", [] {}, false}, {"other", [] {}, true}};
    RunOptions options;
    options.prove = true;
    Schedule schedule{{&all[0]}, options, "Linux"};
    const auto task = schedule.next();
    REQUIRE(task);
    schedule.take(*task, passed(*task));
    const auto proof = schedule.next();
    REQUIRE(proof);
    CHECK(proof->fault == 1);
    CHECK(!schedule.next());
}

TEST_CASE("schedule: proofs come in the order of the faults, whichever ended first")
{
    std::vector<Property> all = properties_of({"pipe.first"});
    all[0].faults = {{"one", [] {}}, {"two", [] {}}, {"three", [] {}}};
    RunOptions options;
    options.prove = true;
    Schedule schedule{{&all[0]}, options, "Linux"};
    const auto plain = schedule.next();
    REQUIRE(plain);
    schedule.take(*plain, passed(*plain));
    const auto one = schedule.next();
    const auto two = schedule.next();
    const auto three = schedule.next();
    REQUIRE((one && two && three));
    schedule.take(*two, passed(*two));
    schedule.take(*three, passed(*three));
    const reports::Result* result = schedule.take(*one, passed(*one));
    REQUIRE(result != nullptr);
    REQUIRE(result->proofs.size() == 3);
    CHECK(result->proofs[0].fault == "one");
    CHECK(result->proofs[1].fault == "two");
    CHECK(result->proofs[2].fault == "three");
}
