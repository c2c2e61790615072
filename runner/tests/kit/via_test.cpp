// A run in a target: what its results, its noise and its death become.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <sys/stat.h>

using namespace ipc_conform::runner::tests;

namespace
{

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// A launcher: a shell script in which "$@" is what it is given to run.
std::string launcher(const Kit& kit, const std::string& script)
{
    const std::string path = kit.files().file("launcher");
    write_file(path, "#!/bin/sh\n" + script + "\n");
    ::chmod(path.c_str(), 0700);
    return path;
}

const Words some{"planted.passes", "planted.fails", "planted.records-values", "planted.set-up-restricted",
                 "planted.other-system"};

// That run with this launcher, without expectations; further arguments last.
Words line_with(const Kit& kit, const std::string& prefix, const Words& more = {})
{
    Words line{"run"};
    line.insert(line.end(), some.begin(), some.end());
    line.insert(line.end(), {"--via", prefix, "--expect", kit.files().file("none.toml"), "--json", "-"});
    line.insert(line.end(), more.begin(), more.end());
    return line;
}

Answer run_via(Kit& kit, const std::string& script, const Words& more = {})
{
    return kit.run(line_with(kit, launcher(kit, script), more));
}

const Json& result_of(const Json& report, const std::string& id)
{
    const auto found =
        std::ranges::find_if(report["results"], [&](const Json& result) { return result["id"] == id; });
    REQUIRE(found != report["results"].end());
    return *found;
}

// What differs from one run to the next.
Json without_chance(Json report, const std::string& suffix)
{
    for (const char* name : {"started", "milliseconds", "via", "trust"})
    {
        report.erase(name);
    }
    report["platform"]["limits"].erase("/dev/shm"); // how much of it is free
    for (Json& result : report["results"])
    {
        CHECK(result["rerun"].get<std::string>().ends_with(suffix));
        for (const char* name : {"milliseconds", "rerun", "timeline"})
        {
            result.erase(name);
        }
        for (Json& leak : result["leaks"])
        {
            leak.erase("name");
        }
        for (Json& record : result["records"])
        {
            record.erase("milliseconds");
            if (record["kind"] == "owns")
            {
                record.erase("fields"); // names and keys are random
            }
        }
    }
    return report;
}

// Every property that was not reported has this reason; how many there are.
std::size_t unresolved_because(const Json& report, const std::string& reason)
{
    std::size_t count = 0;
    for (const Json& result : report["results"])
    {
        if (result["verdict"] == "UNRESOLVED")
        {
            CAPTURE(result["reason"]);
            CHECK(contains(result["reason"], reason));
            ++count;
        }
    }
    return count;
}

} // namespace

TEST_CASE("via: a run in a target that is this system is the same run")
{
    if (sanitized)
    {
        MESSAGE("a sanitizer's words on a crash hold numbers of processes: not tested");
        return;
    }
    Kit kit;
    const Words more{"planted.prints",
                     "planted.leaks-file",
                     "planted.leaks-and-hangs",
                     "planted.throws",
                     "planted.surviving-fault",
                     "planted.killed-fault",
                     "planted.crashes",
                     "--prove",
                     "--deadline",
                     "3", // a busy machine must not make a case hang here that does not there
                     "--seed",
                     "7",
                     "--jobs",
                     "3",
                     "--repeat",
                     "2"};
    const Json there = kit.run(line_with(kit, "env", more)).json();
    Words line = line_with(kit, "env", more);
    line.erase(std::ranges::find(line, "--via"));
    line.erase(std::ranges::find(line, "env"));
    const Json here = kit.run(line).json();
    CHECK(there["via"] == "env");
    CHECK(here["via"] == "");
    CHECK(there["seed"] == 7);
    CHECK(there["jobs"] == 3);
    CHECK(there["trust"].get<std::string>().substr(0, 5) == here["trust"].get<std::string>().substr(0, 5));
    CHECK(result_of(there, "planted.fails")["timeline"].size()
          == result_of(here, "planted.fails")["timeline"].size());
    CHECK(without_chance(there, " --via env") == without_chance(here, ""));
    CHECK(kit.left_nothing());
}

