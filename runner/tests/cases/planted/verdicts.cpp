// Planted cases that end as cases should: each with its verdict.
#include "fixtures/os.hpp"
#include "fixtures/platform.hpp"
#include "fixtures/property.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

using namespace ipc_conform;

TEST_CASE("planted.passes" * says("a case whose checks hold passes") * shall("planted(1)"))
{
    CHECK(os::getpid() > 0);
}

FAULT("planted.passes", "no process has a number", os::getpid, [](auto /*real*/) -> pid_t { return 0; });

TEST_CASE("planted.fails" * says("a check that does not hold fails") * shall("planted(1)", "planted(2)"))
{
    const int found = 41;
    CHECK(found == 42);
    CHECK(found > 42);
}

FAULT("planted.fails", "never reached", os::getpid, [](auto /*real*/) -> pid_t { return 0; });

TEST_CASE("planted.fails-twice-named" * says("the first of several failures is the reason") * shall("planted(1)"))
{
    REQUIRE(1 == 2);
    CHECK(3 == 4); // never reached
}

TEST_CASE("planted.throws" * says("an exception decides nothing about the system") * shall("planted(1)"))
{
    CHECK(true);
    throw std::runtime_error{"planted exception"};
}

TEST_CASE("planted.checks-nothing" * says("a case without a check is no pass") * shall("planted(1)"))
{
}

UNTESTED("planted.untested", says("nobody can check this"), shall("planted(1)"), because("planted reason"));

TEST_CASE("planted.other-system" * says("another system documents this") * platform("Plan 9", "planted(1)"))
{
    CHECK(false);
}

#ifdef __APPLE__
constexpr const char* this_system = "Darwin";
#else
constexpr const char* this_system = "Linux";
#endif

TEST_CASE("planted.this-system" * says("this system documents this") * platform(this_system, "planted(1)"))
{
    CHECK(true);
}

TEST_CASE("planted.records-values" * says("observed values are kept") * defined("planted(1)"))
{
    observe("number", 65536);
    observe("negative", -7);
    observe("truth", true);
    observe("ratio", 0.5);
    observe("text", "quoted \"text\"\n\x01\xff]]>");
    observe("changed", 1);
    observe("changed", 2);
    CHECK(true);
}

// Fails every second time, as told by the length of a file that all runs share.
TEST_CASE("planted.flaky" * says("some failures come and go") * shall("planted(1)"))
{
    const char* path = std::getenv("PLANTED_COUNTER");
    const int counter = path == nullptr ? -1 : ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    CHECK(::write(counter, "x", 1) == 1);
    CHECK(::lseek(counter, 0, SEEK_END) % 2 == 1);
    ::close(counter);
}

namespace
{

// A system that misbehaves when the environment says so.
pid_t number_of_this_process()
{
    const char* fault = std::getenv("PLANTED_FAULT");
    return fault == nullptr || *fault == '\0' ? ::getpid() : 0;
}

const Call number_on_request{"getpid", number_of_this_process};

} // namespace

TEST_CASE("planted.fails-on-request" * says("a system may get worse from one run to the next")
          * shall("planted(1)"))
{
    CHECK(number_on_request() > 0);
}

TEST_CASE("planted.surviving-fault" * says("a case blind to its fault proves nothing") * shall("planted(1)"))
{
    os::getppid();
    CHECK(os::getpid() > 0);
}

FAULT("planted.surviving-fault", "parents have no number", os::getppid, [](auto /*real*/) -> pid_t { return 0; });
FAULT("planted.surviving-fault", "processes have no number", os::getpid, [](auto /*real*/) -> pid_t { return 0; });

TEST_CASE("planted.killed-fault" * says("a fault that stops the case is noticed, too") * shall("planted(1)"))
{
    CHECK(os::getpid() > 0);
}

FAULT("planted.killed-fault", "getpid never returns", os::getpid, [](auto real) -> pid_t {
    while (true)
    {
        ::pause();
    }
    return real();
});
FAULT("planted.killed-fault", "getpid kills its caller", os::getpid, [](auto /*real*/) -> pid_t { std::abort(); });
