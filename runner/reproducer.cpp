#include "runner/reproducer.hpp"

#include "fixtures/case_sources.hpp"
#include "reports/printable.hpp"
#include "runner/case_source.hpp"
#include "runner/errors.hpp"
#include "runner/explanation.hpp"
#include "runner/failed_call.hpp"
#include "runner/replay_program.hpp"
#include "runner/report_files.hpp"
#include "runner/session.hpp"
#include "runner/stored_report.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iostream>
#include <variant>
#include <vector>

namespace ipc_conform::runner
{
namespace
{

std::vector<std::string> title_of(const Property& property, const reports::Platform& platform)
{
    return {fmt::format("property  {}", property.statement),
            fmt::format("source    {}", fmt::join(property.sources, "; ")),
            fmt::format("recorded  on {} {} {}, {}", platform.system, platform.release, platform.machine,
                        platform.libc)};
}

std::variant<std::string, NotTold> program(const Property& property, const reports::Platform& platform,
                                           const reports::Result& result)
{
    const auto failed = failed_call(result);
    if (const auto* reason = std::get_if<NotTold>(&failed))
    {
        return *reason;
    }
    std::vector<std::string> title{
        fmt::format("{}: a program that makes the recorded calls of a failed case again", property.id)};
    std::ranges::move(title_of(property, platform), std::back_inserter(title));
    title.insert(title.end(),
                 {"Numbers of flags are those of this platform. Build: cc -Wall -Werror -o reproducer FILE.c",
                  "Exit status: 0 as documented, 1 not, 2 when a call before went otherwise than recorded"});
    return replay_program(std::get<FailedCall>(failed), title);
}

std::string source(const Property& property, const std::string& reason)
{
    const std::string excerpt = case_source(case_sources(), property.file, property.line);
    std::string text;
    for (const std::string& line :
         {fmt::format("{}: the source of the case (C++), not a program of its own", property.id),
          fmt::format("no C program: {}", reason), fmt::format("property  {}", property.statement),
          fmt::format("source    {}", fmt::join(property.sources, "; ")),
          fmt::format("stands in {}:{}", property.file, property.line),
          fmt::format("run it    ipc-conform run {}", property.id)})
    {
        text += fmt::format("// {}\n", reports::printable(line));
    }
    return text + (excerpt.empty() ? "// This program was built without its source.\n" : '\n' + excerpt);
}

reports::Run run_alone(const Property& property)
{
    RunOptions options;
    options.patterns = {property.id};
    ReportFiles nothing{options.reports};
    return measure(options, nothing);
}

} // namespace

std::string reproducer(const Property& property, const reports::Run& run)
{
    const auto result = std::ranges::find(run.results, property.id, &reports::Result::id);
    if (result == run.results.end())
    {
        return source(property, "it was not run");
    }
    const auto written = program(property, run.platform, *result);
    const auto* text = std::get_if<std::string>(&written);
    return text != nullptr ? *text : source(property, std::get<NotTold>(written).reason);
}

void print_reproducer(const std::string& id, const std::string& report)
{
    const Property& property = property_named(id);
    const reports::Run run = report.empty() ? run_alone(property) : read_report(report);
    if (std::ranges::find(run.results, id, &reports::Result::id) == run.results.end())
    {
        throw UsageError{fmt::format("{} has no result of {}; without a report the case is run",
                                     reports::printable(report), id)};
    }
    std::cout << reproducer(property, run);
}

} // namespace ipc_conform::runner