TEST_CASE("via: expectations are those of the kit outside")
{
    Kit kit;
    const std::string known = kit.files().file("known.toml");
    write_file(known, "[[expectation]]\nproperty = \"planted.fails\"\nverdict = \"FAIL\"\n"
                      "signature = \"found == 42\"\nreason = \"planted\"\nlink = \"https://example.org\"\n");
    CHECK(kit.run({"run", "planted.fails", "--via", "env", "--expect", known}).status == 0);
    const Answer unexpected = kit.run({"run", "planted.fails", "--via", "env"});
    CHECK(unexpected.status == 1);
    CHECK(contains(unexpected.out, "via: env"));
    CHECK(contains(unexpected.out, "./ipc-conform run planted.fails --via env"));
    CHECK(kit.run({"run", "planted.passes", "--via", "env", "--expect", "/no/such/file"}).status == 2);
    CHECK(kit.run({"run", "planted.passes", "--via", "env"}).status == 0);
    CHECK(kit.run({"run", "planted.set-up-restricted", "--via", "env"}).status == 4);
    const Answer blind = kit.run({"run", "planted.surviving-fault", "--prove", "--via", "env", "--json", "-"});
    CHECK(blind.status == 1);
    CHECK(blind.json()["unexpected"].size() == 1);
}

TEST_CASE("via: every report is written, and streamed as results come")
{
    Kit kit;
    const std::string folder = kit.files().file("reports");
    const Answer answer = kit.run({"run", "planted.passes", "--via", "env", "--ndjson", kit.files().file("stream"),
                                   "--ktap", "--report", folder});
    CHECK(answer.status == 0);
    CHECK(contains(answer.out, "KTAP version 1"));
    CHECK(contains(read_file(kit.files().file("stream")), R"({"type":"result","id":"planted.passes")"));
    const Answer files = Kit{"/bin/ls"}.run({folder});
    CHECK(contains(files.out, ".json"));
    CHECK(contains(files.out, ".html"));
}

TEST_CASE("via: what selects does so in a target, too")
{
    Kit kit;
    const std::string old = kit.files().file("old.json");
    kit.run({"run", "planted.passes", "planted.fails", "--json", old});
    CHECK(ids_of(kit.run({"--failed-from", old, "--via", "env", "--json", "-"}).json()) == Words{"planted.fails"});
    Words together;
    for (const char* shard : {"1/2", "2/2"})
    {
        const Words part = ids_of(kit.report({"planted.p*", "--shard", shard, "--via", "env"}));
        together.insert(together.end(), part.begin(), part.end());
    }
    Words all = ids_of(kit.report({"planted.p*"}));
    std::ranges::sort(all);
    std::ranges::sort(together);
    CHECK(all == together);
    CHECK(kit.run({"run", "planted.passes", "--shard", "2/2", "--via", "false"}).status == 4);
}

TEST_CASE("via: a prefix is split as a shell would")
{
    Kit kit;
    const std::string file = kit.files().file("a b");
    const Answer answer = kit.run({"run", "planted.passes", "--via",
                                   R"(sh -c 'touch "$0"; exec "$@"' ")" + kit.files().path() + R"("/a\ b)"});
    CHECK(answer.status == 0);
    CHECK(std::filesystem::exists(file));
    CHECK(contains(kit.run({"run", "planted.fails", "--via", "sh -c 'exec \"$@\"' sh"}).out,
                   R"(--via 'sh -c '\''exec "$@"'\'' sh')"));
    for (const char* wrong : {"", "  ", "env 'a", "env \"a", "env \\"})
    {
        CAPTURE(wrong);
        const Answer refused = kit.run({"run", "planted.passes", "--via", wrong});
        CHECK(refused.status == 2);
        CHECK(refused.is_one_complaint());
        CHECK(contains(refused.err, "--via: "));
    }
    CHECK(kit.run({"run", "planted.passes", "--via-timeout", "5"}).status == 2);
}

