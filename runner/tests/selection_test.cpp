#include "runner/selection.hpp"
#include "runner/tests/planted_selection.hpp"

#include <map>

using namespace ipc_conform;
using namespace ipc_conform::runner;
using tests::all;
using tests::ids;
using Words = std::vector<std::string>;

namespace
{

const std::string nothing_near = "; nothing is near it, `ipc-conform list` shows them all";

Words selected(const Words& patterns)
{
    return ids(select(all(), patterns));
}

std::string refused(const Words& patterns)
{
    return tests::refusal([&] { select(all(), patterns); });
}

} // namespace

TEST_CASE("globs stand for whole texts")
{
    CHECK(matches("pipe.byte-stream", "pipe.byte-stream"));
    CHECK(matches("*", ""));
    CHECK(matches("", ""));
    CHECK(matches("**a*b**", "xxaxxbxx"));
    CHECK(matches("*ab", "aab"));
    CHECK(matches("a?c", "abc"));
    CHECK(!matches("a?c", "ac"));
    CHECK(!matches("pipe", "pipe.byte-stream"));
    CHECK(!matches("*.byte", "pipe.byte-stream"));
    CHECK(!matches("a*b", "abc"));
    CHECK(!matches("", "a"));
    CHECK(!matches("?", ""));
    CHECK(!matches("[p]ipe", "pipe"));
    CHECK(!matches(std::string(1000, '*') + "b", std::string(100'000, 'a'))); // at once, too
}

TEST_CASE("patterns are ids, globs and mechanisms; the order is the registry's, and nothing comes twice")
{
    CHECK(selected({"sysv-shm.persist", "pipe.byte-stream"}) == Words{"pipe.byte-stream", "sysv-shm.persist"});
    CHECK(selected({"pipe"}) == Words{"pipe.read-empty-blocks", "pipe.read-empty-nonblock", "pipe.byte-stream"});
    CHECK(selected({"*.persist", "sysv-*", "sysv-msg"}) == Words{"sysv-msg.persist", "sysv-shm.persist"});
    CHECK(selected({"pipe.read-empty-?????s"}) == Words{"pipe.read-empty-blocks"});
    CHECK(selected({}).size() == all().size());
    CHECK(selected({"*"}).size() == all().size());
    CHECK(select({}, {}).empty());
}

TEST_CASE("a pattern that means nothing is named, with the nearest ids")
{
    CHECK(refused({"pipe.read-emtpy-blocks"})
          == "no property matches \"pipe.read-emtpy-blocks\"; nearest: pipe.read-empty-blocks, "
             "pipe.read-empty-nonblock, pipe");
    CHECK(refused({"pipes"}).starts_with("no property matches \"pipes\"; nearest: pipe, pipe."));
    CHECK(refused({"pipe.frobnicate"}) == "no property matches \"pipe.frobnicate\"; nearest: pipe");
    CHECK(refused({"persist"}) == "no property matches \"persist\"; nearest: sysv-msg.persist, sysv-shm.persist");
    CHECK(refused({"pipe.raed*"}).find("pipe.read-empty-blocks") != std::string::npos);
    CHECK(refused({"Pipe.byte-stream"}) == "no property matches \"Pipe.byte-stream\"; nearest: pipe.byte-stream");
    CHECK(refused({"no.such-id"}) == "no property matches \"no.such-id\"" + nothing_near);
    CHECK(refused({""}) == "no property matches \"\"" + nothing_near);
    CHECK(refused({"pipe", "quux", "***x"})
          == "no property matches \"quux\"" + nothing_near + "\nno property matches \"***x\"" + nothing_near);
}

TEST_CASE("hostile patterns stay on one short line")
{
    CHECK(refused({"a\x1b[2Jb\nc"}) == "no property matches \"a\\x1b[2Jb\\nc\"" + nothing_near);
    const std::string endless = refused({std::string(1'000'000, 'p')});
    CHECK(endless.size() < 200);
    CHECK(endless.find('\n') == std::string::npos);
}

TEST_CASE("at most five nearest ids, the best first")
{
    const Words many{"a.persist1", "a.persist2", "a.persist3", "a.persist", "a.persist4", "a.persist5"};
    const Words nearest = nearest_ids(many, "a.persist");
    REQUIRE(nearest.size() == 5);
    CHECK(nearest.front() == "a.persist");
    CHECK(nearest_ids(many, "").empty());
    CHECK(nearest_ids({}, "a.persist").empty());
}
