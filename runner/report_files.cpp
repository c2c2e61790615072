#include "runner/report_files.hpp"

#include "runner/errors.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <stdexcept>

namespace ipc_conform::runner
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_silence{5};
constexpr const char* only_one = "only one report can go to standard output (-)";

} // namespace

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

ReportFiles::ReportFiles(const ReportOptions& options) : folder_{options.folder}
{
    for (const auto& [name, path] : options.files)
    {
        open(*reports::format_named(name), path);
    }
    if (options.ktap)
    {
        if (std::exchange(standard_output_, true))
        {
            throw UsageError{only_one};
        }
        console_.emplace("-");
    }
    if (folder_.empty())
    {
        return;
    }
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
    {
        throw UsageError{fmt::format("cannot make the folder {}: {}", folder_, error.message())};
    }
}

void ReportFiles::open_in_folder(const reports::Platform& platform)
{
    std::error_code error;
    const std::string name = reports::platform_file_name(platform);
    for (const reports::Format& format : reports::formats())
    {
        const std::string file = fmt::format("{}/{}.{}", folder_, name, format.extension);
        if (std::filesystem::is_symlink(file, error)) // anybody can tell the name, and the folder may be shared
        {
            throw UsageError{fmt::format("{} is a symbolic link: remove it, or name another folder", file)};
        }
        open(format, file);
    }
}

void ReportFiles::open(const reports::Format& format, const std::string& path)
{
    if (path == "-" && std::exchange(standard_output_, true))
    {
        throw UsageError{only_one};
    }
    if (format.name == "ndjson" && !streamed_)
    {
        streamed_.emplace(path);
        return;
    }
    files_.emplace_back(&format, ReportFile{path});
}

void ReportFiles::begin(const reports::Run& run, std::size_t planned)
{
    if (!folder_.empty())
    {
        open_in_folder(run.platform);
    }
    if (streamed_)
    {
        last_line_ = Clock::now();
        streamed_->truncate();
        lines_.emplace(streamed_->stream());
        lines_->begin(run);
    }
    if (console_)
    {
        points_.emplace(console_->stream());
        points_->begin(run, planned);
    }
}

void ReportFiles::result(const reports::Result& result)
{
    if (lines_)
    {
        lines_->result(result);
        last_line_ = Clock::now();
    }
    if (points_)
    {
        points_->result(result);
    }
}

void ReportFiles::alive()
{
    if (lines_ && Clock::now() - last_line_ >= longest_silence)
    {
        lines_->alive();
        last_line_ = Clock::now();
    }
}

int ReportFiles::finish(const reports::Run& run)
{
    const std::vector<std::string> problems = end(run);
    for (const std::string& problem : problems)
    {
        std::cerr << "ipc-conform: " << problem << '\n';
    }
    return static_cast<int>(problems.empty() ? reports::exit_status(run) : reports::Exit::not_judged);
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
    errno = 0;
    if (lines_)
    {
        lines_->end(run);
        note(streamed_->flush());
    }
    if (points_)
    {
        points_->end(run);
        note(console_->flush());
    }
    for (auto& [format, file] : files_)
    {
        note(file.write(format->render(run)));
    }
    return problems;
}

void write_texts(const Texts& texts)
{
    if (std::ranges::count(texts, "-", &Texts::value_type::first) > 1)
    {
        throw UsageError{only_one};
    }
    std::vector<ReportFile> files;
    for (const auto& [path, text] : texts)
    {
        files.emplace_back(path);
    }
    for (std::size_t index = 0; index < files.size(); ++index)
    {
        if (const auto problem = files[index].write(texts[index].second))
        {
            throw std::runtime_error{*problem};
        }
    }
}

} // namespace ipc_conform::runner
