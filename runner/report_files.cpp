#include "runner/report_files.hpp"

#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "runner/errors.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>

namespace ipc_conform::runner
{

ReportFile::ReportFile(const std::string& path) : path_{path}
{
    if (path == "-")
    {
        return;
    }
    errno = 0;
    file_ = std::make_unique<std::ofstream>(path, std::ios::binary | std::ios::app);
    if (!*file_)
    {
        throw UsageError{fmt::format("cannot write {}: {}", path, std::strerror(errno))};
    }
}

std::ostream& ReportFile::stream()
{
    return file_ ? *file_ : std::cout;
}

void ReportFile::truncate()
{
    if (file_)
    {
        std::error_code not_a_regular_file; // a device or a pipe has nothing to drop
        std::filesystem::resize_file(path_, 0, not_a_regular_file);
    }
}

std::optional<std::string> ReportFile::write(const std::string& text)
{
    truncate();
    errno = 0; // the stream may write at once, and then it is this call that fails
    stream() << text;
    return flush();
}

std::optional<std::string> ReportFile::flush()
{
    stream().flush();
    if (stream())
    {
        return std::nullopt;
    }
    const int error = errno;
    return fmt::format("cannot write {}: {}", path_ == "-" ? "standard output" : path_,
                       error == 0 ? "the output failed" : std::strerror(error));
}

ReportFiles::ReportFiles(const RunOptions& options)
{
    const auto open = [this](std::optional<ReportFile>& file, const std::string& path) {
        if (path.empty())
        {
            return;
        }
        if (path == "-" && std::exchange(standard_output_, true))
        {
            throw UsageError{"only one report can go to standard output (-)"};
        }
        file.emplace(path);
    };
    open(json_, options.json);
    open(junit_, options.junit);
    open(ndjson_, options.ndjson);
}

void ReportFiles::begin(const reports::Run& run)
{
    if (ndjson_)
    {
        ndjson_->truncate();
        lines_.emplace(ndjson_->stream());
        lines_->begin(run);
    }
}

void ReportFiles::result(const reports::Result& result)
{
    if (lines_)
    {
        lines_->result(result);
    }
}

std::vector<std::string> ReportFiles::end(const reports::Run& run)
{
    std::vector<std::string> problems;
    const auto note = [&](std::optional<std::string> problem) {
        if (problem)
        {
            problems.push_back(std::move(*problem));
        }
    };
    if (lines_)
    {
        errno = 0;
        lines_->end(run);
        note(ndjson_->flush());
    }
    if (json_)
    {
        note(json_->write(reports::to_json(run)));
    }
    if (junit_)
    {
        note(junit_->write(reports::to_junit(run)));
    }
    return problems;
}

} // namespace ipc_conform::runner
