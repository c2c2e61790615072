#include "runner/stored_report.hpp"

#include "reports/json.hpp"
#include "reports/printable.hpp"
#include "reports/terminal.hpp"
#include "runner/display.hpp"
#include "runner/errors.hpp"
#include "runner/report_files.hpp"
#include "runner/untrusted_file.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace ipc_conform::runner
{
namespace
{

/// Several times what a run has to say in which every property fails.
constexpr std::size_t largest_report = 32U << 20U;

} // namespace

reports::Run read_report(const std::string& path)
{
    const std::string text = read_untrusted_file(path, "the report", largest_report);
    try
    {
        return reports::run_from_json(text);
    }
    catch (const reports::ReadError& error)
    {
        throw UsageError{fmt::format("{} is no report of this kit: {}", reports::printable(path), error.what())};
    }
}

bool is_report(const std::string& path)
{
    std::error_code absent;
    if (!std::filesystem::is_regular_file(path, absent))
    {
        return false;
    }
    try
    {
        read_report(path);
        return true;
    }
    catch (const UsageError&)
    {
        return false;
    }
}

int show_stored_report(const std::string& path, const ReportOptions& wanted)
{
    const reports::Run run = read_report(path);
    ReportFiles files{wanted};
    if (wanted.files.empty() && wanted.folder.empty())
    {
        std::cout << reports::terminal_report(run, style_of(1)) << std::flush;
    }
    files.begin(run, run.results.size());
    for (const reports::Result& result : run.results)
    {
        files.result(result);
    }
    return files.finish(run);
}

} // namespace ipc_conform::runner
