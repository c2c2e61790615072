#include "runner/command_line.hpp"

#include "fixtures/registry.hpp"
#include "reports/format.hpp"
#include "reports/model.hpp"
#include "reports/printable.hpp"
#include "runner/claims_page.hpp"
#include "runner/clean.hpp"
#include "runner/compare_command.hpp"
#include "runner/doctor.hpp"
#include "runner/errors.hpp"
#include "runner/expectations_draft.hpp"
#include "runner/explanation.hpp"
#include "runner/listing.hpp"
#include "runner/matrix_command.hpp"
#include "runner/options.hpp"
#include "runner/reproducer.hpp"
#include "runner/session.hpp"
#include "runner/stored_report.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <iostream>
#include <map>

namespace ipc_conform::runner
{

namespace
{

constexpr const char* footer =
    "Exit status: 0 as expected, 1 something unexpected, 2 wrong usage, 3 the kit could not "
    "judge, 4 nothing ran.";

int status(reports::Exit exit)
{
    return static_cast<int>(exit);
}

// No range excludes what compares with nothing.
const CLI::Validator is_a_number{
    [](const std::string& text) { return text.find("nan") == std::string::npos ? "" : text + " is no number"; },
    ""};

// CLI11 takes -1 for the largest number there is.
const CLI::Validator is_natural{[](const std::string& text) {
                                    std::uint64_t number = 0;
                                    const auto [end, error] =
                                        std::from_chars(text.data(), text.data() + text.size(), number);
                                    return error == std::errc{} && end == text.data() + text.size()
                                               ? ""
                                               : text + " is no number from 0 to 2^64-1";
                                },
                                ""};

constexpr const char* thorough_help = "Let the measured cases take twenty times as many samples";

// An option for each format.
void declare_reports(CLI::App& app, ReportOptions& options)
{
    for (const reports::Format& format : reports::formats())
    {
        app.add_option_function<std::string>(
            fmt::format("--{}", format.name),
            [&options, name = std::string{format.name}](const std::string& file) {
                options.files.emplace_back(name, file);
            },
            fmt::format("Write this FILE (- is standard output): {}", format.purpose));
    }
    app.add_option("--report", options.folder, "Write every format into this folder, files named by platform");
}

// What the options of a run are, wherever on the line they stand.
struct RunArguments
{
    RunOptions options;
    double deadline_seconds = 10;
    std::string shard;
    Target target;
    double patience_seconds = 0;
    CLI::Option* via = nullptr;

