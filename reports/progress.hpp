// The line that shows on a terminal how far the run has come.
#pragma once

#include "reports/model.hpp"
#include "reports/style.hpp"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::reports
{

/// One line, redrawn in place and gone at the end:
/// `37/94  0.4 s  1 not PASS  pipe.read-empty-blocks, fifo.open-read-blocks +2`.
class Progress
{
public:
    /// The stream has to outlive the display; `style.width` is the terminal's width.
    Progress(std::ostream& stream, std::size_t total, const Style& style);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress(); ///< clears the line

    void started(std::string_view id);
    void finished(std::string_view id, Verdict verdict);
    /// The terminal's size changed.
    void resize(std::size_t width);
    /// Redraws the line, unless it was drawn less than 50 ms before. To be called after every event and from
    /// time to time, with the time since the run began.
    void draw(double milliseconds);
    /// Takes the line away, before anything else is printed; the next draw() brings it back.
    void clear();

private:
    [[nodiscard]] std::string line(double milliseconds) const;

    std::ostream& out_;
    std::size_t total_;
    Style style_;
    std::size_t done_ = 0;
    std::size_t not_passed_ = 0;
    std::vector<std::string> running_;
    std::size_t drawn_columns_ = 0;
    double drawn_at_ = 0;
};

} // namespace ipc_conform::reports