TEST_CASE("via: noise and carriage returns between the lines are passed over")
{
    Kit kit;
    const Answer answer = run_via(kit, R"sh(
printf '\033[2J\033cSeaBIOS\r\n[    0.1] Linux\r\n{"type":"other"}\n{"type":\nBooting from ROM...'
"$@" | while IFS= read -r line; do
    printf '%s\r\r\n\n[    1.0] a line of the kernel {"a":1}\r' "$line"
done)sh");
    const Json report = answer.json();
    CHECK(report["partial"] == false);
    CHECK(report["totals"]["UNRESOLVED"] == 0);
    CHECK(report["results"].size() == some.size());
    CHECK(answer.status == 1);
    CHECK(answer.err.empty() == false);
    CHECK_FALSE(contains(answer.err, "the target"));
}

TEST_CASE("via: what a target that dies has not reported is unresolved")
{
    Kit kit;
    const std::string folder = kit.files().file("reports");
    const Answer answer = run_via(kit, R"sh("$@" --jobs 1 | head -n 2; echo 'out of memory' >&2; kill -KILL $$)sh",
                                  {"--report", folder});
    const Json report = answer.json();
    CHECK(report["partial"] == true);
    REQUIRE(report["results"].size() == some.size());
    CHECK(unresolved_because(report, "the target ended (killed by SIGKILL) before it reported this")
          == some.size() - 1);
    CHECK(answer.status == 3);
    CHECK(contains(answer.err, "the target ended (killed by SIGKILL) before the end of its report"));
    CHECK(contains(answer.err, "out of memory"));
    const Answer shell = run_via(kit, R"sh("$@" | head -n 3; exit 137)sh");
    CHECK(unresolved_because(shell.json(), "the target ended (exit status 137: SIGKILL)") == some.size() - 2);
}

TEST_CASE("via: a report that lacks nothing but its end is cut short")
{
    Kit kit;
    const Answer answer =
        kit.run({"run", "planted.passes", "--via", launcher(kit, R"sh("$@" | head -n 2)sh"), "--json", "-"});
    CHECK(answer.status == 3);
    CHECK(answer.json()["partial"] == true);
    CHECK(answer.json()["totals"]["PASS"] == 1);
}

TEST_CASE("via: a target that gives no report is one clear line")
{
    struct Silent
    {
        std::string prefix;
        std::string told;
    };
    Kit kit;
    for (const Silent& silent :
         {Silent{"/no/such/launcher", "cannot start the target"},
          Silent{"no-such-launcher", "no program \"no-such-launcher\" in PATH"},
          Silent{"true", "no report: the target ended (exit status 0); it said nothing"},
          Silent{"echo hello", "hello"}, Silent{"sh -c 'echo one; echo cannot >&2; exit 3'", "exit status 3"},
          Silent{"sh -c 'echo one; echo cannot >&2; exit 3'", "cannot"},
          Silent{"sh -c 'kill -SEGV $$'", "killed by SIGSEGV"},
          Silent{"env TMPDIR=/no/such/folder sh -c 'exec \"$@\" --jobs nonsense' sh", "nonsense"}})
    {
        CAPTURE(silent.prefix);
        const Answer answer = kit.run({"run", "planted.passes", "--via", silent.prefix, "--json", "-"});
        CAPTURE(answer.err);
        CHECK(answer.status == 3);
        CHECK(answer.is_one_complaint());
        CHECK(contains(answer.err, silent.told));
    }
    const Answer wrong = kit.run({"run", "planted.passes", "--via", "env", "--via-program", "/no/such/kit"});
    CHECK(wrong.status == 3);
    CHECK(contains(wrong.err, "/no/such/kit"));
}

TEST_CASE("via: a target that falls silent is ended, with all its processes")
{
    Kit kit;
    const std::string note = kit.files().file("pid");
    const Answer answer =
        run_via(kit, "trap '' TERM\n\"$@\" | head -n 2\nsleep 1000 & echo $! >" + note + "\nwait; sleep 1000",
                {"--via-timeout", "3"});
    CHECK(answer.status == 3);
    CHECK(answer.seconds < 20);
    CHECK(unresolved_because(answer.json(), "the target gave no line for 3 s and was ended") == some.size() - 1);
    CHECK_FALSE(lives(std::stoi(read_file(note))));
    const Answer mute = kit.run({"run", "planted.passes", "--via", "sh -c 'sleep 1000'", "--via-timeout", "0.5"});
    CHECK(mute.status == 3);
    CHECK(contains(mute.err, "no report: the target gave no line for 0.5 s"));
}