    void declare(CLI::App& app)
    {
        app.add_flag("--prove", options.prove, "Run every case under every fault of its own, too: each must FAIL");
        app.add_flag("--thorough", options.thorough, thorough_help);
        CLI::Option* jobs = app.add_option("--jobs,-j", options.jobs,
                                           "Cases that run at once (default: by the number of processors)")
                                ->check(CLI::Range(1, 1024));
        app.add_flag("--plain", options.plain,
                     "For kernels at bring-up: needs fork, wait and regular files only; one case at a time")
            ->excludes(jobs);
        app.add_flag("--execute", options.execute,
                     "Execute the kit for each case, rather than fork a copy that has just been started; slower")
            ->excludes("--plain");
        app.add_option("--deadline", deadline_seconds, "Seconds a case may take")
            ->check(CLI::Range(0.1, 3600.0))
            ->check(is_a_number)
            ->envname(
                "IPC_CONFORM_DEADLINE") // for who knows a machine to be slow, but not what is asked of the kit
            ->capture_default_str();
        app.add_option("--repeat", options.repeat, "Run everything that many times")
            ->check(CLI::Range(1, 1'000'000));
        app.add_flag("--until-fail", options.until_fail, "Repeat until something fails, at most --repeat times");
        CLI::Option* part = app.add_option("--shard", shard, "Run the I-th of N parts: I/N");
        app.add_option("--shard-by", options.shard_by,
                       "Make parts that take equally long by this JSON report's times")
            ->needs(part);
        app.add_option("--failed-from", options.failed_from, "Run what was not as expected in this JSON report");
        declare_reports(app, options.reports);
        app.add_flag("--ktap", options.reports.ktap, "Write KTAP to standard output as the run goes");
        app.add_option(
               "--expect", options.expect,
               "Expectations (TOML) instead of the kit's own; may be given again, built-in names the kit's")
            ->allow_extra_args(false);
        via = app.add_option("--via", target.prefix,
                             "Run it in a target: PREFIX is a command that takes a program, as "
                             "'runsc do' or 'ssh host'; split as by a shell, nothing is expanded");
        app.add_option("--via-program", target.program, "The kit's executable in the target (default: this one)")
            ->needs(via);
        app.add_option("--via-timeout", patience_seconds,
                       "Seconds without a line of the kit after which the target is given up (default: 120 and "
                       "the deadline)")
            ->check(CLI::Range(0.1, 86'400.0))
            ->check(is_a_number)
            ->needs(via);
        app.add_option("--disk", options.disk, "A folder on a disk file system, for memory maps of real files");
        app.add_option("--seed", options.seed, "Seed of the cases' random sizes (default: a new one)")
            ->check(is_natural);
        app.add_option("--shake", options.shake,
                       "Disturb the scheduling around every traced call, the same way for the same SEED")
            ->check(is_natural);
    }

    RunOptions complete()
    {
        options.deadline = std::chrono::milliseconds{static_cast<long>(deadline_seconds * 1000)};
        if (!shard.empty())
        {
            options.shard = parse_shard(shard);
        }
        if (via->count() > 0)
        {
            constexpr double for_a_start = 120; // an emulated machine boots in less
            const double patience = patience_seconds > 0 ? patience_seconds : for_a_start + deadline_seconds;
            target.patience = std::chrono::milliseconds{static_cast<long>(patience * 1000)};
            options.via = target;
        }
        return options;
    }
};

int parse_and_run(int argument_count, char** arguments)
{
    CLI::App app{"ipc-conform checks whether IPC behaves here as documented.", "ipc-conform"};
    app.footer(footer);
    app.set_version_flag("--version", "ipc-conform " IPC_CONFORM_VERSION);
    app.require_subcommand(0, 1);

    RunArguments run_arguments;
    bool all = false;
    app.add_flag("--all", all, "Check every property");
    run_arguments.declare(app);

    std::function<int()> action;
    const auto run_it = [&] { action = [&] { return run_session(run_arguments.complete()); }; };

    std::vector<std::string> patterns;
    bool as_json = false;
    CLI::App* run = app.add_subcommand("run", "Check the properties of these ids, globs or mechanisms");
    run->add_option("PATTERN", run_arguments.options.patterns, "pipe.read-empty-blocks, 'fifo.*', mmap")
        ->required();
    run->fallthrough();
    run->final_callback(run_it);

    CLI::App* list = app.add_subcommand("list", "List properties");
    list->add_option("PATTERN", patterns);
    list->add_flag("--json", as_json, "As JSON, with sources and faults");
    list->final_callback([&] {
        action = [&] {
            std::cout << (as_json ? listing_json(select(properties(), patterns))
                                  : listing_text(select(properties(), patterns)));
            return status(reports::Exit::as_expected);
        };
    });

    std::string id;
    CLI::App* explain = app.add_subcommand("explain", "Tell all about one property");
    explain->add_option("ID", id)->required();
    bool as_c = false;
    std::string recorded;
    CLI::Option* c = explain->add_flag("--c", as_c, "A C program that reproduces a failure, or the case's source");
    explain->add_option("REPORT", recorded, "A JSON report with the failure, instead of a run")->needs(c);
    explain->final_callback([&] {
        action = [&] {
            if (as_c)
            {
                print_reproducer(id, recorded);
            }
            else
            {
                std::cout << explanation(id);
            }
            return status(reports::Exit::as_expected);
        };
    });

    std::string stored;
    ReportOptions renderings;
    CLI::App* report = app.add_subcommand("report", "Write a stored JSON report in other formats, or show it");
    report->add_option("REPORT", stored)->required();
    declare_reports(*report, renderings);
    report->final_callback([&] { action = [&] { return show_stored_report(stored, renderings); }; });

    CLI::App* expect =
        app.add_subcommand("expect", "Draft expectations of what was unexpected in a stored report");
    expect->add_option("REPORT", stored)->required();
    expect->final_callback([&] { action = [&] { return draft_expectations(stored); }; });

    CLI::App* doctor = app.add_subcommand("doctor", "Tell what this system or sandbox disables, and the remedy");
    doctor->add_flag("--json", as_json, "As JSON");
    doctor->final_callback([&] {
        action = [&] {
            std::cout << (as_json ? doctor_json() : doctor_text());
            return status(reports::Exit::as_expected);
        };
    });

    CLI::App* clean = app.add_subcommand("clean", "Remove what killed runs of this user left behind");
    clean->final_callback([&] {
        action = [&] {
            std::cout << clean_text(clean_dead_runs());
            return status(reports::Exit::as_expected);
        };
    });

    declare_compare(app, action);
    declare_matrix(app, action);

    ClaimsOptions claims_options;
    CLI::App* claims = app.add_subcommand("claims", "Tell which of the textbook's claims hold here");
    claims->add_option("REPORT", claims_options.report, "A JSON report to judge by, instead of a run");
    claims->add_flag("--json", claims_options.json, "As JSON");
    claims->add_flag("--thorough", run_arguments.options.thorough, thorough_help);
    claims->add_option("--lang", claims_options.language, "en, or ko for the page's wording and Korean verdicts")
        ->transform(CLI::CheckedTransformer(std::map<std::string, reports::Language>{
            {"en", reports::Language::english}, {"ko", reports::Language::korean}}));
    claims->final_callback(
        [&] { action = [&] { return show_claims(claims_options, run_arguments.complete()); }; });

    try
    {
        app.parse(argument_count, arguments);
    }
    catch (const CLI::Success& answer) // --help, --version
    {
        return app.exit(answer);
    }
    catch (const CLI::ParseError& error)
    {
        throw UsageError{error.what()};
    }
    if (!action && (all || !run_arguments.options.failed_from.empty()))
    {
        run_it();
    }
    if (!action)
    {
        throw UsageError{"nothing to do: --all checks every property, `run PATTERN` some, --help tells the rest"};
    }
    if (all && run->parsed())
    {
        throw UsageError{"--all and `run PATTERN` exclude each other"};
    }
    return action();
}

int complain(const char* message, reports::Exit exit)
{
    std::fprintf(stderr, "ipc-conform: %s\n", reports::printable(message).c_str());
    return status(exit);
}

} // namespace

int run_command_line(int argument_count, char** arguments)
{
    try
    {
        const int result = parse_and_run(argument_count, arguments);
        std::cout.flush();
        return std::cout ? result : complain("cannot write standard output", reports::Exit::not_judged);
    }
    catch (const UsageError& error)
    {
        return complain(error.what(), reports::Exit::usage);
    }
    catch (const std::exception& error)
    {
        return complain(error.what(), reports::Exit::not_judged);
    }
}

} // namespace ipc_conform::runner
