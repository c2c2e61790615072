// The files a run writes: opened before anything runs, so that a wrong name costs nothing.
#pragma once

#include "reports/format.hpp"
#include "reports/model.hpp"
#include "reports/ndjson.hpp"
#include "reports/tap.hpp"
#include "runner/options.hpp"

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// One target of a report: a file, or standard output for "-".
class ReportFile
{
public:
    /// Opens it, keeping what it holds until something is written. Throws UsageError naming file and reason.
    explicit ReportFile(const std::string& path);
    [[nodiscard]] std::ostream& stream();
    /// Replaces the file's content. Returns what went wrong, or nothing.
    [[nodiscard]] std::optional<std::string> write(const std::string& text);
    /// Whether everything streamed so far has arrived; what went wrong, or nothing.
    [[nodiscard]] std::optional<std::string> flush();
    /// Drops what an earlier run has left in it.
    void truncate();

private:
    std::string path_;
    std::unique_ptr<std::ofstream> file_; ///< null for standard output
};

/// All files of one run.
class ReportFiles
{
public:
    /// Opens them, but for those of a folder that is to hold every format: it is made.
    explicit ReportFiles(const ReportOptions& options);

    /// Whether one of them is standard output, which then belongs to it alone.
    [[nodiscard]] bool use_standard_output() const
    {
        return standard_output_;
    }
    /// Opens those of the folder, which the run's platform names, and starts those that are written as the run
    /// goes; `planned`: how many results are to come.
    void begin(const reports::Run& run, std::size_t planned);
    void result(const reports::Result& result);
    /// To be called from time to time: a stream on which nothing has come for a while says that the run goes on.
    void alive();
    /// Writes everything and complains on standard error of what could not be written. The run's exit status, or 3
    /// when something could not.
    [[nodiscard]] int finish(const reports::Run& run);

private:
    /// Writes everything; one line for each file that could not be written.
    std::vector<std::string> end(const reports::Run& run);
    void open(const reports::Format& format, const std::string& path);
    void open_in_folder(const reports::Platform& platform);

    std::vector<std::pair<const reports::Format*, ReportFile>> files_; ///< written at the end
    std::optional<ReportFile> streamed_;                               ///< NDJSON
    std::optional<ReportFile> console_;                                ///< KTAP
    std::optional<reports::NdjsonWriter> lines_;
    std::optional<reports::KtapWriter> points_;
    std::chrono::steady_clock::time_point last_line_;
    std::string folder_;
    bool standard_output_ = false;
};

/// Files, "-" for standard output, and what is to stand in each.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// Writes them. All are opened before the first is written: throws UsageError when one cannot be, or when two are
/// standard output; std::runtime_error, naming the file and the reason, when one cannot be written.
void write_texts(const Texts& texts);

} // namespace ipc_conform::runner
