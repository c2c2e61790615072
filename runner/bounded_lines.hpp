// Lines out of a stream that nobody vouches for.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// Cuts what comes in pieces into lines, and holds no more than the longest. A carriage return ends a line as a
/// line feed does: consoles write both. Empty lines are passed over; of one that is too long the end is.
class BoundedLines
{
public:
    BoundedLines(std::size_t longest, std::function<void(std::string_view)> take);

    void add(std::string_view piece);
    /// Nothing more comes: what is there is the last line.
    void end();

private:
    std::size_t longest_;
    std::function<void(std::string_view)> take_;
    std::string line_;
};

} // namespace ipc_conform::runner
