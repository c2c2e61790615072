#include "runner/fork_request.hpp"

#include <doctest/doctest.h>

using ipc_conform::runner::LaunchPlan;
using ipc_conform::runner::packed;
using ipc_conform::runner::unpacked;

TEST_CASE("fork request: a plan comes out as it went in")
{
    const LaunchPlan plan{.purpose = "a case",
                          .words = {"/kit", "case"},
                          .name = {"pipe.eof", "3"},
                          .environment = {{"MARK", "/tmp/run/7"}, {"DISK", ""}},
                          .folder = "/tmp/run/7"};
    const LaunchPlan same = unpacked(packed(plan));
    CHECK(same.name.id == "pipe.eof");
    CHECK(same.name.fault == "3");
    CHECK(same.environment == plan.environment);
    CHECK(same.folder == plan.folder);
    CHECK(same.words.empty()); // nothing is executed
    CHECK(same.journal == -1);
    CHECK(same.output == -1);
}

TEST_CASE("fork request: what is no plan names no case")
{
    const LaunchPlan plan{
        .purpose = "", .words = {}, .name = {"pipe.eof", "-"}, .environment = {{"A", "B"}}, .folder = "/f"};
    const std::string whole = packed(plan);
    CHECK(unpacked(whole).name.id == "pipe.eof");
    for (std::size_t size = 0; size < whole.size(); ++size)
    {
        CAPTURE(size);
        const bool without_environment = size == std::string_view{"/f\0pipe.eof\0-\0", 14}.size();
        CHECK(unpacked(whole.substr(0, size)).name.id == (without_environment ? "pipe.eof" : ""));
    }
}
