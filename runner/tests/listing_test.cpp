#include "runner/listing.hpp"
#include "runner/tests/planted.hpp"

#include <nlohmann/json.hpp>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using nlohmann::json;

namespace
{

Property property_with_fault()
{
    Property planted = tests::property("pipe.a");
    planted.sources = {"POSIX.1-2024 read()", "pipe(7)"};
    planted.observed_by = "the call itself";
    planted.on_systems = {{"Linux", "65536"}};
    planted.faults.push_back({"read returns \"0\" at once", [] {}});
    return planted;
}

} // namespace

TEST_CASE("the list has a line for each property, in columns")
{
    std::vector<Property> all = tests::properties_of({"pipe.a", "pipe.longer"});
    all[1].untested = "nobody can see it";
    all[1].level = "platform";
    CHECK(listing_text(select(all, {}))
          == "pipe.a       shall     says pipe.a\n"
             "pipe.longer  platform  says pipe.longer (UNTESTED)\n");
    CHECK(listing_text({}) == "");
}

TEST_CASE("the JSON list parses and holds everything that was declared")
{
    std::vector<Property> all{property_with_fault(), tests::property("fifo.b")};
    all[1].statement = "quotes \" \\ control \x01 broken \xff";
    all[1].level = "platform";
    all[1].system = "Linux";
    all[1].untested = "because";
    const json list = json::parse(listing_json(select(all, {})));
    REQUIRE(list.size() == 2);
    CHECK(list[0]
          == json{{"id", "pipe.a"},
                  {"mechanism", "pipe"},
                  {"level", "shall"},
                  {"system", ""},
                  {"statement", "says pipe.a"},
                  {"sources", {"POSIX.1-2024 read()", "pipe(7)"}},
                  {"observed_by", "the call itself"},
                  {"on", {{"Linux", "65536"}}},
                  {"file", "cases/pipe/planted.cpp"},
                  {"line", 7},
                  {"untested", ""},
                  {"faults", {"read returns \"0\" at once"}}});
    CHECK(list[1]["statement"] == "quotes \" \\ control \x01 broken \xEF\xBF\xBD");
    CHECK(list[1]["system"] == "Linux");
    CHECK(list[1]["untested"] == "because");
    CHECK(list[1]["faults"] == json::array());
    CHECK(list[1]["on"] == json::object());
    CHECK(json::parse(listing_json({})) == json::array());
}
