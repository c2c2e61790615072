// --plain: what it asks of the system, and what it says of cases that ask for more.
#include "runner/tests/kit/kit.hpp"

#include <filesystem>
#include <sstream>
#include <unistd.h>

using namespace ipc_conform::runner::tests;

namespace
{

// (Not pipes: one is tried to tell the platform's limits, and may fail.)
// The kit's own calls of these kinds, one a line; each process has a file, and the kit's begins with its start.
std::string calls_of_the_kit(const std::string& strace)
{
    const std::string kinds =
        "trace=clone,clone3,fork,vfork,execve,execveat,epoll_create,epoll_create1,pidfd_open,"
        "eventfd2,signalfd4,timerfd_create,waitid,socket,socketpair";
    Kit kit{strace};
    kit.run({"-ff", "-o", kit.files().file("trace"), "-e", kinds, PLANTED_KIT, "run", "planted.passes",
             "planted.hangs", "planted.leaks-process", "--deadline", "0.5", "--plain"});
    for (const auto& entry : std::filesystem::directory_iterator{kit.files().path()})
    {
        const std::string calls = read_file(entry.path().string());
        if (calls.starts_with("execve("))
        {
            return calls;
        }
    }
    return {};
}

std::string path_of_strace()
{
    for (const char* path : {"/usr/bin/strace", "/usr/local/bin/strace"})
    {
        if (::access(path, X_OK) == 0)
        {
            return path;
        }
    }
    return {};
}

} // namespace

TEST_CASE("plain: a case that needs a new image is restricted, and nothing else is")
{
    Kit kit;
    const Json result = kit.result("planted.family", {"--plain"});
    CHECK(result["verdict"] == "RESTRICTED");
    CHECK(result["reason"] == "needs a process made by exec; --plain does not execute the kit again");
    CHECK(result["remedy"] != "");
    CHECK(kit.result("planted.passes", {"--plain"})["verdict"] == "PASS");
    CHECK(kit.left_nothing());
}

TEST_CASE("plain: one case at a time, and whoever asks for more is told")
{
    Kit kit;
    CHECK(kit.report({"planted.passes", "--plain"})["jobs"] == 1);
    const Answer refused = kit.run({"run", "planted.passes", "--plain", "--jobs", "2"});
    CHECK(refused.status == 2);
    CHECK(refused.is_one_complaint());
    CHECK(refused.err.find("--jobs") != std::string::npos);
}

TEST_CASE("plain: who sheds every mark and leaves every session is charged to its case")
{
    Kit kit;
    const Json result = kit.result("planted.escaping-without-a-mark", {"--plain"});
    CHECK(!result["leaks"].empty()); // who helped it to escape may still be on the way out
    CHECK(remaining(kit.diary()) == "");
}

TEST_CASE("plain: the kit itself makes processes by fork, and no thread, image or poll set")
{
    const std::string strace = path_of_strace();
    if (strace.empty() || sanitized)
    {
        MESSAGE("no strace, or a sanitizer with threads of its own: not tested");
        return;
    }
    std::istringstream calls{calls_of_the_kit(strace)};
    std::string start;
    std::getline(calls, start);
    if (start.empty())
    {
        MESSAGE("strace cannot trace here: not tested");
        return;
    }
    std::size_t forks = 0;
    std::string others;
    for (std::string line; std::getline(calls, line);)
    {
        const bool forked = line.starts_with("fork(") || line.starts_with("clone");
        forks += forked ? 1 : 0;
        const bool told = line.starts_with("---") || line.starts_with("+++"); // of signals and the end
        if (!told && (!forked || line.find("CLONE_VM") != std::string::npos))
        {
            others += line + "\n";
        }
    }
    CHECK(forks >= 3);
    CHECK(others == "");
}
