// A case that runs as a process beside others: its deadline and what it prints, by events.
#pragma once

#include "runner/custody.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// Starts what is planned and puts it into that custody.
using Starter = std::function<void(Custody&, const LaunchPlan&)>;

/// Started by its constructor, ended by conclude() or its destructor (see Custody).
class RunningCase
{
public:
    RunningCase(boost::asio::io_context& context, const SupervisorOptions& options, ScratchSpaces& spaces,
                const Task& task, std::size_t number, const Starter& start);

    /// -1 while it is not known.
    [[nodiscard]] pid_t pid() const
    {
        return custody_.pid();
    }
    [[nodiscard]] std::size_t number() const
    {
        return custody_.number();
    }
    [[nodiscard]] const Task& task() const
    {
        return custody_.task();
    }
    void kill() const
    {
        custody_.kill();
    }

    /// While its first process, which has ended with this status, is still to be reaped; see Custody::conclude.
    Execution conclude(pid_t pid, int status, const std::vector<pid_t>& cases);

private:
    void arm_deadline();
    void read_output();
    void drain_output();
    void keep(std::size_t size);

    Custody custody_;
    boost::asio::steady_timer deadline_;
    boost::asio::posix::stream_descriptor output_;
    std::array<char, 4096> chunk_{};
    std::string printed_;
    std::shared_ptr<void> alive_ = std::make_shared<char>(); ///< what a late handler asks before it touches this
};

} // namespace ipc_conform::runner
