// What a target has reported so far. A target is the system under test: nothing it says is taken for granted.
#pragma once

#include "reports/model.hpp"
#include "runner/selection.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// What came of a line.
enum class Taken
{
    noise,           ///< nothing of the report
    sign,            ///< something that is known already, or could not be read, or says that the run goes on
    header,          ///< the beginning: see header()
    result,          ///< see latest()
    end,             ///< the report is complete, as the target sees it
    beginning_again, ///< a second beginning: the target has started anew
};

class TargetReport
{
public:
    explicit TargetReport(const Selection& selection);

    Taken take(std::string_view line);

    /// What the first line said; nothing while it has not come.
    [[nodiscard]] const std::optional<reports::Run>& header() const
    {
        return header_;
    }
    /// The place of the result that the last line brought.
    [[nodiscard]] std::size_t latest() const
    {
        return latest_;
    }
    /// The results in the order of the selection; nothing for a property that has not been reported.
    [[nodiscard]] const std::vector<std::optional<reports::Result>>& results() const
    {
        return results_;
    }
    /// The last line, if it has come: whether the target says that its run was cut short.
    [[nodiscard]] std::optional<bool> ended_partial() const
    {
        return ended_partial_;
    }
    /// What is wrong with the stream, a line each: results that were not asked for or came again. Of very many,
    /// the first ones.
    [[nodiscard]] const std::vector<std::string>& oddities() const
    {
        return oddities_;
    }
    /// What of the stream could not be read, in a few words; empty when there is no such line.
    [[nodiscard]] std::string unreadable() const;

private:
    Taken take_result(reports::Result result);
    void note(std::string oddity);

    std::map<std::string, std::size_t, std::less<>> places_; ///< by id, in the selection
    std::vector<std::optional<reports::Result>> results_;
    std::optional<reports::Run> header_;
    std::optional<bool> ended_partial_;
    std::size_t latest_ = 0;
    std::size_t bytes_ = 0;
    std::vector<std::string> oddities_;
    std::size_t unreadable_ = 0;
    std::string first_unreadable_;
};

} // namespace ipc_conform::runner
