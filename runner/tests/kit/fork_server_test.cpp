// The fork server from outside: whose child a case is, how it looks, and what becomes of a run that loses it.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace ipc_conform::runner::tests;

namespace
{

// /proc shows words and environment with a NUL behind each.
Words words_of(pid_t pid, const std::string& file)
{
    std::istringstream text{read_file("/proc/" + std::to_string(pid) + "/" + file)};
    Words words;
    for (std::string word; std::getline(text, word, '\0');)
    {
        words.push_back(word);
    }
    return words;
}

pid_t parent_of(pid_t pid)
{
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields{stat.substr(std::min(stat.rfind(')') + 1, stat.size()))};
    char state = '?';
    pid_t parent = -1;
    fields >> state >> parent;
    return parent;
}

// The case that hangs, with a peer that hangs.
struct Hanging
{
    Kit kit;
    Running run;
    pid_t peer;

    explicit Hanging(const Words& further) : run{start(further)}, peer{noted()}
    {
    }
    [[nodiscard]] pid_t process() const
    {
        return parent_of(peer);
    }

private:
    Running start(const Words& further)
    {
        Words arguments{"run",
                        "planted.hangs",
                        "planted.passes",
                        "--jobs",
                        "1",
                        "--json",
                        "-",
                        "--expect",
                        kit.files().file("none.toml")};
        arguments.insert(arguments.end(), further.begin(), further.end());
        return kit.start(arguments);
    }
    [[nodiscard]] pid_t noted() const
    {
        REQUIRE(soon([&] { return kit.diary().count("process") == 1; }));
        return std::stoi(kit.diary().find("process")->second);
    }
};

bool shows_processes()
{
    const bool shown = std::filesystem::exists("/proc/self/stat");
    if (!shown)
    {
        MESSAGE("this system shows no processes: not tested");
    }
    return shown;
}

// The case fails at its deadline, and not with its parent; the next one is run as ever.
void check_none_the_worse(Hanging& hanging)
{
    const Json report = hanging.run.wait().json();
    REQUIRE(ids_of(report) == Words{"planted.hangs", "planted.passes"});
    CHECK(report["results"][0]["verdict"] == "FAIL");
    CHECK(report["results"][1]["verdict"] == "PASS");
    CHECK(hanging.kit.left_nothing());
}

bool has_mark(pid_t pid)
{
    return std::ranges::any_of(words_of(pid, "environ"), [](const std::string& entry) {
        return entry.starts_with("IPC_CONFORM_CASE=") && entry.ends_with("/0");
    });
}

} // namespace

TEST_CASE("fork server: a case is its child, and looks as if it had been executed")
{
    if (!shows_processes())
    {
        return;
    }
    Hanging hanging{{}};
    const pid_t server = parent_of(hanging.process());
    CHECK(server != hanging.run.pid());
    CHECK(parent_of(server) == hanging.run.pid());
    CHECK(words_of(server, "cmdline").at(1) == "fork-server");
    Words words = words_of(hanging.process(), "cmdline");
    REQUIRE(words.size() >= 4);
    words.resize(4);
    CHECK(Words{words.begin() + 1, words.end()} == Words{"case", "planted.hangs", "-"});
    CHECK(has_mark(hanging.process()));
    CHECK_FALSE(has_mark(server));
    hanging.run.signal(SIGTERM);
    hanging.run.wait();
    CHECK(remaining(hanging.kit.diary()) == "");
}

TEST_CASE("fork server: with --execute there is none")
{
    if (!shows_processes())
    {
        return;
    }
    Hanging hanging{{"--execute"}};
    CHECK(parent_of(hanging.process()) == hanging.run.pid());
    CHECK(words_of(hanging.process(), "cmdline").at(1) == "case");
    CHECK(has_mark(hanging.process()));
    hanging.run.signal(SIGTERM);
    hanging.run.wait();
}

TEST_CASE("fork server: when it is killed, its case cannot be judged, and the others are executed")
{
    if (!shows_processes())
    {
        return;
    }
    Hanging hanging{{}};
    REQUIRE(::kill(parent_of(hanging.process()), SIGKILL) == 0);
    const Answer answer = hanging.run.wait();
    CHECK(answer.status == 3);
    const Json report = answer.json();
    REQUIRE(ids_of(report) == Words{"planted.hangs", "planted.passes"});
    CHECK(report["results"][0]["verdict"] == "UNRESOLVED");
    CHECK(report["results"][1]["verdict"] == "PASS");
    CHECK(report["partial"] == false);
    CHECK(remaining(hanging.kit.diary()) == "");
    CHECK(hanging.kit.left_nothing());
}

TEST_CASE("fork server: one that is stopped and goes on is none the worse")
{
    if (!shows_processes())
    {
        return;
    }
    Hanging hanging{{"--deadline", "1"}};
    const pid_t server = parent_of(hanging.process());
    REQUIRE(::kill(server, SIGSTOP) == 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1300};
    CHECK(soon([&] { return std::chrono::steady_clock::now() > until; }));
    REQUIRE(::kill(server, SIGCONT) == 0);
    check_none_the_worse(hanging);
}

TEST_CASE("fork server: what a case sends to its parent does not end it")
{
    if (!shows_processes())
    {
        return;
    }
    Hanging hanging{{"--deadline", "1"}};
    const pid_t server = parent_of(hanging.process());
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ, SIGIO})
    {
        CAPTURE(signal);
        REQUIRE(::kill(server, signal) == 0);
    }
    check_none_the_worse(hanging);
}
