#include "runner/expectations.hpp"
#include "runner/tests/planted.hpp"

#include "runner/embedded.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

using namespace ipc_conform::runner;
using ipc_conform::reports::Platform;

namespace
{

/// A file that expects pipe.a, and these further lines.
std::string entry(const std::string& lines = "", const std::string& id = "pipe.a")
{
    return fmt::format("[[expectation]]\nproperty = \"{}\"\nverdict = \"UNSUPPORTED\"\nreason = \"so it is\"\n"
                       "link = \"https://a.example\"\n{}\n",
                       id, lines);
}

Platform bookworm()
{
    Platform platform;
    platform.system = "Linux";
    platform.release = "6.1.0-13-amd64";
    platform.libc = "glibc 2.36";
    platform.sandbox = "none";
    return platform;
}

Expectations in_force_on(int day, const std::string& first, const std::string& second = "")
{
    return in_force({parse_expectations(first, "a.toml"), parse_expectations(second, "b.toml")}, bookworm(),
                    std::chrono::sys_days{std::chrono::year{2027} / 1 / day});
}

} // namespace

TEST_CASE("a file that cannot be read is wrong usage")
{
    const auto read = [](const std::string& path) {
        return tests::refusal([&] { read_expectations(path, "Linux"); });
    };
    CHECK(read("/no/such\x1b") == "cannot read the expectations file /no/such\\x1b: No such file or directory");
    CHECK(read("/") == "cannot read the expectations file /: Is a directory");
    CHECK(read("/dev/null").empty());
    CHECK(
        read("/dev/zero")
        == "cannot read the expectations file /dev/zero: it is not a regular file; write what it gives into one");

    const std::string path =
        (std::filesystem::temp_directory_path() / fmt::format("ipcc-{}.toml", ::getpid())).string();
    std::ofstream{path} << entry();
    REQUIRE(read_expectations(path, "Linux").entries.size() == 1);
    CHECK(read_expectations(path, "Linux").name == path);
    CHECK_FALSE(read_expectations(path, "Linux").entries.front().own);
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
    REQUIRE(darwin.entry_for("sysv-msg.neg-lowest") != nullptr);
    REQUIRE(darwin.entry_for("posix-shm.resize-again") != nullptr);
    CHECK(darwin.entry_for("posix-shm.resize-again")->own);
    CHECK(darwin.entry_for("posix-shm.resize-again")->reason.starts_with("unverified"));
    CHECK(embedded_expectations("Linux").name == "linux.toml (embedded)");
    CHECK(embedded_expectations("Plan9").entries.empty());
    CHECK(embedded_expectations("Plan9").name == "none: the kit has no plan9.toml");
}

TEST_CASE("entries of all files apply, those that speak of other platforms are passed over")
{
    const Expectations both =
        in_force_on(1, entry("release = \"<6.2\"") + entry("system = \"Darwin\"", "pipe.b"), entry("", "pipe.c"));
    CHECK(both.name == "a.toml, b.toml");
    REQUIRE(both.entries.size() == 2);
    CHECK(both.entries[0].id == "pipe.a");
    CHECK(both.entries[1].id == "pipe.c");
    CHECK(text_of(both.entries[1].place) == "b.toml:1");
}

TEST_CASE("two entries that speak of the same id here are refused, and both named")
{
    const auto refused = [](const std::string& first, const std::string& second) {
        return tests::refusal([&] { in_force_on(1, first, second); });
    };
    CHECK(refused(entry(), entry("", "pipe.b") + entry("release = \">=6.1\""))
          == "a.toml:1 and b.toml:7 both say what is expected of pipe.a here; remove one, or give each the "
             "platforms "
             "it speaks of (system, release, sandbox, libc)");
    CHECK(refused(entry("libc = \"glibc\"") + entry("sandbox = \"none\""), "")
              .starts_with("a.toml:1 and a.toml:7 "));
    CHECK(refused(entry(), entry("release = \">=6.2\"")).empty());
    CHECK(refused(entry("libc = \"musl\""), entry()).empty());
}

TEST_CASE("an entry expires when its day is over")
{
    const auto expired = [](int day) {
        return in_force_on(day, entry("expires = 2027-01-30")).entries.front().expired;
    };
    CHECK_FALSE(expired(1));
    CHECK_FALSE(expired(29));
    CHECK_FALSE(expired(30));
    CHECK(expired(31));
    CHECK_FALSE(in_force_on(31, entry()).entries.front().expired);
    CHECK(in_force_on(31, entry("expires = 2027-01-30\nsystem = \"Darwin\"")).entries.empty());
}

TEST_CASE("without a file the kit's own applies, and built-in names it")
{
    const std::string own = embedded_expectations(bookworm().system).name;
    CHECK(in_force(std::vector<std::string>{}, bookworm()).name == own);
    CHECK(in_force(std::vector<std::string>{"built-in"}, bookworm()).name == own);
    CHECK(in_force(std::vector<std::string>{"/dev/null", "built-in"}, bookworm()).name == "/dev/null, " + own);
    CHECK(in_force(std::vector<std::string>{"/dev/null"}, bookworm()).entries.empty());
}
