// Objects that cases leave behind: found, charged to their case, and gone; what is not the kit's is untouched.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace ipc_conform::runner::tests;

namespace
{

// Whether the case could make what it was to leave: a system may lack it.
bool was_made(const Json& result)
{
    return result["verdict"] != "UNSUPPORTED" && result["verdict"] != "RESTRICTED";
}

bool is_charged(const Json& result, const std::string& kind, const std::string& name)
{
    return std::ranges::any_of(result["leaks"], [&](const Json& leak) {
        return leak["kind"] == kind && leak["name"].get<std::string>().find(name) != std::string::npos;
    });
}

} // namespace

TEST_CASE("leak: every kind of object is charged and removed")
{
    const std::vector<std::array<std::string, 3>> leaks{
        {"planted.leaks-message-queue", "message-queue", "System V message queue"},
        {"planted.leaks-in-peer", "message-queue", "System V message queue"},
        {"planted.leaks-segment", "segment", "System V shared memory"},
        {"planted.leaks-private-segment", "segment-id", "System V shared memory"},
        {"planted.leaks-shared-object", "shared-object", "POSIX shared memory"},
        {"planted.leaks-posix-queue", "posix-queue", "POSIX message queue"},
    };
    for (const std::array<std::string, 3>& leak : leaks)
    {
        const std::string& id = leak[0]; // clang 14 cannot capture structured bindings
        const std::string& written = leak[1];
        const std::string& kind = leak[2];
        CAPTURE(id);
        Kit kit;
        const Answer answer = kit.run({"run", id, "--json", "-"});
        const Json report = answer.json();
        const Json& result = report["results"][0];
        if (!was_made(result))
        {
            continue;
        }
        CHECK(result["verdict"] == "PASS");
        CHECK(result["expected"] == false);
        REQUIRE(kit.diary().count(written) == 1);
        CHECK(is_charged(result, kind, kit.diary().find(written)->second));
        CHECK(remaining(kit.diary()) == "");
        CHECK(says_unexpected(report, "left behind: " + id));
        CHECK(answer.status == 1);
    }
}

TEST_CASE("leak: files and folders, readable or not")
{
    Kit kit;
    const Json result = kit.result("planted.leaks-file");
    CHECK(is_charged(result, "file", "left-file"));
    CHECK(is_charged(result, "file", "left-folder"));
    CHECK(kit.left_nothing());
}

TEST_CASE("leak: a killed case is charged with its objects, but it is its end that is unexpected")
{
    Kit kit;
    const Json report = kit.report({"planted.leaks-and-hangs", "planted.leaks-and-crashes", "--deadline", "2"});
    for (const Json& result : report["results"])
    {
        CHECK(result["verdict"] == "FAIL");
        CHECK(!result["leaks"].empty());
    }
    CHECK(!says_unexpected(report, "left behind"));
    CHECK(kit.diary().size() >= 4);
    CHECK(remaining(kit.diary()) == "");
    CHECK(kit.left_nothing());
}

TEST_CASE("leak: what others own is not touched")
{
    Kit kit;
    const int queue = ::msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    const std::string name = "/kit-test-" + std::to_string(::getpid());
    const std::string forged = name + "-claimed"; // planted.forges-records claims that it owns this one
    kit.with("PLANTED_FOREIGN_OBJECT", forged);
    const int object = ::shm_open(name.c_str(), O_RDWR | O_CREAT, 0600);
    const int claimed = ::shm_open(forged.c_str(), O_RDWR | O_CREAT, 0600);
    const std::string folder = kit.temporary().file("someone-elses");
    const std::string similar = kit.temporary().file("ipc-conform-of-my-own");
    std::filesystem::create_directory(folder);
    std::filesystem::create_directory(similar); // the name is like the kit's, the mode is not
    const Words own{"ipc-conform-notes", "ipc-conform-999999-abcdef", "ipc-conform-7-abcdef.old"};
    for (const std::string& kept : own) // name and mode, but not what a run has in it
    {
        REQUIRE(::mkdir(kit.temporary().file(kept).c_str(), 0700) == 0);
        write_file(kit.temporary().file(kept + "/kept"), "mine");
    }

    kit.report({"planted.leaks-*", "planted.forges-records", "--deadline", "0.3"});
    CHECK(kit.run({"clean"}).status == 0);

    msqid_ds status{};
    CHECK((queue == -1 || ::msgctl(queue, IPC_STAT, &status) == 0));
    CHECK((object == -1 || ::shm_open(name.c_str(), O_RDWR, 0) >= 0));
    CHECK((claimed == -1 || ::shm_open(forged.c_str(), O_RDWR, 0) >= 0));
    CHECK(std::filesystem::exists(folder));
    CHECK(std::filesystem::exists(similar));
    for (const std::string& kept : own)
    {
        CHECK(read_file(kit.temporary().file(kept + "/kept")) == "mine");
    }
    ::msgctl(queue, IPC_RMID, nullptr);
    ::shm_unlink(name.c_str());
    ::shm_unlink(forged.c_str());
}
