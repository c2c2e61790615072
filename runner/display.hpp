// What a person at a terminal sees: how to print there, and how far the run has come.
#pragma once

#include "reports/progress.hpp"
#include "reports/style.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace ipc_conform::runner
{

/// Colour and characters for output to this descriptor: plain unless it is a terminal that shows them;
/// NO_COLOR is honoured.
reports::Style style_of(int descriptor);

/// The progress line on standard error; nothing when that is no terminal.
class Display
{
public:
    explicit Display(std::size_t executions);
    void started(std::string_view id);
    void finished(std::string_view id, reports::Verdict verdict);
    void draw();

private:
    std::optional<reports::Progress> progress_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace ipc_conform::runner
