// What a case finds when it starts, and surroundings in which the kit cannot or can hardly work.
#include "fixtures/platform.hpp"
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#endif

using namespace ipc_conform::runner::tests;

namespace
{

// A parent that is as untidy as can be.
void make_a_mess()
{
    for (int number = 1; number < 32; ++number)
    {
        std::signal(number, SIG_IGN);
    }
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    for (int descriptor = 20; descriptor < 40; ++descriptor)
    {
        ::dup2(2, descriptor);
    }
    ::umask(0);
}

void limit(int resource, rlim_t value)
{
    const rlimit both{.rlim_cur = value, .rlim_max = value};
    ::setrlimit(static_cast<decltype(RLIMIT_NOFILE)>(resource), &both);
}

} // namespace

TEST_CASE("start: a case finds a known state, whatever the kit's parent left")
{
    for (const bool messy : {false, true})
    {
        CAPTURE(messy);
        Kit kit;
        if (messy)
        {
            kit.before(make_a_mess);
        }
        const Json result = kit.with("PLANTED_GREETING", "hello").result("planted.inherits");
        const Json& observed = result["observed"];
        CHECK(result["verdict"] == "PASS");
        CHECK(observed["descriptors"] == "0 1 2 3");
        CHECK(observed["session leader"] == true);
        CHECK(observed["null input"] == true);
        CHECK(observed["unusual signals"] == "");
        CHECK(observed["folder mode"] == 0700);
        CHECK(observed["folder empty"] == true);
        CHECK(observed["umask"] == 022);
        CHECK(observed["core size"] == 0);
        CHECK(observed["greeting"] == "hello");
    }
}

TEST_CASE("start: a blocked mask does not keep the kit from its deadlines and interrupts")
{
    Kit kit;
    kit.before(make_a_mess);
    Running run = kit.start({"run", "planted.hangs"});
    REQUIRE(soon([&] { return kit.diary().size() == 1; }));
    run.signal(SIGTERM);
    CHECK(run.wait().status == 3);
}

TEST_CASE("start: the kit's own variables in the environment mislead no case")
{
    Kit kit;
    kit.with("IPC_CONFORM_JOURNAL", "/nonexistent")
        .with("IPC_CONFORM_CASE", "x")
        .with("IPC_CONFORM_PROGRAM", "/x");
    CHECK(kit.result("planted.family")["verdict"] == with_stranger("PASS"));
    CHECK_FALSE(kit.result("planted.escaping-grandchild")["leaks"].empty());
}

TEST_CASE("start: without any environment")
{
    Kit kit{"/usr/bin/env"};
    CHECK(kit.run({"-i", PLANTED_KIT, "run", "planted.family"}).status == 0);
}

TEST_CASE("surroundings: a relative TMPDIR")
{
    Kit kit;
    const std::string folder = kit.temporary().path();
    kit.with("TMPDIR", ".").before([&folder] { [[maybe_unused]] const int done = ::chdir(folder.c_str()); });
    CHECK(kit.result("planted.family")["verdict"] == with_stranger("PASS"));
    CHECK(kit.left_nothing());
}

TEST_CASE("surroundings: a TMPDIR that is none gives way to another")
{
    Kit kit;
    kit.with("TMPDIR", "/no/such/folder");
    CHECK(kit.run({"run", "planted.passes"}).status == 0);
}

TEST_CASE("surroundings: a trust base that does not hold is told in one line, and nothing is judged")
{
    Kit kit;
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    kit.before([&ends] {
        limit(RLIMIT_FSIZE, 0);
        std::signal(SIGXFSZ, SIG_IGN);
        ::dup2(ends[1], 2); // no file, which could not be written
    });
    const Answer answer = kit.run({"run", "planted.passes"});
    ::close(ends[1]);
    std::array<char, 1024> message{};
    const ssize_t size = ::read(ends[0], message.data(), message.size());
    ::close(ends[0]);
    const std::string said{message.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    CAPTURE(said);
    CHECK(answer.status == 3);
    CHECK(answer.out.empty());
    CHECK(said.starts_with("ipc-conform: the trust base does not hold: append to a regular file"));
    CHECK(std::ranges::count(said, '\n') == 1);
    CHECK(kit.left_nothing());
}

TEST_CASE("surroundings: no folder for temporary files")
{
#ifdef __linux__
    const int probe = ::fork();
    const auto make_everything_read_only = [] {
        bool done = ::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == 0
                    && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        for (const char* folder : {"/tmp", "/var/tmp", "/dev/shm"})
        {
            done = done
                   && (::access(folder, F_OK) != 0
                       || (::mount(folder, folder, nullptr, MS_BIND | MS_REC, nullptr) == 0
                           && ::mount(nullptr, folder, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) == 0));
        }
        return done && ::chdir("/tmp") == 0;
    };
    if (probe == 0)
    {
        ::_exit(make_everything_read_only() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(probe, &status, 0);
    if (status != 0)
    {
        MESSAGE("mounts are not allowed here: not tested");
        return;
    }
    Kit kit;
    kit.with("TMPDIR", "/tmp").before([&] { make_everything_read_only(); });
    const Answer answer = kit.run({"run", "planted.family", "planted.needs-a-file", "--json", "-"});
    CHECK(answer.status == (plainly() ? 4 : 0));
    const Json report = answer.json();
    CHECK(ids_of(report) == Words{"planted.family", "planted.needs-a-file"});
    CHECK(report["results"][0]["verdict"]
          == with_stranger("PASS")); // its journal is in memory, and its stranger has it, too
    CHECK(report["results"][1]["verdict"] == "RESTRICTED");
    CHECK(report["results"][1]["remedy"].get<std::string>().find("TMPDIR") != std::string::npos);
#endif
}

TEST_CASE("surroundings: with few descriptors fewer cases run at once, and what they leave is still seen")
{
    Kit kit;
    for (const rlim_t descriptors : {32U, 64U})
    {
        CAPTURE(descriptors);
        kit.before([descriptors] { limit(RLIMIT_NOFILE, descriptors); });
        CHECK(kit.run({"run", "planted.passes", "planted.family", "--repeat", "40", "--jobs", "64"}).status == 0);
        const Json report = kit.report({"planted.leaks-message-queue", "--repeat", "10", "--jobs", "64"});
        CHECK(says_unexpected(report, "left behind: planted.leaks-message-queue"));
        CHECK(remaining(kit.diary()) == "");
        CHECK(kit.left_nothing());
    }
}
