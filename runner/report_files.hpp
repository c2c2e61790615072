// The files a run writes: opened before anything runs, so that a wrong name costs nothing.
#pragma once

#include "reports/model.hpp"
#include "reports/ndjson.hpp"
#include "runner/options.hpp"

#include <fstream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
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
    explicit ReportFiles(const RunOptions& options);

    /// Whether one of them is standard output, which then belongs to it alone.
    [[nodiscard]] bool use_standard_output() const
    {
        return standard_output_;
    }
    void begin(const reports::Run& run);
    void result(const reports::Result& result);
    /// Writes everything; one line for each file that could not be written.
    [[nodiscard]] std::vector<std::string> end(const reports::Run& run);

private:
    std::optional<ReportFile> json_;
    std::optional<ReportFile> junit_;
    std::optional<ReportFile> ndjson_;
    std::optional<reports::NdjsonWriter> lines_;
    bool standard_output_ = false;
};

} // namespace ipc_conform::runner
