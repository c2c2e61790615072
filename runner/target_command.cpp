#include "runner/target_command.hpp"

#include "fixtures/registry.hpp"
#include "runner/errors.hpp"
#include "runner/program.hpp"
#include "runner/shell_words.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

std::vector<std::string> words_of(const Target& target)
{
    try
    {
        std::vector<std::string> words = shell_words(target.prefix);
        if (!words.empty())
        {
            return words;
        }
    }
    catch (const UsageError& error)
    {
        throw UsageError{fmt::format("--via: {}", error.what())};
    }
    throw UsageError{"--via: no command; it takes a launcher, as in --via 'runsc do'"};
}

// A launcher may change the working directory; what is no file here is one in the target.
std::string program_for(const Target& target)
{
    if (target.program.empty())
    {
        return program_path();
    }
    std::error_code absent;
    return std::filesystem::exists(target.program, absent) ? std::filesystem::absolute(target.program).string()
                                                           : target.program;
}

} // namespace

std::vector<std::string> command_in_target(const RunOptions& options, const Selection& selection)
{
    std::vector<std::string> command = words_of(*options.via);
    command.push_back(program_for(*options.via));
    const auto add = [&](auto... words) { (command.emplace_back(words), ...); };
    const bool by_a_report = !options.failed_from.empty() || !options.shard_by.empty(); // which stands here
    if (by_a_report)
    {
        add("run");
        std::ranges::transform(selection, std::back_inserter(command), &Property::id);
    }
    else if (options.patterns.empty())
    {
        add("--all");
    }
    else
    {
        add("run");
        command.insert(command.end(), options.patterns.begin(), options.patterns.end());
    }
    if (options.shard && !by_a_report)
    {
        add("--shard", fmt::format("{}/{}", options.shard->index, options.shard->count));
    }
    add("--ndjson", "-");
    for (const auto& [wanted, option] :
         {std::pair{options.prove, "--prove"}, std::pair{options.thorough, "--thorough"},
          std::pair{options.until_fail, "--until-fail"}, std::pair{options.plain, "--plain"},
          std::pair{options.execute, "--execute"}})
    {
        if (wanted)
        {
            add(option);
        }
    }
    const RunOptions usual;
    if (options.jobs != usual.jobs)
    {
        add("--jobs", std::to_string(options.jobs));
    }
    if (options.deadline != usual.deadline)
    {
        add("--deadline", fmt::format("{:g}", static_cast<double>(options.deadline.count()) / 1000));
    }
    if (options.repeat != usual.repeat)
    {
        add("--repeat", std::to_string(options.repeat));
    }
    if (!options.disk.empty())
    {
        add("--disk", options.disk);
    }
    if (options.seed)
    {
        add("--seed", std::to_string(*options.seed));
    }
    if (options.shake)
    {
        add("--shake", std::to_string(*options.shake));
    }
    return command;
}

} // namespace ipc_conform::runner
