#include "runner/running_case.hpp"

#include "runner/ends.hpp"
#include "runner/errors.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace ipc_conform::runner
{

RunningCase::RunningCase(boost::asio::io_context& context, const SupervisorOptions& options, ScratchSpaces& spaces,
                         const Task& task, std::size_t number, const Starter& start)
    : custody_{options, spaces, task, number}, deadline_{context}, output_{context}
{
    Ends ends = pipe_ends();
    if (ends.ours < 0)
    {
        throw CannotJudge{fmt::format("cannot make a pipe for a case's output: {}", std::strerror(errno))};
    }
    ::fcntl(ends.ours, F_SETFL, O_NONBLOCK);
    output_.assign(ends.ours.release());
    start(custody_, custody_.plan(ends.theirs));
    read_output();
    arm_deadline();
}

void RunningCase::arm_deadline()
{
    deadline_.expires_at(custody_.deadline());
    deadline_.async_wait([this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error) {
        if (!error && !alive.expired())
        {
            custody_.give_up();
        }
    });
}

void RunningCase::keep(std::size_t size)
{
    printed_.append(chunk_.data(), std::min(size, most_output - std::min(printed_.size(), most_output)));
}

void RunningCase::read_output()
{
    // What has been read when the case is concluded cannot be cancelled: its handler runs afterwards.
    output_.async_read_some(
        boost::asio::buffer(chunk_),
        [this, alive = std::weak_ptr{alive_}](const boost::system::error_code& error, std::size_t size) {
            if (!error && !alive.expired())
            {
                keep(size);
                read_output();
            }
        });
}

void RunningCase::drain_output()
{
    constexpr int most_turns = 256; // more than a pipe holds: somebody who cannot be ended goes on writing
    for (int turn = 0; turn < most_turns; ++turn)
    {
        const ssize_t size = ::read(output_.native_handle(), chunk_.data(), chunk_.size());
        if (size <= 0)
        {
            break;
        }
        keep(static_cast<std::size_t>(size));
    }
}

Execution RunningCase::conclude(pid_t pid, int status, const std::vector<pid_t>& cases)
{
    deadline_.cancel();
    Execution execution = custody_.conclude(pid, status, cases);
    drain_output();
    output_.close();
    execution.output = std::move(printed_);
    return execution;
}

} // namespace ipc_conform::runner
