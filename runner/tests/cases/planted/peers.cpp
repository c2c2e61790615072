// Planted cases whose trouble lies in another process.
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <csignal>

using namespace ipc_conform;

TEST_CASE("planted.fails-in-peer" * says("a peer's failed check fails the case") * shall("planted(1)"))
{
    Peer peer = spawn("unlucky peer", [] { CHECK(1 + 1 == 3); });
    CHECK(finished(peer));
}

TEST_CASE("planted.requires-in-peer" * says("a peer's requirement fails the case") * shall("planted(1)"))
{
    Peer peer = spawn("strict peer", [] {
        REQUIRE(1 + 1 == 3);
        CHECK(false);
    });
    CHECK(finished(peer));
}

TEST_CASE("planted.fails-in-stranger" * says("a stranger's failed check fails the case") * shall("planted(1)"))
{
    Peer stranger = spawn_stranger(
        "odd stranger", [](int number) { CHECK(number == 8); }, 7);
    CHECK(finished(stranger));
}

TEST_CASE("planted.throws-in-peer" * says("a peer's exception decides nothing") * shall("planted(1)"))
{
    Peer peer = spawn("nervous peer", [] { throw std::runtime_error{"planted exception"}; });
    CHECK(finished(peer));
}

TEST_CASE("planted.peer-crashes" * says("a peer that crashes is told by its name") * shall("planted(1)"))
{
    Peer peer = spawn("broken peer", [] { os::kill(os::getpid(), SIGSEGV); });
    CHECK(finished(peer));
}

TEST_CASE("planted.peer-crashes-unseen" * says("a peer's crash counts though nobody asks for it")
          * shall("planted(1)"))
{
    Peer peer = spawn("broken peer", [] { os::kill(os::getpid(), SIGSEGV); });
    static_cast<void>(finished(peer));
    CHECK(true);
}

TEST_CASE("planted.family" * says("peers and strangers that behave are no trouble") * shall("planted(1)"))
{
    Peer peer = spawn("peer", [] { CHECK(os::getpid() > 0); });
    Peer stranger = spawn_stranger("stranger", [] { CHECK(os::getpid() > 0); });
    CHECK(finished(peer));
    CHECK(finished(stranger));
}
