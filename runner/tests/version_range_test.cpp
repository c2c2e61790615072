#include "runner/version_range.hpp"

#include <doctest/doctest.h>

using ipc_conform::runner::VersionRange;

namespace
{

bool holds(std::string_view range, std::string_view version)
{
    const auto parsed = VersionRange::parse(range);
    REQUIRE(parsed.has_value());
    CHECK(parsed->text() == range);
    return parsed->holds(version);
}

} // namespace

TEST_CASE("a version is compared number by number")
{
    CHECK(holds(">=5.14 <6.2", "5.14"));
    CHECK(holds(">=5.14 <6.2", "5.14.0-427.el9.x86_64"));
    CHECK(holds(">=5.14 <6.2", "6.1.0-13-amd64"));
    CHECK_FALSE(holds(">=5.14 <6.2", "5.4.0-150-generic"));
    CHECK_FALSE(holds(">=5.14 <6.2", "6.2.0"));
    CHECK_FALSE(holds(">=5.14 <6.2", "6.10.3"));
    CHECK_FALSE(holds(">=5.14 <6.2", "51.4"));
    CHECK(holds("<2.38", "2.4"));
}

TEST_CASE("each relation keeps its edges")
{
    CHECK(holds("<6.2", "6.1"));
    CHECK_FALSE(holds("<6.2", "6.2"));
    CHECK(holds("<=6.2", "6.2"));
    CHECK_FALSE(holds("<=6.2", "6.3"));
    CHECK(holds("=6.2", "6.2"));
    CHECK_FALSE(holds("=6.2", "6.1"));
    CHECK_FALSE(holds("=6.2", "6.20"));
    CHECK(holds(">=6.2", "6.2"));
    CHECK_FALSE(holds(">=6.2", "6.1.99"));
    CHECK(holds(">6.2", "6.3"));
    CHECK_FALSE(holds(">6.2", "6.2"));
    CHECK(holds("6.2", "6.2"));
    CHECK_FALSE(holds("6.2", "6.3"));
}

TEST_CASE("as many numbers count as the bound has, and one that is lacking is 0")
{
    CHECK(holds("<=6.1", "6.1.52"));
    CHECK(holds("6.1", "6.1.52"));
    CHECK_FALSE(holds(">6.1", "6.1.52"));
    CHECK_FALSE(holds("<=6.1.51", "6.1.52"));
    CHECK(holds("=6.1.0", "6.1"));
    CHECK_FALSE(holds(">=6.1.1", "6.1"));
    CHECK(holds("6", "6.18-rc3"));
}

TEST_CASE("what follows the numbers does not count, and without numbers there is no version")
{
    CHECK(holds("=6.1.0", "6.1.0-13-amd64"));
    CHECK(holds("=6.1.0", "6.1.0.-13"));
    CHECK(holds("=6", "6rc1"));
    for (const char* version : {"", "unknown", "-6.1", "v6.1", ".6", " 6.1"})
    {
        CAPTURE(version);
        CHECK_FALSE(holds(">=0", version));
        CHECK_FALSE(holds("<9", version));
    }
    CHECK(holds(">18446744073709551614", "99999999999999999999999999"));
}

TEST_CASE("spaces may stand between bounds and after a relation")
{
    CHECK(holds(">= 5.14   < 6.2 ", "6.1"));
    CHECK_FALSE(holds(">= 5.14   < 6.2 ", "6.2"));
    CHECK(VersionRange::parse("  <6.2")->text() == "<6.2");
}

TEST_CASE("what is no range is refused")
{
    for (const char* text : {"", " ", "five", ">=", ">=five", "=>5.1", "==5.1", ">=5.14, <6.2", ">=5.14<6.2", "5.",
                             "5..1", ".5", "5.x", "!=5", "~5.1", ">=-5", "5.1-rc", ">= >5", "5\t6"})
    {
        CAPTURE(text);
        CHECK_FALSE(VersionRange::parse(text).has_value());
    }
}
