#include "runner/expectations.hpp"
#include "runner/tests/planted.hpp"

#include <fmt/format.h>

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
             "link, system, release, sandbox, libc, expires");
}

TEST_CASE("an entry says on which platforms it holds, and how long")
{
    const Expectations read = parse_expectations(std::string{good} + R"(
system = "Linux"
release = ">=5.14 <6.2"
sandbox = "container*"
libc = "glibc <2.38"
expires = 2027-01-31
)",
                                                 "known.toml");
    REQUIRE(read.entries.size() == 1);
    const Expectation& entry = read.entries.front();
    CHECK(text_of(entry.where) == "system Linux, release >=5.14 <6.2, sandbox container*, libc glibc <2.38");
    CHECK(entry.expires == std::chrono::year{2027} / 1 / 31);
    CHECK_FALSE(entry.expired);
    CHECK(text_of(entry.place) == "known.toml:2");

    const Expectation plain = parse_expectations(good, "known.toml").entries.front();
    CHECK(plain.where == PlatformPredicate{});
    CHECK_FALSE(plain.expires.has_value());
}

TEST_CASE("a platform or a date that is not understood is named with its line and the form it should have")
{
    const auto with_line = [](const std::string& line) { return refused(good + line); };
    CHECK(with_line("release = \"5.14 or later\"")
          == "known.toml:8: release \"5.14 or later\" is not a range of versions such as \">=5.14 <6.2\"");
    CHECK(with_line("release = 6.1") == "known.toml:8: release must be a text in quotation marks");
    CHECK(with_line("libc = \"<2.38\"")
          == "known.toml:8: libc \"<2.38\" is not a C library such as \"musl\" or \"glibc <2.38\"");
    CHECK(with_line("system = \"\"") == "known.toml:8: system is empty");
    CHECK(with_line("sandbox = [\"none\"]") == "known.toml:8: sandbox must be a text in quotation marks");
    for (const char* line :
         {"expires = \"2027-01-31\"", "expires = 2027", "expires = 2027-01-31T00:00:00Z", "expires = 00:00:00"})
    {
        CAPTURE(line);
        CHECK(with_line(line)
              == "known.toml:8: expires must be a date without quotation marks, such as 2027-01-31");
    }
    for (const char* line :
         {"expires = 2027-02-29", "expires = 2027-13-01", "expires = 2027-1-31", "expires = soon"})
    {
        CAPTURE(line);
        CHECK(with_line(line).starts_with("known.toml:8: "));
    }
}

TEST_CASE("what nobody has filled in is refused: which entry, what is missing, in which line")
{
    CHECK(with("reason", "reason = \"?\"")
          == "known.toml:6: the expectation of pipe.a lacks its reason: write why the system does so in place of "
             "\"?\"");
    CHECK(with("link", "link = \" ?? \"")
          == "known.toml:7: the expectation of pipe.a lacks its link: write where that is documented in place of "
             "\" ?? \"");
    CHECK(
        with("signature", "signature = \"?\"")
        == "known.toml:5: the expectation of pipe.a lacks its signature: write what the failure says in place of "
           "\"?\"");
    CHECK(with("reason", "reason = \"why?\"").empty());
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
    CHECK(refused(std::string{good} + "libc = \"musl\"" + good + "libc = \"musl\"")
          == "known.toml:10: property \"pipe.a\" has two entries");
    CHECK(refused(std::string{good} + "libc = \"musl\"" + good + "libc = \"glibc\"").empty());
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
    for (const char* outside_texts : {"\xef\xba\xbf", "\xd1\x9c", "\xe3\x81\x82"})
    {
        CHECK(refused(outside_texts).starts_with("known.toml:1: "));
    }
    CHECK(refused("\"a\\u001b\" = 1")
          == "known.toml:1: unknown key \"a\\x1b\"; a file holds only [[expectation]] tables");
}
