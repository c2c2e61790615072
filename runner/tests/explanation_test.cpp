#include "runner/explanation.hpp"
#include "runner/tests/planted.hpp"

using namespace ipc_conform;
using namespace ipc_conform::runner;

namespace
{

Knowledge knowledge()
{
    const Expectations departs{"first.toml",
                               {{"pipe.a", reports::Verdict::fail, "EIO", "so it is", "https://a.example"}}};
    ClaimRule claim;
    claim.number = "P7";
    claim.english = "Pipes are slow";
    claim.clues = {{"pipe.b", "supports", {}}, {"pipe.a", "limits", {}}};
    return {{{"First", true, departs}, {"Second", false, {}}}, {claim}};
}

Property full_property()
{
    Property planted = tests::property("pipe.a");
    planted.sources = {"POSIX.1-2024 read()", "pipe(7)"};
    planted.observed_by = "a reader is seen asleep";
    planted.on_systems = {{"Second", "one page"}, {"Third", "not shown: the kit does not know it"}};
    planted.faults.push_back({"read returns \"0\" at once", [] {}});
    planted.faults.push_back({"read returns too much", [] {}});
    return planted;
}

bool explains(const Property& property, std::string_view text)
{
    return explanation(property, knowledge()).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("an explanation tells all about a property, and how to run and prove it")
{
    CHECK(explanation(full_property(), knowledge()) == R"(pipe.a
says pipe.a

  level      shall: a standard requires it
  sources    POSIX.1-2024 read()
             pipe(7)
  observed   a reader is seen asleep
  faults     read returns "0" at once
             read returns too much
  expected   First: FAIL by first.toml: so it is; https://a.example
             Second: PASS, though nobody has run it there yet
               one page
  claims     P7 (limits): Pipes are slow
  case       cases/pipe/planted.cpp:7
  run        ipc-conform run pipe.a
  prove      ipc-conform run pipe.a --prove
)");
}

TEST_CASE("a property that says little is explained without empty lines")
{
    CHECK(explanation(tests::property("pipe.c"), {}) == R"(pipe.c
says pipe.c

  level      shall: a standard requires it
  sources    POSIX.1-2024 pipe()
  case       cases/pipe/planted.cpp:7
  run        ipc-conform run pipe.c
  prove      ipc-conform run pipe.c --prove
)");
}

TEST_CASE("an entry for some platforms says which, and what is expected on the others")
{
    Knowledge partial = knowledge();
    partial.systems.front().expectations.entries.front().where.release = VersionRange::parse("<6.2");
    const std::string text = explanation(full_property(), partial);
    CHECK(text.find("First: FAIL by first.toml on release <6.2: so it is; https://a.example\n")
          != std::string::npos);
    CHECK(text.find("First otherwise: PASS\n") != std::string::npos);
}

TEST_CASE("what one system documents is expected nowhere else")
{
    Property property = tests::property("pipe.c");
    property.level = "platform";
    property.system = "Second";
    CHECK(explains(property, "platform: documented by Second; elsewhere it does not apply"));
    CHECK(explains(property, "First: does not apply\n"));
    CHECK(explains(property, "Second: PASS, though"));
    property.system = "First";
    CHECK(explains(property, "First: PASS\n"));
}

TEST_CASE("an explanation of what is not tested gives the reason and no commands")
{
    Property untested = tests::property("pipe.c");
    untested.untested = "nobody can see it";
    CHECK(explains(untested, "First: UNTESTED\n"));
    CHECK(explanation(untested, knowledge()).ends_with("  UNTESTED   nobody can see it\n"));
    CHECK_FALSE(explains(untested, "ipc-conform run"));
}

TEST_CASE("an unknown id cannot be explained")
{
    CHECK(tests::refusal([] { explanation("no.such-\x1b"); })
          == "no property is called \"no.such-\\x1b\"; nothing is near it, `ipc-conform list` shows them all");
}
