// What a case finds when it starts: the state that every verdict rests on.
#include "fixtures/descriptors.hpp"
#include "fixtures/journal.hpp"
#include "fixtures/platform.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shake.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace ipc_conform;

namespace
{

std::string descriptors()
{
    std::string text;
    for (const int number : open_descriptors())
    {
        text += fmt::format("{}{}", text.empty() ? "" : " ", number);
    }
    return text;
}

// Numbers of the signals that are blocked, or not at their default.
std::string unusual_signals()
{
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    std::string text;
    for (int number = 1; number <= 64; ++number)
    {
        struct sigaction action
        {
        };
        const bool known = ::sigaction(number, nullptr, &action) == 0;
        if (known && (action.sa_handler != SIG_DFL || ::sigismember(&blocked, number) == 1))
        {
            text += fmt::format("{}{}", text.empty() ? "" : " ", number);
        }
    }
    return text;
}

bool is_null_device(int descriptor)
{
    struct stat given
    {
    };
    struct stat null
    {
    };
    return ::fstat(descriptor, &given) == 0 && ::stat("/dev/null", &null) == 0 && given.st_rdev == null.st_rdev;
}

} // namespace

TEST_CASE("planted.inherits" * says("a case starts from a known state") * shall("planted(1)"))
{
    struct stat folder
    {
    };
    ::stat(".", &folder);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);

    observe("descriptors", descriptors());
    observe("session leader", ::getsid(0) == ::getpid() && ::getpgid(0) == ::getpid());
    observe("null input", is_null_device(0));
    observe("unusual signals", unusual_signals());
    observe("folder mode", static_cast<int>(folder.st_mode & 07777));
    observe("folder empty", std::filesystem::is_empty("."));
    observe("umask", static_cast<int>(mask));
    observe("core size", static_cast<std::int64_t>(core.rlim_cur));
    observe("seed", journal::region().seed);
    const char* name = std::getenv("PLANTED_GREETING");
    observe("greeting", name == nullptr ? "" : name);
    const char* shaken = std::getenv(shake::environment_seed);
    observe("shake", shaken == nullptr ? "" : shaken);
    CHECK(true);
}
