// Where reports go, and what happens when they cannot.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace ipc_conform::runner::tests;

namespace
{

// The child writes where nobody reads.
void close_reader()
{
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) == 0)
    {
        ::dup2(ends[1], 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
}

} // namespace

TEST_CASE("report: a folder that is missing stops the kit before it runs anything")
{
    Kit kit;
    for (const char* option : {"--json", "--ndjson", "--junit"})
    {
        const Answer answer = kit.run({"run", "planted.leaks-process", option, "/no/such/folder/out"});
        CHECK(answer.status == 2);
        CHECK(answer.is_one_complaint());
        CHECK(answer.err.find("/no/such/folder/out") != std::string::npos);
    }
    CHECK(kit.diary().empty());
}

TEST_CASE("report: a full device is told, and the text is still printed"
          * doctest::skip(::access("/dev/full", W_OK) != 0))
{
    Kit kit;
    for (const char* option : {"--json", "--ndjson", "--junit"})
    {
        CAPTURE(option);
        const Answer answer = kit.run({"run", "planted.passes", option, "/dev/full"});
        CHECK(answer.status == 3);
        CHECK(answer.err.find("/dev/full") != std::string::npos);
        CHECK(std::ranges::count(answer.err, '\n') == 1);
        CHECK(answer.out.find("PASS") != std::string::npos);
    }
}

TEST_CASE("report: on standard output it stands alone")
{
    Kit kit;
    const Answer json = kit.run({"run", "planted.fails", "planted.says-hostile-things", "--json", "-"});
    CHECK(json.status == 1);
    CHECK(json.json()["exit_status"] == 1);
    CHECK(json.err.find("planted.fails") != std::string::npos);
    const Answer junit = kit.run({"run", "planted.passes", "--junit", "-"});
    CHECK(junit.out.starts_with("<?xml"));
    CHECK(kit.run({"run", "planted.passes", "--junit", "-", "--json", "-"}).status == 2);
}

TEST_CASE("report: the HTML page of a run is that of its stored report, and holds no script of a case's")
{
    Kit kit;
    const std::string json = kit.files().file("run.json");
    const std::string page = kit.files().file("run.html");
    CHECK(kit.run({"run", "planted.passes", "planted.hangs", "planted.says-hostile-things", "--deadline", "1",
                   "--json", json, "--html", page})
              .status
          == 1);
    const std::string html = read_file(page);
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(html.find("id=\"planted.hangs\"") != std::string::npos);
    CHECK(html.find("<svg class=\"sequence\"") != std::string::npos);
    CHECK(html.find('\x1b') == std::string::npos);
    CHECK(html.find("<script") == html.rfind("<script")); // the page's own
    const std::string again = kit.files().file("again.html");
    CHECK(kit.run({"report", json, "--html", again}).status == 1);
    CHECK(read_file(again) == html);
}

TEST_CASE("report: an older one stays until there is a new one")
{
    Kit kit;
    const std::string file = kit.files().file("old.json");
    write_file(file, std::string(100'000, 'o'));
    CHECK(kit.run({"run", "planted.nonesuch", "--json", file}).status == 2);
    CHECK(read_file(file).size() == 100'000);
    CHECK(kit.run({"run", "planted.passes", "--json", file}).status == 0);
    CHECK(Json::parse(read_file(file))["totals"]["PASS"] == 1);
}

TEST_CASE("report: a reader that has gone is an error, not a death")
{
    for (const bool ignored : {false, true})
    {
        Kit kit;
        kit.before([ignored] {
            close_reader();
            std::signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
        });
        const std::string file = kit.files().file("report.json");
        const Answer answer = kit.run({"run", "planted.passes", "--json", file});
        CHECK(answer.status == 3);
        CHECK(answer.err.find("standard output") != std::string::npos);
        CHECK(Json::parse(read_file(file))["totals"]["PASS"] == 1);
        CHECK(kit.left_nothing());
    }
}

TEST_CASE("report: a reader that is late misses nothing, though cases end while the kit waits for it")
{
    Kit kit{"/bin/sh"};
    const Answer answer =
        kit.run({"-c", R"("$0" run pipe readiness --ndjson - | { sleep 2; tail -n 1; })", REAL_KIT});
    CHECK(answer.err.find("cannot write") == std::string::npos);
    CHECK(Json::parse(answer.out)["type"] == "end");
}

TEST_CASE("report: a closed standard output is an error")
{
    Kit kit;
    kit.before([] { ::close(1); });
    for (const Words& line :
         {Words{"run", "planted.passes"}, Words{"run", "planted.passes", "--json", "-"}, Words{"list"}})
    {
        CAPTURE(line.back());
        const Answer answer = kit.run(line);
        CHECK(answer.status == 3);
        CHECK(answer.err.find("standard output") != std::string::npos);
    }
}

TEST_CASE("report: with all standard descriptors closed the files are written, and no case finds one of them")
{
    Kit kit;
    kit.before([] {
        ::close(0);
        ::close(1);
        ::close(2);
    });
    const std::string file = kit.files().file("report.json");
    kit.run({"run", "planted.inherits", "--json", file});
    const Json report = Json::parse(read_file(file));
    CHECK(report["results"][0]["verdict"] == "PASS");
    CHECK(report["results"][0]["observed"]["descriptors"] == "0 1 2 3");
}
