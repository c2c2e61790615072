#include "runner/via.hpp"

#include "fixtures/error_names.hpp"
#include "reports/printable.hpp"
#include "runner/clean.hpp"
#include "runner/display.hpp"
#include "runner/errors.hpp"
#include "runner/judge.hpp"
#include "runner/shell_words.hpp"
#include "runner/target_command.hpp"
#include "runner/target_process.hpp"
#include "runner/target_report.hpp"

#include <deque>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <sys/wait.h>

namespace ipc_conform::runner
{

namespace
{

using Cause = TargetEnding::Cause;

std::string seconds_of(std::chrono::milliseconds time)
{
    return fmt::format("{:g}", static_cast<double>(time.count()) / 1000);
}

std::string words_of(int status)
{
    constexpr int of_a_signal = 128; // as shells tell that what they ran was killed
    if (WIFSIGNALED(status))
    {
        return fmt::format("killed by {}", name_of_signal(WTERMSIG(status)));
    }
    const int exit = WEXITSTATUS(status);
    return exit > of_a_signal && exit <= of_a_signal + 64
               ? fmt::format("exit status {}: {}", exit, name_of_signal(exit - of_a_signal))
               : fmt::format("exit status {}", exit);
}

/// The last lines that are nothing of the report: what is left to tell why a target died.
class LastWords
{
public:
    void add(std::string_view line)
    {
        constexpr std::size_t most = 3;
        constexpr std::size_t longest = 200;
        words_.push_back(reports::shortened(reports::printable(line.substr(0, 4 * longest)), longest));
        if (words_.size() > most)
        {
            words_.pop_front();
        }
    }

    [[nodiscard]] std::string text() const
    {
        return words_.empty() ? "it said nothing" : fmt::format("its last words: {}", fmt::join(words_, " | "));
    }

private:
    std::deque<std::string> words_;
};

class RunInTarget
{
public:
    RunInTarget(const RunOptions& options, const Selection& selection, Recording& recording)
        : options_{options},
          selection_{selection},
          recording_{recording},
          report_{selection},
          how_to_rerun_{fmt::format(
              " --via {}{}", shell_quoted(options.via->prefix),
              options.via->program.empty() ? "" : " --via-program " + shell_quoted(options.via->program))}
    {
    }

    Measured run()
    {
        ending_ = watch();
        if (!report_.ended_partial())
        {
            clean_dead_runs(); // a target that is no more than a sandbox has left a run of this user's
        }
        if (!report_.header())
        {
            throw CannotJudge{fmt::format("no report: {}; {}", how_it_ended(), hints())};
        }
        if (!came_to_its_end() && ending_.cause != Cause::interrupted)
        {
            std::cerr << fmt::format("ipc-conform: {} before the end of its report; {}\n", how_it_ended(),
                                     hints());
        }
        return gathered();
    }

private:
    TargetEnding watch()
    {
        const std::vector<std::string> command = command_in_target(options_, selection_);
        Display display{selection_.size()};
        display.started(options_.via->prefix);
        const TargetFlow flow{
            .output = [&](std::string_view line) { return take(line, display); },
            .errors = [&](std::string_view line) { last_words_.add(line); },
            .tick =
                [&] {
                    display.draw();
                    recording_.alive();
                },
        };
        return run_target({.command = command, .patience = options_.via->patience}, flow);
    }

    Meaning take(std::string_view line, Display& display)
    {
        switch (report_.take(line))
        {
        case Taken::noise:
            last_words_.add(line);
            return Meaning::nothing;
        case Taken::sign:
            return Meaning::alive;
        case Taken::header:
            begin(*report_.header());
            return Meaning::alive;
        case Taken::result:
            tell(report_.latest(), display);
            return Meaning::alive;
        case Taken::end:
            return Meaning::done;
        case Taken::beginning_again:
            return Meaning::beyond;
        }
        return Meaning::nothing;
    }

    void begin(reports::Run header)
    {
        header.via = options_.via->prefix;
        recording_.begin(std::move(header), selection_.size());
    }

    void tell(std::size_t place, Display& display)
    {
        const reports::Result result = completed(*report_.results()[place], place);
        display.finished(result.id, result.verdict);
        recording_.tell(result);
    }

    // As this kit would have said it.
    [[nodiscard]] reports::Result completed(reports::Result result, std::size_t place) const
    {
        result.rerun = blank_result(*selection_[place]).rerun + how_to_rerun_;
        return recording_.judged(std::move(result));
    }

    [[nodiscard]] reports::Result unreported(std::size_t place) const
    {
        reports::Result result = blank_result(*selection_[place]);
        result.verdict = reports::Verdict::unresolved;
        result.reason =
            came_to_its_end()
                ? fmt::format("{} did not report this",
                              *report_.ended_partial() ? "the target's run was cut short: it" : "the target")
                : fmt::format("{} before it reported this", how_it_ended());
        if (const std::string unreadable = report_.unreadable(); !unreadable.empty())
        {
            result.reason += "; " + unreadable;
        }
        return completed(std::move(result), place);
    }

    // A kit that is ended from here may still say so itself, as the last thing.
    [[nodiscard]] bool came_to_its_end() const
    {
        return report_.ended_partial() && ending_.cause == Cause::itself;
    }

    [[nodiscard]] std::string how_it_ended() const
    {
        switch (ending_.cause)
        {
        case Cause::silence:
            return fmt::format("the target gave no line for {} s and was ended",
                               seconds_of(options_.via->patience));
        case Cause::beyond:
            return "the target started anew";
        case Cause::interrupted:
            return "the target was interrupted";
        case Cause::itself:
            break;
        }
        return fmt::format("the target ended ({})", words_of(ending_.status));
    }

    [[nodiscard]] std::string hints() const
    {
        const std::string unreadable = report_.unreadable();
        return unreadable.empty() ? last_words_.text() : fmt::format("{}; {}", unreadable, last_words_.text());
    }

    Measured gathered()
    {
        Measured measured;
        const bool interrupted = ending_.cause == Cause::interrupted;
        measured.partial = report_.ended_partial().value_or(true);
        for (std::size_t place = 0; place < selection_.size(); ++place)
        {
            if (const auto& reported = report_.results()[place])
            {
                measured.results.push_back(completed(*reported, place));
            }
            else if (!interrupted)
            {
                recording_.tell(measured.results.emplace_back(unreported(place)));
            }
        }
        measured.unexpected = report_.oddities();
        return measured;
    }

    const RunOptions& options_;
    const Selection& selection_;
    Recording& recording_;
    TargetReport report_;
    LastWords last_words_;
    std::string how_to_rerun_;
    TargetEnding ending_;
};

} // namespace

Measured measure_in_target(const RunOptions& options, const Selection& selection, Recording& recording)
{
    if (options.until_fail && !options.expect.empty())
    {
        throw UsageError{
            "--until-fail goes by the expectations that the target has, which are the kit's own: leave out "
            "--expect, or use --repeat"};
    }
    return RunInTarget{options, selection, recording}.run();
}

} // namespace ipc_conform::runner
