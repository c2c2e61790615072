#include "runner/stored_report.hpp"

#include "reports/json.hpp"
#include "reports/terminal.hpp"
#include "runner/display.hpp"
#include "runner/errors.hpp"
#include "runner/report_files.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>

namespace ipc_conform::runner
{

reports::Run read_report(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
    {
        throw UsageError{fmt::format("cannot read {}", path)};
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    try
    {
        return reports::run_from_json(text);
    }
    catch (const reports::ReadError& error)
    {
        throw UsageError{fmt::format("{} is no report of this kit: {}", path, error.what())};
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
    ReportFiles files{wanted, run.platform};
    if (wanted.files.empty() && wanted.folder.empty())
    {
        std::cout << reports::terminal_report(run, style_of(1)) << std::flush;
    }
    files.begin(run, run.results.size());
    for (const reports::Result& result : run.results)
    {
        files.result(result);
    }
    const std::vector<std::string> problems = files.end(run);
    for (const std::string& problem : problems)
    {
        std::cerr << "ipc-conform: " << problem << '\n';
    }
    return static_cast<int>(problems.empty() ? reports::exit_status(run) : reports::Exit::not_judged);
}

} // namespace ipc_conform::runner
