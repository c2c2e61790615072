// Commands and what is wrong with them; and the real kit's list.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>

using namespace ipc_conform::runner::tests;

TEST_CASE("command: an unknown id is told with the nearest ones")
{
    Kit kit;
    const Answer answer = kit.run({"run", "planted.passess"});
    CHECK(answer.status == 2);
    CHECK(answer.is_one_complaint());
    CHECK(answer.err.find("planted.passes") != std::string::npos);
    CHECK(kit.run({"run", "no.such-id"}).status == 2);
    CHECK(kit.run({"explain", "planted.hang"}).err.find("planted.hangs") != std::string::npos);
}

TEST_CASE("command: wrong usage is one line on standard error, and nothing else")
{
    const std::vector<Words> wrong{
        {},
        {"--nonesuch"},
        {"run"},
        {"nonesuch"},
        {"--all", "run", "planted.passes"},
        {"run", "planted.passes", "--jobs", "0"},
        {"run", "planted.passes", "--jobs", "many"},
        {"run", "planted.passes", "--jobs", "-1"},
        {"run", "planted.passes", "--jobs"},
        {"run", "planted.passes", "--deadline", "0"},
        {"run", "planted.passes", "--deadline", "nan"},
        {"run", "planted.passes", "--deadline", "inf"},
        {"run", "planted.passes", "--deadline", "1e99"},
        {"run", "planted.passes", "--repeat", "0"},
        {"run", "planted.passes", "--repeat", "1.5"},
        {"run", "planted.passes", "--seed", "-1"},
        {"run", "planted.passes", "--seed", "99999999999999999999999"},
        {"run", "planted.passes", "--shard", "0/3"},
        {"run", "planted.passes", "--shard", "4/3"},
        {"run", "planted.passes", "--shard", "one"},
        {"run", ""},
        {"run", "\n\x1b[31m"},
        {"explain"},
        {"explain", "planted.passes", "planted.fails"},
        {"list", "--nonesuch"},
        {"clean", "everything"},
    };
    Kit kit;
    for (const Words& line : wrong)
    {
        std::string text;
        for (const std::string& word : line)
        {
            text += word + " ";
        }
        CAPTURE(text);
        const Answer answer = kit.run(line);
        CHECK(answer.status == 2);
        CAPTURE(answer.err);
        CHECK(answer.is_one_complaint());
        CHECK(answer.err.find('\x1b') == std::string::npos);
    }
    CHECK(kit.left_nothing());
}

TEST_CASE("command: help, version and the lists answer")
{
    Kit kit;
    for (const Words& line :
         {Words{"--help"}, Words{"--version"}, Words{"run", "--help"}, Words{"list"}, Words{"list", "--json"},
          Words{"explain", "planted.passes"}, Words{"doctor", "--help"}, Words{"clean", "--help"}, Words{"doctor"},
          Words{"doctor", "--json"}})
    {
        CAPTURE(line.front());
        const Answer answer = kit.run(line);
        CHECK(answer.status == 0);
        CHECK_FALSE(answer.out.empty());
        CHECK(answer.err.empty());
    }
    CHECK(kit.run({"list", "--json"}).json().is_array());
    CHECK(kit.run({"doctor", "--json"}).json().is_object());
    CHECK(kit.run({"explain", "planted.untested"}).out.find("planted reason") != std::string::npos);
    CHECK(kit.left_nothing());
}

TEST_CASE("command: every case of the real kit has a fault, and says how it is observed")
{
    Kit kit{REAL_KIT};
    const Json list = kit.run({"list", "--json"}).json();
    REQUIRE_FALSE(list.empty());
    for (const Json& property : list)
    {
        CAPTURE(property["id"]);
        const bool has_case = property["untested"].is_null() || property["untested"] == "";
        CHECK((!has_case || !property["faults"].empty()));
        CHECK((!has_case || property["observed_by"] != ""));
    }
}

TEST_CASE("command: the two internal command lines are not for people")
{
    Kit kit;
    CHECK(kit.run({"case", "planted.nonesuch", "-"}).status == 3);
    CHECK(kit.run({"case", "planted.passes", "77"}).status == 3);
    CHECK(kit.run({"case"}).status == 2);
    CHECK(kit.run({"stranger"}).status == 2);
}
