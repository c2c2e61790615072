#include "runner/platform_predicate.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform::runner;
using ipc_conform::reports::Platform;

namespace
{

Platform bookworm()
{
    Platform platform;
    platform.system = "Linux";
    platform.release = "6.1.0-13-amd64";
    platform.libc = "glibc 2.36";
    platform.sandbox = "container (docker)";
    return platform;
}

bool in_sandbox(const std::string& wanted, const std::string& found)
{
    Platform platform = bookworm();
    platform.sandbox = found;
    return PlatformPredicate{"", {}, wanted, {}}.holds(platform);
}

bool with_libc(std::string_view wanted, const std::string& found)
{
    const auto libc = LibcRange::parse(wanted);
    REQUIRE(libc.has_value());
    Platform platform = bookworm();
    platform.libc = found;
    return PlatformPredicate{"", {}, "", libc}.holds(platform);
}

} // namespace

TEST_CASE("nothing given holds everywhere")
{
    CHECK(PlatformPredicate{}.holds(bookworm()));
    CHECK(PlatformPredicate{}.holds({}));
    CHECK(text_of(PlatformPredicate{}).empty());
}

TEST_CASE("a system is known by its name, however that is written")
{
    CHECK(PlatformPredicate{"Linux", {}, "", {}}.holds(bookworm()));
    CHECK(PlatformPredicate{"linux", {}, "", {}}.holds(bookworm()));
    CHECK_FALSE(PlatformPredicate{"Linux", {}, "", {}}.holds({}));
    CHECK_FALSE(PlatformPredicate{"Darwin", {}, "", {}}.holds(bookworm()));
    CHECK_FALSE(PlatformPredicate{"Lin", {}, "", {}}.holds(bookworm()));
}

TEST_CASE("a sandbox is known by its name, a word of that, or a glob")
{
    for (const char* wanted : {"container (docker)", "container*", "container", "docker", "Docker", "*(d?cker)"})
    {
        CAPTURE(wanted);
        CHECK(in_sandbox(wanted, "container (docker)"));
        CHECK_FALSE(in_sandbox(wanted, "gVisor"));
        CHECK_FALSE(in_sandbox(wanted, "none"));
        CHECK_FALSE(in_sandbox(wanted, ""));
    }
    CHECK_FALSE(in_sandbox("dock", "container (docker)"));
    CHECK_FALSE(in_sandbox("podman", "container (docker)"));
    CHECK(in_sandbox("gvisor", "gVisor"));
    CHECK(in_sandbox("none", "none"));
}

TEST_CASE("a C library is known by its name and version")
{
    CHECK(with_libc("glibc", "glibc 2.36"));
    CHECK(with_libc("glibc <2.38", "glibc 2.36"));
    CHECK(with_libc("glibc<2.38", "glibc 2.36"));
    CHECK(with_libc("GLIBC  >=2.4 <2.38 ", "glibc 2.36"));
    CHECK(with_libc("glibc 2.36", "glibc 2.36.9000"));
    CHECK_FALSE(with_libc("glibc <2.38", "glibc 2.38"));
    CHECK_FALSE(with_libc("glibc <2.38", "musl"));
    CHECK(with_libc("musl", "musl"));
    CHECK(with_libc("musl", "musl 1.2.5"));
    CHECK_FALSE(with_libc("musl <1.2.6", "musl"));
    CHECK_FALSE(with_libc("musl", "glibc 2.36"));
    for (const char* text :
         {"", " ", " musl", "<2.38", "2.38", "glibc <", "glibc <two", "glibc or musl", "glibc <2.38, musl"})
    {
        CAPTURE(text);
        CHECK_FALSE(LibcRange::parse(text).has_value());
    }
}

TEST_CASE("everything that is given must hold")
{
    const PlatformPredicate full{"Linux", VersionRange::parse(">=5.14 <6.2"), "container*",
                                 LibcRange::parse("glibc <2.38")};
    CHECK(full.holds(bookworm()));
    CHECK(text_of(full) == "system Linux, release >=5.14 <6.2, sandbox container*, libc glibc <2.38");
    for (auto change : {+[](Platform& platform) { platform.system = "Darwin"; },
                        +[](Platform& platform) { platform.release = "6.2.0"; },
                        +[](Platform& platform) { platform.sandbox = "none"; },
                        +[](Platform& platform) { platform.libc = "glibc 2.41"; }})
    {
        Platform changed = bookworm();
        change(changed);
        CHECK_FALSE(full.holds(changed));
    }
}
