#include "reports/format.hpp"
#include "reports/json.hpp"
#include "reports/tests/sample.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <string>

using namespace ipc_conform::reports;

TEST_CASE("formats: names and extensions tell them apart")
{
    std::set<std::string_view> names;
    std::set<std::string_view> extensions;
    for (const Format& format : formats())
    {
        names.insert(format.name);
        extensions.insert(format.extension);
        CHECK(format_named(format.name) == &format);
    }
    CHECK(names.size() == formats().size());
    CHECK(extensions.size() == formats().size());
    CHECK(format_named("pdf") == nullptr);
}

TEST_CASE("formats: a run that was stored and read back gives the same text in each of them")
{
    for (const Run& run : {samples::rich_run(), Run{}})
    {
        const Run stored = run_from_json(to_json(run));
        for (const Format& format : formats())
        {
            CAPTURE(format.name);
            CHECK(format.render(stored) == format.render(run));
        }
    }
}

TEST_CASE("formats: a file is named by the platform, and by nothing that a shell or a path would read")
{
    CHECK(platform_file_name(samples::rich_run().platform) == "Linux-6.18.0-x86_64-glibc-2.36-container-docker");
    CHECK(platform_file_name({}) == "unknown");
    Platform hostile;
    hostile.system = "../../etc";
    hostile.release = "a\nb;c$(d)";
    hostile.machine = std::string(500, 'm');
    const std::string name = platform_file_name(hostile);
    CHECK(name.starts_with("etc-a-b-c-d-mmm"));
    CHECK(name.size() == 120);
    CHECK(platform_file_name(samples::hostile_run().platform).find_first_of("/\\ ;$<>\"'\x1b")
          == std::string::npos);
}
