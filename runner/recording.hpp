// A run as it is written down, wherever it takes place.
#pragma once

#include "reports/model.hpp"
#include "runner/expectations.hpp"
#include "runner/report_files.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// What has come of a selection.
struct Measured
{
    std::vector<reports::Result> results; ///< in the order of the selection
    bool partial = false;                 ///< cut short
    std::vector<std::string> unexpected;  ///< what its results do not show; see Run
};

/// Judges results by the expectations and streams them as they come, then makes a whole of them.
class Recording
{
public:
    /// Looks at the files of expectations, so that a wrong one costs no run. Throws UsageError.
    Recording(const std::vector<std::string>& expect, ReportFiles& files);

    /// The first thing to do: `header` is what is known before any result, but for the time. Throws UsageError
    /// when two entries speak of the same id on its platform, or when a report cannot be opened.
    void begin(reports::Run header, std::size_t planned);
    /// The result with `expected`, `expectation` and `link` set.
    [[nodiscard]] reports::Result judged(reports::Result result) const;
    /// Streams a result that is complete and has been judged.
    void tell(const reports::Result& result);
    /// To be called from time to time while nothing is to be told.
    void alive();
    /// The run, with all that is not as expected and the claims that it decides.
    [[nodiscard]] reports::Run conclude(Measured measured);

private:
    const std::vector<std::string>& expect_;
    ReportFiles& files_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::string started_;
    Expectations expectations_;
    reports::Run run_;
};

} // namespace ipc_conform::runner
