// A report file is untrusted: whatever it is, one clear line, at once.
#include "runner/tests/kit/kit.hpp"

#include <array>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace ipc_conform::runner::tests;

namespace
{

constexpr std::size_t mebibyte = 1U << 20U;

/// Every command that reads a report.
const std::vector<Words> readers{{"report"}, {"claims"}, {"--failed-from"}};

void check_refused(const Answer& answer, const std::string& why)
{
    CHECK(answer.status == 2);
    CHECK(answer.is_one_complaint());
    CAPTURE(answer.err);
    CHECK(answer.err.find(why) != std::string::npos);
    CHECK(answer.err.size() < 1000);
    CHECK(answer.err.find('\x1b') == std::string::npos);
    CHECK(answer.seconds < 10);
    CHECK(answer.kilobytes < 1'000'000);
}

} // namespace

TEST_CASE("hostile: what is no regular file is refused and never waited for")
{
    Kit kit;
    const std::string fifo = kit.files().file("fifo\x1b[2J");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    for (Words line : readers)
    {
        CAPTURE(line.front());
        const auto read = [&](const std::string& path) {
            Words whole = line;
            whole.push_back(path);
            return kit.run(whole);
        };
        check_refused(read(fifo), "fifo\\x1b[2J: it is not a regular file");
        check_refused(read("/dev/zero"), "/dev/zero: it is not a regular file");
        check_refused(read(kit.files().path()), "Is a directory");
        check_refused(read(kit.files().file("absent")), "No such file or directory");
        check_refused(read("-"), "cannot read the report -: No such file or directory");
        check_refused(read("/dev/null"), "is no report of this kit: not valid JSON");
    }
    check_refused(kit.run({"run", "planted.passes", "--expect", fifo}), "it is not a regular file");
}

TEST_CASE("hostile: a hundred megabytes are refused at once, and what just fits is read within bounds")
{
    Kit kit;
    const std::string file = kit.files().file("large.json");
    write_file(file, "");
    REQUIRE(::truncate(file.c_str(), 100 * mebibyte) == 0);
    check_refused(kit.run({"report", file}), "large.json: it is larger than 32 MiB");

    std::string lists = "[[]";
    while (lists.size() < 31 * mebibyte)
    {
        lists += ",[]";
    }
    for (const std::string& text :
         {"\"" + std::string(31 * mebibyte, '\x1b'), "\"" + std::string(31 * mebibyte, 'x'),
          std::string(31 * mebibyte, '['), lists + "]"})
    {
        write_file(file, text);
        check_refused(kit.run({"report", file}), "large.json is no report of this kit: not ");
    }
}

TEST_CASE("hostile: a report with a megabyte of text in it is written in every format")
{
    Kit kit;
    Json report = kit.report({"planted.fails"});
    report["results"][0]["output"] = std::string(mebibyte, '<');
    report["results"][0]["statement"] = "</script><script>alert(1)</script>\x1b[2J";
    report["unexpected"] = {std::string(mebibyte, 'x')};
    const std::string file = kit.files().file("report.json");
    write_file(file, report.dump());
    const Answer written = kit.run({"report", file, "--report", kit.files().file("all")});
    CHECK(written.status == 1);
    CHECK(written.err.empty());
    CHECK(written.kilobytes < 1'000'000);
    const Answer shown = kit.run({"report", file});
    CHECK(shown.status == 1);
    CHECK(shown.out.find('\x1b') == std::string::npos);
}

TEST_CASE("hostile: a link planted where a report is to go is not written through")
{
    Kit kit;
    const std::string folder = kit.files().file("reports");
    REQUIRE(kit.run({"run", "planted.passes", "--report", folder}).status == 0);
    std::string planted;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
    {
        planted = entry.path().string();
    }
    const std::string victim = kit.files().file("victim");
    write_file(victim, "untouched");
    REQUIRE(::unlink(planted.c_str()) == 0);
    REQUIRE(::symlink(victim.c_str(), planted.c_str()) == 0);
    check_refused(kit.run({"run", "planted.passes", "--report", folder}), "is a symbolic link");
    CHECK(read_file(victim) == "untouched");
}
