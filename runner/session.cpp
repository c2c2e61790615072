#include "runner/session.hpp"

#include "fixtures/error_names.hpp"
#include "fixtures/journal_reader.hpp"
#include "fixtures/registry.hpp"
#include "reports/terminal.hpp"
#include "runner/clean.hpp"
#include "runner/display.hpp"
#include "runner/errors.hpp"
#include "runner/judge.hpp"
#include "runner/plain_supervisor.hpp"
#include "runner/platform.hpp"
#include "runner/preflight.hpp"
#include "runner/program.hpp"
#include "runner/recording.hpp"
#include "runner/schedule.hpp"
#include "runner/stored_report.hpp"
#include "runner/supervisor.hpp"
#include "runner/trust.hpp"
#include "runner/via.hpp"
#include "runner/workspace.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <iostream>
#include <random>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

// The properties that a report says were not as expected.
std::vector<std::string> failed_in(const std::string& path)
{
    std::vector<std::string> failed;
    for (const reports::Result& result : read_report(path).results)
    {
        if (!result.expected)
        {
            failed.push_back(result.id);
        }
    }
    return failed;
}

Durations durations_in(const std::string& path)
{
    Durations durations;
    for (const reports::Result& result : read_report(path).results)
    {
        durations[result.id] = result.milliseconds;
    }
    return durations;
}

Selection selection_of(const RunOptions& options)
{
    Selection selection = select(properties(), options.patterns);
    if (!options.failed_from.empty())
    {
        const std::vector<std::string> failed = failed_in(options.failed_from);
        std::erase_if(selection, [&](const Property* property) {
            return std::ranges::find(failed, property->id) == failed.end();
        });
    }
    return options.shard ? part_of(selection, *options.shard,
                                   options.shard_by.empty() ? Durations{} : durations_in(options.shard_by))
                         : selection;
}

// Small enough for every JSON reader to hold it exactly.
std::uint64_t new_seed()
{
    std::random_device random;
    return (static_cast<std::uint64_t>(random()) << 21U) ^ random();
}

reports::Run header_of(const RunOptions& options)
{
    reports::Run run;
    run.kit_version = IPC_CONFORM_VERSION;
    run.seed = options.seed.value_or(new_seed());
    run.shake = options.shake;
    run.jobs = options.plain ? 1 : options.jobs == 0 ? default_jobs() : options.jobs;
    run.proved = options.prove;
    run.platform = platform_of_this_system();
    return run;
}

// Why journals cannot be kept in memory; empty: they can.
std::string without_memory_files()
{
    const int file = journal::memory_file();
    const std::string problem = file < 0 ? fmt::format("memfd_create: {}", name_of_error(errno)) : "";
    ::close(file);
    return problem;
}

// No case has anywhere to write down what it sees.
Measured restrict_all(const std::string& problem, const Selection& selection, const reports::Run& header,
                      Recording& recording)
{
    recording.begin(header, selection.size());
    Measured measured;
    for (const Property* property : selection)
    {
        const auto judged = judged_without_running(*property, header.platform.system);
        measured.results.push_back(recording.judged(
            judged ? *judged
                   : restricted(*property, problem,
                                "set TMPDIR to a writable folder; for a container: --tmpfs /tmp")));
        recording.tell(measured.results.back());
    }
    return measured;
}

// When the supervisor gives up, its journals are all that tells what the running cases have made.
int supervise_or_clean(const SupervisorOptions& options, const TaskFlow& flow)
{
    try
    {
        return options.program.empty() ? supervise_plainly(options, flow) : supervise(options, flow);
    }
    catch (...)
    {
        clean_run(options.workspace, options.mark);
        throw;
    }
}

Measured measure_here(const RunOptions& options, const Selection& selection, Recording& recording)
{
    reports::Run header = header_of(options);
    const Workspace workspace{options.disk};
    const std::string no_memory = workspace.folder().empty() ? without_memory_files() : "";
    if (!no_memory.empty())
    {
        return restrict_all(fmt::format("{}; {}", workspace.problem(), no_memory), selection, header, recording);
    }
    const std::string program = options.plain ? std::string{} : program_path();
    const TrustReport trust = probe(workspace.folder(), program);
    if (!trust.holds)
    {
        throw CannotJudge{trust.problem};
    }
    header.trust = trust.summary + (options.plain ? " (plain: the kit executes nothing)" : "");
    recording.begin(header, selection.size());

    Schedule schedule{selection, options, header.platform.system};
    Display display{schedule.planned() + selection.size()};
    const auto tell = [&](const reports::Result& result) { recording.tell(recording.judged(result)); };
    for (const reports::Result* result : schedule.without_execution())
    {
        tell(*result);
    }
    const TaskFlow flow{
        .next = [&] { return schedule.next(); },
        .started = [&](const Task& task) { display.started(task.property->id); },
        .ended =
            [&](const Execution& execution) {
                reports::Result result = recording.judged(judge(execution));
                if (header.shake)
                {
                    result.rerun += fmt::format(" --shake {}", *header.shake);
                }
                display.finished(result.id, result.verdict);
                if (const reports::Result* complete = schedule.take(execution.task, std::move(result)))
                {
                    tell(*complete);
                }
            },
        .tick =
            [&] {
                display.draw();
                recording.alive();
            },
    };
    const SupervisorOptions supervisor{.program = program,
                                       .workspace = workspace.folder(),
                                       .mark = workspace.mark(),
                                       .disk = workspace.disk(),
                                       .thorough = options.thorough,
                                       .execute = options.execute,
                                       .jobs = header.jobs,
                                       .seed = header.seed,
                                       .shake = header.shake};
    const bool partial = supervise_or_clean(supervisor, flow) != 0;
    return {schedule.results(), partial, {}};
}

} // namespace

reports::Run measure(const RunOptions& options, ReportFiles& files)
{
    Recording recording{options.expect, files};
    prepare_process();
    const Selection selection = selection_of(options);
    clean_dead_runs();
    // Where there is nothing to run, there is no need to go anywhere.
    return recording.conclude(options.via && !selection.empty() ? measure_in_target(options, selection, recording)
                                                                : measure_here(options, selection, recording));
}

int run_session(const RunOptions& options)
{
    refuse_deadly_filters(options.plain);
    ReportFiles files{options.reports};
    const reports::Run run = measure(options, files);

    std::ostream& screen = files.use_standard_output() ? std::cerr : std::cout;
    screen << reports::terminal_report(run, style_of(files.use_standard_output() ? 2 : 1)) << std::flush;
    return files.finish(run);
}

} // namespace ipc_conform::runner
