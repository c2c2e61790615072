// The process of a target: the launcher with the kit behind it, seen from outside.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

struct TargetPlan
{
    std::vector<std::string> command;   ///< the launcher, its arguments, and what it is to run
    std::chrono::milliseconds patience; ///< see Target
};

/// What a line on the standard output of a target means for its process.
enum class Meaning
{
    nothing, ///< it may come from anybody
    alive,   ///< the kit goes on
    done,    ///< nothing more is to come: it should end by itself
    beyond,  ///< it can be of no use any more, and is to be ended
};

/// Where the lines of a target go. Called from run_target() alone, never concurrently.
struct TargetFlow
{
    std::function<Meaning(std::string_view line)> output;
    std::function<void(std::string_view line)> errors;
    /// Called some times a second.
    std::function<void()> tick;
};

struct TargetEnding
{
    enum class Cause
    {
        itself,      ///< it ended, whatever the reason
        silence,     ///< it was ended for its silence
        beyond,      ///< it was ended by Meaning::beyond
        interrupted, ///< it was ended because this process was to end
    };
    Cause cause = Cause::itself;
    int status = 0; ///< wait status of the launcher
};

/// Runs a target in a session of its own, without standard input, until it has ended. SIGINT, SIGTERM and SIGHUP
/// to this process end it. What is to be ended gets SIGTERM, and SIGKILL some seconds later. No process of it that
/// comes to this one is left. Throws CannotJudge when the launcher cannot be started, and what the flow throws.
TargetEnding run_target(const TargetPlan& plan, const TargetFlow& flow);

} // namespace ipc_conform::runner
