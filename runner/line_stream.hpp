// What a process writes, line by line.
#pragma once

#include "runner/bounded_lines.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>

namespace ipc_conform::runner
{

/// A pipe of which another process gets one end.
class LineStream
{
public:
    /// `take` gets each line, as BoundedLines says, and `at_end` is called when no process can write any more.
    /// Throws CannotJudge when there is no pipe to be had.
    LineStream(boost::asio::io_context& context, std::size_t longest, std::function<void(std::string_view)> take,
               std::function<void()> at_end);
    ~LineStream();
    LineStream(const LineStream&) = delete;
    LineStream& operator=(const LineStream&) = delete;

    /// The end that the other process is to have.
    [[nodiscard]] int sink() const
    {
        return sink_;
    }
    /// To be called when it has it: closes it here, and begins to read.
    void begin();
    [[nodiscard]] bool ended() const
    {
        return ended_;
    }

private:
    void read();

    boost::asio::posix::stream_descriptor source_;
    BoundedLines lines_;
    std::function<void()> at_end_;
    std::array<char, 65536> piece_{};
    int sink_ = -1;
    bool ended_ = false;
};

} // namespace ipc_conform::runner
