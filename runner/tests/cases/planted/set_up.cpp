// Planted cases that cannot be set up: what stands in the way decides the verdict, and it is never FAIL.
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "runner/tests/cases/planted/refuse.hpp"

using namespace ipc_conform;

namespace
{

const Call exhausted{"exhausted", refuse<EMFILE>};
const Call absent{"absent", refuse<ENOSYS>};
const Call strange{"strange", refuse<EDOM>};

} // namespace

TEST_CASE("planted.set-up-restricted" * says("an exhausted limit restricts") * shall("planted(1)"))
{
    set_up(exhausted() == 0);
    CHECK(false);
}

TEST_CASE("planted.set-up-unsupported" * says("an absent facility is unsupported") * shall("planted(1)"))
{
    set_up(absent() == 0);
    CHECK(false);
}

TEST_CASE("planted.set-up-unresolved" * says("an unknown obstacle resolves nothing") * shall("planted(1)"))
{
    set_up(strange() == 0);
    CHECK(false);
}

TEST_CASE("planted.set-up-fails-in-peer" * says("a peer's set-up counts as the case's") * shall("planted(1)"))
{
    Peer peer = spawn("poor peer", [] {
        set_up(exhausted() == 0);
        CHECK(false);
    });
    CHECK(finished(peer));
}

TEST_CASE("planted.denied" * says("a denied call under test is no failure") * shall("planted(1)"))
{
    REQUIRE(permitted(absent()) == 0);
}

TEST_CASE("planted.needs-a-file" * says("a case whose files have nowhere to be cannot be judged")
          * shall("planted(1)"))
{
    const TemporaryFile file;
    CHECK(size_of(file.descriptor()) == 0);
}
