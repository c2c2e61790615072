// How fast the kit is, against the floor: both sides run in turns, so that what else the machine does hits both.
//
//     benchmark KIT SYNTHETIC FLOOR [--rounds N] [--jobs N]
#include "runner/stored_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace
{

using Words = std::vector<std::string>;
using Seconds = std::chrono::duration<double>;

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

struct Cost
{
    double wall = 0; ///< seconds
    double cpu = 0;  ///< seconds, of the program and all that it waited for
};

// Runs a program to its end, its output thrown away.
Cost cost_of(const Words& command)
{
    std::vector<char*> arguments;
    std::ranges::transform(command, std::back_inserter(arguments),
                           [](const std::string& word) { return const_cast<char*>(word.c_str()); });
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    const auto begun = std::chrono::steady_clock::now();
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    rusage usage{};
    if (error != 0 || ::wait4(pid, &status, 0, &usage) != pid || status > (1 << 8))
    {
        throw std::runtime_error{fmt::format("{} could not be run, or not to its end", command[0])};
    }
    return {Seconds{std::chrono::steady_clock::now() - begun}.count(),
            seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

/// A value's samples, and what is told of them.
class Samples
{
public:
    void add(double value)
    {
        values_.insert(std::ranges::upper_bound(values_, value), value);
    }
    [[nodiscard]] double median() const
    {
        return at(0.5);
    }
    [[nodiscard]] std::string text(int decimals) const
    {
        return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", median(), decimals, at(0.25), decimals, at(0.75),
                           decimals);
    }

private:
    [[nodiscard]] double at(double part) const
    {
        return values_.at(static_cast<std::size_t>(std::lround(part * static_cast<double>(values_.size() - 1))));
    }
    std::vector<double> values_;
};

struct Side
{
    std::string name;
    Words command;
    Samples wall{};
    Samples cpu{};
    Samples ratio{}; ///< to the floor of the same round

    double run(double floor)
    {
        const Cost cost = cost_of(command);
        wall.add(cost.wall);
        cpu.add(cost.cpu);
        ratio.add(floor == 0 ? 1 : cost.wall / floor);
        return cost.wall;
    }
};

/// What the kit says of itself after a run: how many properties, how many at once.
ipc_conform::reports::Run warmed_up(const std::string& kit, const std::string& jobs)
{
    std::string folder = (std::filesystem::temp_directory_path() / "ipc-conform-benchmark-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
    {
        throw std::runtime_error{"no folder for temporary files; set TMPDIR"};
    }
    const std::string report = folder + "/report.json";
    Words command{kit, "--all", "--json", report};
    if (!jobs.empty())
    {
        command.insert(command.end(), {"--jobs", jobs});
    }
    cost_of(command);
    ipc_conform::reports::Run run = ipc_conform::runner::read_report(report);
    std::filesystem::remove_all(folder);
    return run;
}

void print(const Side& side, std::size_t count)
{
    const auto properties = static_cast<double>(count);
    fmt::print("{:<28} {:>24} {:>12.0f} {:>22} {:>24}\n", side.name, side.wall.text(3),
               properties / side.wall.median(), fmt::format("{:.2f}", side.cpu.median() * 1000 / properties),
               side.ratio.text(2));
}

} // namespace

int main(int argument_count, char** arguments)
{
    CLI::App app{"How fast the kit is, against the floor: programs that only fork once, as many at once."};
    std::string kit;
    std::string synthetic;
    std::string floor_program;
    std::string jobs;
    int rounds = 11;
    app.add_option("KIT", kit)->required();
    app.add_option("SYNTHETIC", synthetic, "The runner with cases that only start a peer")->required();
    app.add_option("FLOOR", floor_program)->required();
    app.add_option("--jobs", jobs, "Cases at once (default: the kit's)");
    app.add_option("--rounds", rounds)->check(CLI::Range(1, 1000))->capture_default_str();
    CLI11_PARSE(app, argument_count, arguments);
    try
    {
        const ipc_conform::reports::Run run = warmed_up(kit, jobs);
        const std::size_t count = run.results.size();
        const std::string at_once = std::to_string(run.jobs);
        Side floor{"floor", {floor_program, std::to_string(count), at_once}};
        Side bare{"synthetic cases, the same number",
                  {synthetic, "--all", "--jobs", at_once, "--shard", fmt::format("1/{}", 10'000 / count)}};
        Side all{"ipc-conform --all", {kit, "--all", "--jobs", at_once}};
        for (int round = 0; round < rounds; ++round)
        {
            const double of_this_round = floor.run(0);
            bare.run(of_this_round);
            all.run(of_this_round);
        }
        fmt::print("{} properties, {} at once, {} rounds; median (middle half)\n", count, at_once, rounds);
        fmt::print("{:<28} {:>24} {:>12} {:>22} {:>24}\n", "", "seconds", "a second", "CPU ms a property",
                   "times the floor");
        print(floor, count);
        print(bare, count);
        print(all, count);
        return 0;
    }
    catch (const std::exception& error)
    {
        fmt::print(stderr, "benchmark: {}\n", error.what());
        return 3;
    }
}
