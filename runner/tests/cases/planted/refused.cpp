// Planted checks that fail because a call came back without having reached the system, and one that did reach it.
#include "fixtures/property.hpp"
#include "runner/tests/cases/planted/refuse.hpp"

#ifdef __linux__
#include <array>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#endif

using namespace ipc_conform;

namespace
{

const Call forbidden{"msync", refuse<EPERM>};
const Call absent{"absent", refuse<ENOSYS>};

// One that refuses nothing: what counts is that a filter may have answered.
bool under_a_filter()
{
#ifdef __linux__
    std::array<sock_filter, 1> everything_allowed{{BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog program{everything_allowed.size(), everything_allowed.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
    return false;
#endif
}

} // namespace

TEST_CASE("planted.answers-eperm" * says("the system answers EPERM where its manual has none")
          * shall("planted(1)"))
{
    CHECK(forbidden() == 0);
}

TEST_CASE("planted.refused-by-filter" * says("a filter may have answered EPERM") * shall("planted(1)"))
{
    if (!under_a_filter())
    {
        unresolved("no filter could be installed");
    }
    CHECK(forbidden() == 0);
}

TEST_CASE("planted.not-implemented" * says("a call that is not there fails a check") * shall("planted(1)"))
{
    CHECK(absent() == 0);
}
