#include "runner/expectations.hpp"
#include "runner/tests/planted.hpp"

#include "runner/embedded.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

using namespace ipc_conform::runner;
using ipc_conform::reports::Verdict;

namespace
{

constexpr const char* good = R"(
[[expectation]]
property = "pipe.a"
verdict = "FAIL"
signature = "EINVAL"
reason = "so it is"
link = "https://a.example"
)";

std::string refused(const std::string& text)
{
    return tests::refusal([&] { parse_expectations(text, "known.toml"); });
}

/// The good entry with one of its lines replaced.
std::string with(const std::string& key, const std::string& line)
{
    std::string text = good;
    const std::size_t begin = text.find(key + " = ");
    return refused(text.replace(begin, text.find('\n', begin) - begin, line));
}

} // namespace

TEST_CASE("entries are read as written")
{
    const Expectations read = parse_expectations(std::string{good} + R"(
[[expectation]]
property = "pipe.b"
verdict = "RESTRICTED"
reason = "denied"
link = "https://b.example"
)",
                                                 "known.toml");
    CHECK(read.name == "known.toml");
    REQUIRE(read.entries.size() == 2);
    CHECK(read.entries[0].id == "pipe.a");
    CHECK(read.entries[0].verdict == Verdict::fail);
    CHECK(read.entries[0].signature == "EINVAL");
    CHECK(read.entries[0].reason == "so it is");
    CHECK(read.entries[0].link == "https://a.example");
    CHECK(read.entries[1].verdict == Verdict::restricted);
    CHECK(read.entry_for("pipe.b") == &read.entries[1]);
    CHECK(read.entry_for("pipe.c") == nullptr);
    CHECK(parse_expectations("", "empty.toml").entries.empty());
    CHECK(parse_expectations("# only a comment", "empty.toml").entries.empty());
}

TEST_CASE("what a file does not say properly is named with file, line and key")
{
    CHECK(with("property", "") == "known.toml:2: the expectation lacks property");
    CHECK(with("verdict", "") == "known.toml:2: the expectation of pipe.a lacks verdict");
    CHECK(with("signature", "") == "known.toml:2: the expectation of pipe.a lacks signature, which a FAIL needs");
    CHECK(with("reason", "") == "known.toml:2: the expectation of pipe.a lacks reason");
    CHECK(with("link", "") == "known.toml:2: the expectation of pipe.a lacks link");
    CHECK(with("reason", "reason = \" \\t\"") == "known.toml:6: reason is empty");
    CHECK(with("link", "link = 4") == "known.toml:7: link must be a text in quotation marks");
    CHECK(with("property", "property = [\"pipe.a\"]")
          == "known.toml:3: property must be a text in quotation marks");
    CHECK(with("verdict", "verdict = \"fail\"")
          == "known.toml:4: verdict \"fail\" is unknown; it must be FAIL, UNSUPPORTED or RESTRICTED");
    CHECK(with("verdict", "verdict = \"PASS\"")
          == "known.toml:4: verdict \"PASS\" needs no expectation; it must be FAIL, UNSUPPORTED or RESTRICTED");
    CHECK(with("verdict", "verdict = \"UNSUPPORTED\"\nsignatur = \"x\"")
          == "known.toml:5: unknown key \"signatur\"; an expectation has property, verdict, signature, reason, "
             "link");
}

TEST_CASE("a document that is something else is refused")
{
    CHECK(refused("title = \"x\"")
          == "known.toml:1: unknown key \"title\"; a file holds only [[expectation]] tables");
    CHECK(refused("\n[expectation]\nproperty = \"pipe.a\"")
          == "known.toml:2: expectation must be written [[expectation]], with two brackets");
    CHECK(refused("expectation = 3")
          == "known.toml:1: expectation must be written [[expectation]], with two brackets");
    CHECK(refused("expectation = [3]")
          == "known.toml:1: every expectation must be a table, written [[expectation]]");
    CHECK(refused(std::string{good} + good) == "known.toml:10: property \"pipe.a\" has two entries");
}

TEST_CASE("text that is no TOML is refused in one line")
{
    for (const std::string& text :
         {std::string{"[[expectation"}, std::string{"a = \"\xff\xfe\""}, std::string("a = 1\0", 6),
          std::string{"a = 1\na = 2"}, std::string{"x = \"\x1b[2J"}, std::string(100'000, '[')})
    {
        const std::string said = refused(text);
        CHECK(said.starts_with("known.toml:"));
        CHECK(said.find_first_of("\n\x1b") == std::string::npos);
    }
    CHECK(refused("\x1b = 1").starts_with("known.toml:1: "));
    CHECK(refused("\"a\\u001b\" = 1")
          == "known.toml:1: unknown key \"a\\x1b\"; a file holds only [[expectation]] tables");
}

TEST_CASE("a file that cannot be read is wrong usage")
{
    const auto read = [](const std::string& path) { return tests::refusal([&] { read_expectations(path); }); };
    CHECK(read("/no/such\x1b") == "cannot read the expectations file /no/such\\x1b: No such file or directory");
    CHECK(read("/") == "cannot read the expectations file /: Is a directory");
    CHECK(read("/dev/null").empty());
    CHECK(read("/dev/zero") == "cannot read the expectations file /dev/zero: it is larger than a megabyte");

    const std::string path =
        (std::filesystem::temp_directory_path() / fmt::format("ipcc-{}.toml", ::getpid())).string();
    std::ofstream{path} << good;
    CHECK(read_expectations(path).entries.size() == 1);
    CHECK(read_expectations(path).name == path);
    CHECK(!read_expectations(path).embedded);
    std::filesystem::remove(path);
}

TEST_CASE("the kit's own files are sound, and chosen by the system's name")
{
    CHECK(embedded::expectations().size() >= 2);
    for (const embedded::File& file : embedded::expectations())
    {
        CHECK(tests::refusal([&] { parse_expectations(file.content, std::string{file.name}); }).empty());
    }
    const Expectations darwin = embedded_expectations("Darwin");
    CHECK(darwin.name == "darwin.toml (embedded)");
    CHECK(darwin.embedded);
    REQUIRE(darwin.entry_for("sysv-msg.neg-lowest") != nullptr);
    REQUIRE(darwin.entry_for("posix-shm.resize-again") != nullptr);
    CHECK(darwin.entry_for("posix-shm.resize-again")->reason.starts_with("unverified"));
    CHECK(embedded_expectations("Linux").name == "linux.toml (embedded)");
    CHECK(embedded_expectations("Plan9").entries.empty());
    CHECK(embedded_expectations("Plan9").name == "none: the kit has no plan9.toml");
    CHECK(embedded_expectations().name.find("embedded") != std::string::npos);
}
