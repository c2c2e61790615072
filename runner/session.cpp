#include "runner/session.hpp"

#include "fixtures/registry.hpp"
#include "reports/terminal.hpp"
#include "runner/claims.hpp"
#include "runner/clean.hpp"
#include "runner/display.hpp"
#include "runner/errors.hpp"
#include "runner/expectations.hpp"
#include "runner/judge.hpp"
#include "runner/plain_supervisor.hpp"
#include "runner/platform.hpp"
#include "runner/program.hpp"
#include "runner/report_files.hpp"
#include "runner/schedule.hpp"
#include "runner/stored_report.hpp"
#include "runner/supervisor.hpp"
#include "runner/trust.hpp"
#include "runner/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iostream>
#include <iterator>
#include <random>

namespace ipc_conform::runner
{

namespace
{

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>{Clock::now() - start}.count();
}

std::vector<std::string> ids_of(const std::vector<Property>& all)
{
    std::vector<std::string> ids;
    std::ranges::transform(all, std::back_inserter(ids), &Property::id);
    return ids;
}

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
    run.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                              fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
    run.seed = options.seed.value_or(new_seed());
    run.jobs = options.jobs == 0 ? default_jobs() : options.jobs;
    run.proved = options.prove;
    run.platform = platform_of_this_system();
    return run;
}

// A result as it is streamed has to say by itself whether it is expected.
reports::Result with_expectation(reports::Result result, const Expectations& expectations)
{
    apply(expectations, result);
    return result;
}

void add_survivors(reports::Run& run)
{
    for (const reports::Result& result : run.results)
    {
        for (const reports::Proof& proof : result.proofs)
        {
            if (!proof.killed())
            {
                run.unexpected.push_back(fmt::format("surviving fault: {}: {} ({})", result.id, proof.fault,
                                                     reports::name_of(proof.verdict)));
            }
        }
    }
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
        clean_run(options.workspace);
        throw;
    }
}

void execute(const RunOptions& options, const Selection& selection, const Expectations& expectations,
             reports::Run& run, ReportFiles& files)
{
    const Workspace workspace{options.disk};
    const std::string program = options.plain ? std::string{} : program_path();
    const TrustReport trust = probe(workspace.folder(), program);
    if (!trust.holds)
    {
        throw CannotJudge{trust.problem};
    }
    run.trust = trust.summary + (options.plain ? " (plain: the kit executes nothing)" : "");
    files.begin(run, selection.size());

    Schedule schedule{selection, options, run.platform.system};
    Display display{schedule.planned() + selection.size()};
    const auto tell = [&](const reports::Result& result) { files.result(with_expectation(result, expectations)); };
    for (const reports::Result* result : schedule.without_execution())
    {
        tell(*result);
    }
    const TaskFlow flow{
        .next = [&] { return schedule.next(); },
        .started = [&](const Task& task) { display.started(task.property->id); },
        .ended =
            [&](const Execution& execution) {
                reports::Result result = with_expectation(judge(execution), expectations);
                display.finished(result.id, result.verdict);
                if (const reports::Result* complete = schedule.take(execution.task, std::move(result)))
                {
                    tell(*complete);
                }
            },
        .tick = [&] { display.draw(); },
    };
    const SupervisorOptions supervisor{.program = program,
                                       .workspace = workspace.folder(),
                                       .disk = workspace.disk(),
                                       .thorough = options.thorough,
                                       .jobs = run.jobs,
                                       .seed = run.seed};
    run.partial = supervise_or_clean(supervisor, flow) != 0;
    run.results = schedule.results();
}

} // namespace

reports::Run measure(const RunOptions& options, ReportFiles& files)
{
    const auto started = Clock::now();
    prepare_process();
    const Selection selection = selection_of(options);
    reports::Run run = header_of(options);
    const Expectations expectations = in_force(options.expect, run.platform);
    run.expectations = expectations.name;
    clean_dead_runs();

    execute(options, selection, expectations, run, files);
    apply(expectations, run, ids_of(properties()));
    add_survivors(run);
    run.claims = judge_claims(run.results, true);
    run.milliseconds = milliseconds_since(started);
    return run;
}

int run_session(const RunOptions& options)
{
    ReportFiles files{options.reports, platform_of_this_system()};
    const reports::Run run = measure(options, files);

    std::ostream& screen = files.use_standard_output() ? std::cerr : std::cout;
    screen << reports::terminal_report(run, style_of(files.use_standard_output() ? 2 : 1)) << std::flush;
    return files.finish(run);
}

} // namespace ipc_conform::runner