TEST_CASE("via: long silence is no death while the kit goes on")
{
    Kit kit;
    const Answer answer = kit.run({"run", "planted.hangs", "--deadline", "8", "--via", "env", "--via-timeout", "7",
                                   "--expect", kit.files().file("none.toml"), "--json", "-"});
    CHECK(answer.json()["partial"] == false);
    CHECK(answer.json()["totals"]["FAIL"] == 1);
}

TEST_CASE("via: a flood neither fills memory nor lasts")
{
    Kit kit;
    for (const char* flood :
         {"yes '[    1.0] soft lockup'", "tr '\\0' x </dev/zero", "yes '{\"type\":\"result\"' | tr -d '\\n'"})
    {
        CAPTURE(flood);
        const Answer answer = run_via(kit, flood, {"--via-timeout", "3"});
        CHECK(answer.status == 3);
        CHECK(answer.seconds < 20);
        CHECK(answer.err.size() < 4000);
#if !defined(__SANITIZE_ADDRESS__)
        CHECK(answer.kilobytes < 150'000);
#endif
    }
}

TEST_CASE("via: a stream that contradicts itself is told, and the first word counts")
{
    Kit kit;
    const Answer twice = run_via(kit, R"sh("$@" >"$TMPDIR/stream"
sed -n 1,2p "$TMPDIR/stream"; sed -n 2p "$TMPDIR/stream"
sed 's/"id":"[a-z.-]*"/"id":"no.such-id"/' "$TMPDIR/stream" | sed -n 3p
sed -n '3,$p' "$TMPDIR/stream"; rm "$TMPDIR/stream")sh");
    const Json report = twice.json();
    CHECK(report["totals"]["UNRESOLVED"] == 0);
    CHECK(says_unexpected(report, "the target reported twice, the first counts: planted."));
    CHECK(says_unexpected(report, "the target reported what was not asked for: no.such-id"));
    CHECK(twice.status == 1);

    const Answer again = run_via(kit, R"sh("$@" | head -n 2; "$@"; sleep 1000)sh");
    CHECK(again.seconds < 20);
    CHECK(unresolved_because(again.json(), "the target started anew before it reported this") == some.size() - 1);

    const Answer garbled = run_via(kit, R"sh("$@" | sed '3s/"verdict":"[A-Z]*"/"verdict":"FINE"/')sh");
    CHECK(unresolved_because(garbled.json(), "1 of its lines could not be read") == 1);
    CHECK(garbled.json()["partial"] == false);
}

TEST_CASE("via: who is interrupted ends the target and reports what there is")
{
    for (const int signal : {SIGINT, SIGTERM})
    {
        CAPTURE(signal);
        Kit kit;
        const std::string stream = kit.files().file("stream");
        Running run = kit.start({"run", "planted.passes", "planted.hangs", "planted.ignores-everything", "--via",
                                 launcher(kit, "\"$@\"; exit $?"), "--expect", kit.files().file("none.toml"),
                                 "--json", kit.files().file("report"), "--ndjson", stream});
        REQUIRE(soon([&] { return contains(read_file(stream), "planted.passes"); }));
        run.signal(signal);
        const Answer answer = run.wait();
        CHECK(answer.status == 3);
        CHECK(answer.seconds < 12);
        const Json report = Json::parse(read_file(kit.files().file("report")));
        CHECK(report["partial"] == true);
        CHECK(ids_of(report) == Words{"planted.passes"});
        CHECK(remaining(kit.diary()) == "");
        CHECK(kit.left_nothing());
    }
}

TEST_CASE("via: a kit that is killed takes its target along")
{
    Kit kit;
    Running run = kit.start({"run", "planted.hangs", "--via", "env"});
    REQUIRE(soon([&] { return kit.diary().count("process") == 1; }));
    run.signal(SIGKILL);
    run.wait();
    CHECK(soon([&] { return remaining(kit.diary()).empty(); }));
}
