// What a command line asks for.
#pragma once

#include "runner/shard.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// What is to be written, beside what a person reads.
struct ReportOptions
{
    std::vector<std::pair<std::string, std::string>> files; ///< format and file, "-" for standard output
    std::string folder;                                     ///< for every format, files named by platform
    bool ktap = false;                                      ///< KTAP on standard output, as the run goes
};

/// Where a run takes place that is not to be here.
struct Target
{
    std::string prefix;                    ///< the launcher with its own arguments, as a shell would read them
    std::string program;                   ///< the kit's executable there; empty: this one
    std::chrono::milliseconds patience{0}; ///< without a line of the kit for so long, the target is given up
};

/// The options of a run (`--all`, `run PATTERN…`).
struct RunOptions
{
    std::vector<std::string> patterns; ///< empty: everything
    bool prove = false;                ///< every case under every fault of its own, too
    bool thorough = false;             ///< measurements take twenty times as long
    bool plain = false;                ///< fork, wait and regular files alone: see supervise_plainly()
    bool execute = false;              ///< the kit is executed for each case, not forked: see ForkServer
    std::size_t jobs = 0;              ///< 0: chosen from the number of processors
    std::chrono::milliseconds deadline{10'000};
    std::size_t repeat = 1;
    bool until_fail =
        false; ///< repeat until something is not as expected, at most `repeat` times if that is given
    std::optional<Shard> shard;
    std::string shard_by; ///< a JSON report: shards take equally long by its times
    std::optional<Target> via;
    std::string failed_from; ///< a JSON report: run what was not as expected there
    ReportOptions reports;
    std::vector<std::string> expect; ///< files of expectations instead of the kit's own, which is "built-in"
    std::string disk;                ///< a folder on a disk file system
    std::optional<std::uint64_t> seed;
    std::optional<std::uint64_t> shake; ///< seed by which the scheduling is disturbed around every traced call
};

} // namespace ipc_conform::runner
