// Planted checks that fail because a call came back without having reached the system, and one that did reach it.
#include "fixtures/property.hpp"
#include "runner/tests/cases/planted/refuse.hpp"

using namespace ipc_conform;

namespace
{

const Call forbidden{"msync", refuse<EPERM>};
const Call unimplemented{"msync", refuse<ENOSYS>};
const Call absent{"absent", refuse<ENOSYS>};

} // namespace

TEST_CASE("planted.answers-eperm" * says("the system answers EPERM where its manual has none")
          * shall("planted(1)"))
{
    CHECK(forbidden() == 0);
}

TEST_CASE("planted.answers-enosys" * says("the system answers ENOSYS although it has the call")
          * shall("planted(1)"))
{
    CHECK(unimplemented() == 0);
}

TEST_CASE("planted.not-implemented" * says("a call that is not there fails a check") * shall("planted(1)"))
{
    CHECK(absent() == 0);
}
