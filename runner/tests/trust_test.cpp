#include "fixtures/platform.hpp"
#include "runner/tests/planted.hpp"
#include "runner/trust.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

using namespace ipc_conform::runner;
using Problem = std::optional<std::string>;

namespace
{

/// A folder of its own, and in it a program that ends as the kit does when it is probed.
class Folder
{
public:
    Folder() : path_{std::filesystem::temp_directory_path() / fmt::format("ipcc-trust-{}", ::getpid())}
    {
        std::filesystem::create_directory(path_);
        plant(42);
    }
    ~Folder()
    {
        std::filesystem::remove_all(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void plant(int status) const
    {
        std::ofstream{self()} << "#!/bin/sh\ntest \"$1\" = trust-probe && exit " << status << "\nexit 3\n";
        std::filesystem::permissions(self(), std::filesystem::perms::owner_all);
    }
    [[nodiscard]] std::string path() const
    {
        return path_.string();
    }
    [[nodiscard]] std::string self() const
    {
        return (path_ / "self").string();
    }

private:
    std::filesystem::path path_;
};

TrustProbe holding(const std::string& name)
{
    return {name, [] { return Problem{}; }};
}

} // namespace

TEST_CASE("the trust base holds here, fast, and leaves nothing behind")
{
    const Folder folder;
    const auto begun = std::chrono::steady_clock::now();
    const TrustReport report = probe(folder.path(), folder.self());
    const auto taken = std::chrono::steady_clock::now() - begun;
    INFO(report.problem);
    CHECK(report.holds);
    CHECK(report.problem.empty());
    CHECK(report.summary.starts_with("holds: 9 probes in "));
    CHECK(report.summary.ends_with(" ms"));
    CHECK(taken < std::chrono::milliseconds{1000}); // some 5 ms, but nothing may depend on an idle machine
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path()}, {}) == 1);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("the trust base does not depend on what SIGCHLD was set to")
{
    const Folder folder;
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    CHECK(probe(folder.path(), folder.self()).holds);
    const bool kept = ::signal(SIGCHLD, before) == SIG_IGN;
    CHECK(kept);
}

TEST_CASE("a program that cannot be executed again breaks the trust")
{
    const Folder folder;
    folder.plant(41);
    const TrustReport report = probe(folder.path(), folder.self());
    CHECK(!report.holds);
    CHECK(report.problem
          == fmt::format("the trust base does not hold: exec: executing {} again: a child ended by exit status 41 "
                         "instead of exit status 42. The kit itself stands on this, so nothing can be judged here",
                         folder.self()));
    CHECK(report.summary.starts_with("does not hold: exec: "));
    CHECK(!probe(folder.path(), "/no/such").holds);
}

TEST_CASE("where nothing is executed, only what such a run stands on is asked")
{
    const Folder folder;
    const std::vector<TrustProbe> probes = trust_base(folder.path(), "");
    for (const char* unasked : {"wait without reaping", "pipe", "exec"})
    {
        CHECK(std::ranges::find(probes, unasked, &TrustProbe::name) == probes.end());
    }
    const TrustReport report = evaluate(probes);
    INFO(report.problem);
    CHECK(report.holds);
    CHECK(report.summary.starts_with("holds: 6 probes in "));
}

TEST_CASE("a folder that takes no file breaks the trust")
{
    const Folder folder;
    CHECK(probe("/no/such", folder.self()).problem.find("creating the file /no/such/trust-probe failed: ENOENT")
          != std::string::npos);
}

TEST_CASE("planted probes: the first needed one that does not hold ends the evaluation")
{
    bool reached = false;
    const TrustReport report = evaluate({holding("a"),
                                         {"b", [] { return Problem{"it is broken"}; }},
                                         {"c", [&] { return reached = true, Problem{}; }}});
    CHECK(!report.holds);
    CHECK(!reached);
    CHECK(report.problem
          == "the trust base does not hold: b: it is broken. The kit itself stands on this, so nothing can be "
             "judged here");
    CHECK(report.summary == "does not hold: b: it is broken");
}

TEST_CASE("planted probes: one that throws does not hold")
{
    const TrustReport report =
        evaluate({{"b", []() -> Problem { throw std::runtime_error{"no memory"}; }}, holding("c")});
    CHECK(!report.holds);
    CHECK(report.summary == "does not hold: b: no memory");
}

TEST_CASE("planted probes: one that is not needed is only noted")
{
    const TrustReport report = evaluate({{"b", [] { return Problem{"not here"}; }, false}, holding("c")});
    CHECK(report.holds);
    CHECK(report.problem.empty());
    CHECK(report.summary.starts_with("holds: 1 probes in "));
    CHECK(report.summary.ends_with(" ms; b: not here"));
}
