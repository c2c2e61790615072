// Kits that are killed or interrupted, and kits that run side by side.
#include "runner/tests/kit/kit.hpp"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <set>

using namespace ipc_conform::runner::tests;

namespace
{

void wait_milliseconds(long milliseconds)
{
    const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    ::nanosleep(&time, nullptr);
}

const Words busy{"run",
                 "planted.holds-everything",
                 "planted.escaping-grandchild",
                 "planted.family",
                 "--repeat",
                 "100000",
                 "--jobs",
                 "6"};

// A run of the kit that ends by SIGKILL at some moment, starting up included.
void kill_a_run(Kit& kit, const std::function<void()>& wait)
{
    Running run = kit.start(busy);
    wait();
    run.signal(SIGKILL);
    CHECK(run.wait().status == 128 + SIGKILL);
}

int kills()
{
    const char* wanted = std::getenv("IPC_CONFORM_TEST_KILLS");
    return wanted == nullptr ? 15 : std::atoi(wanted);
}

void interrupt_a_run(int signal)
{
    CAPTURE(signal);
    Kit kit;
    const std::string file = kit.files().file("report.json");
    const std::string stream = kit.files().file("stream.ndjson");
    Running run = kit.start({"run", "planted.passes", "planted.hangs", "planted.leaks-and-hangs",
                             "planted.ignores-everything", "planted.hangs-with-stranger", "--expect",
                             kit.files().file("none.toml"), "--json", file, "--ndjson", stream});
    REQUIRE(soon([&] { return kit.diary().count("process") == (plainly() ? 1 : 3); }));
    const auto has_passed = [&] { return read_file(stream).find("planted.passes") != std::string::npos; };
    REQUIRE((plainly() || soon(has_passed))); // where one runs at a time, the first of them hangs
    const auto asked = std::chrono::steady_clock::now();
    run.signal(signal);
    const Answer answer = run.wait();
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds{1});
    CHECK(answer.status == 3);
    CHECK(answer.out.find("planted.") == std::string::npos); // nothing ran that would be worth a word
    const Json report = Json::parse(read_file(file));
    CHECK(report["partial"] == true);
    CHECK(ids_of(report) == (plainly() ? Words{} : Words{"planted.passes"}));
    CHECK(remaining(kit.diary()) == "");
    CHECK(kit.left_nothing());
}

} // namespace

TEST_CASE("killed: clean removes everything, whenever the kit was killed")
{
    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<long> moment{0, 160};
    Kit kit;
    kill_a_run(kit, [&] { REQUIRE(soon([&] { return !kit.diary().empty(); })); });
    for (int count = 0; count < kills(); ++count)
    {
        const long milliseconds = moment(random);
        CAPTURE(milliseconds);
        kill_a_run(kit, [&] { wait_milliseconds(milliseconds); });
        const Answer cleaned = kit.run({"clean"});
        CAPTURE(cleaned.err);
        CHECK(cleaned.status == 0);
        CHECK(remaining(kit.diary()) == "");
        CHECK(kit.left_nothing());
    }
    CHECK(kit.run({"clean"}).out.find("nothing to clean") == 0);
}

TEST_CASE("killed: the next run cleans up by itself")
{
    Kit kit;
    for (const long milliseconds : {40, 130})
    {
        kill_a_run(kit, [milliseconds] { wait_milliseconds(milliseconds); });
        CHECK(kit.run({"run", "planted.passes"}).status == 0);
        CHECK(remaining(kit.diary()) == "");
        CHECK(kit.left_nothing());
    }
}

TEST_CASE("killed: cleaning is told object by object")
{
    Kit kit;
    Running run = kit.start({"run", "planted.leaks-and-hangs"});
    REQUIRE(soon([&] { return kit.diary().count("process") == 1; }));
    run.signal(SIGKILL);
    run.wait();
    const std::string told = kit.run({"clean"}).out;
    CHECK(told.find("removed process: ") != std::string::npos);
    CHECK(told.find("removed POSIX shared memory: /ipcc-") != std::string::npos);
    CHECK(told.find("removed folder: ") != std::string::npos);
}

TEST_CASE("killed: clean leaves a living run alone")
{
    Kit kit;
    Running run = kit.start({"run", "planted.leaks-and-hangs", "--deadline", "2"});
    REQUIRE(soon([&] { return kit.diary().count("process") == 1; }));
    CHECK(kit.run({"clean"}).out.find("nothing to clean") == 0);
    CHECK(remaining(kit.diary()) != "");
    run.signal(SIGTERM);
    CHECK(run.wait().status == 3);
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("interrupted: the report is partial and valid, and nothing stays")
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    {
        interrupt_a_run(signal);
    }
}

TEST_CASE("interrupted: at any moment, starting up included")
{
    std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<long> moment{0, 100};
    Kit kit;
    for (int count = 0; count < 10; ++count)
    {
        const long milliseconds = moment(random);
        CAPTURE(milliseconds);
        Running run = kit.start(busy);
        wait_milliseconds(milliseconds);
        run.signal(SIGINT);
        const Answer answer = run.wait();
        // 1: a leak was on record by then. Before it has set itself up the signal just ends it.
        CHECK((answer.status == 3 || answer.status == 1 || answer.status == 128 + SIGINT));
        if (answer.status == 128 + SIGINT)
        {
            kit.run({"clean"});
        }
        CHECK(remaining(kit.diary()) == "");
        CHECK(kit.left_nothing());
    }
}

TEST_CASE("two kits at once do not disturb each other")
{
    Kit first;
    Kit second;
    second.with("TMPDIR", first.temporary().path());
    const Words all{
        "run", "planted.leaks-message-queue", "planted.family", "planted.passes", "--repeat", "8", "--json", "-"};
    Running one = first.start(all);
    Running other = second.start(all);
    for (const Json& report : {one.wait().json(), other.wait().json()})
    {
        for (const Json& result : report["results"])
        {
            const bool with_family = result["id"] == "planted.family";
            CHECK((result["verdict"] == (with_family ? with_stranger("PASS") : "PASS")
                   || result["verdict"] == "UNSUPPORTED"));
            CHECK((result["id"] == "planted.leaks-message-queue" || result["leaks"].empty()));
        }
    }
    CHECK(remaining(first.diary()) == "");
    CHECK(remaining(second.diary()) == "");
    CHECK(first.left_nothing());
}
