// The fork server: the kit, executed once, which then does nothing but fork; each case goes on as a copy of it. A
// case so starts from the same clean state as an executed kit, for a fraction of the price.
#pragma once

#include "fixtures/descriptors.hpp"
#include "runner/fork_request.hpp"
#include "runner/launch.hpp"
#include "runner/supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// The server has ended, or never was in a state to serve.
struct ForkServerLost : std::exception
{
};

/// The kit's end of a fork server.
class ForkServer
{
public:
    /// Executes the kit as fork server for the cases of such a run. Throws CannotJudge where that cannot be, or
    /// where a filter kills who speaks to it.
    ForkServer(boost::asio::io_context& context, const SupervisorOptions& options);
    /// Ends it, and so the cases it has started.
    ~ForkServer();
    ForkServer(const ForkServer&) = delete;
    ForkServer& operator=(const ForkServer&) = delete;

    [[nodiscard]] pid_t pid() const
    {
        return pid_;
    }

    /// As launch(), but the process is the server's child, and it is not waited for: whether it could be started,
    /// which number it has and how it ended, endings() tells. Throws NoRoom when the request cannot be sent now,
    /// and ForkServerLost when the server is gone. `number`: the case's.
    void start(const LaunchPlan& plan, std::uint64_t number) const;
    void kill(std::uint64_t number) const;
    /// Lets the number of a process whose end was told be given anew.
    void reap(std::uint64_t number) const;

    /// Calls it once, from the context's loop, as soon as endings() has something to tell: a case's end, or that
    /// the server is gone.
    void when_any_ends(std::function<void()> call);
    /// The endings that were not told yet. Until reap() each process keeps its number.
    std::vector<Ending> endings();
    /// Whether endings() has come to the last one there will be.
    [[nodiscard]] bool is_gone() const
    {
        return gone_;
    }

private:
    Descriptor requests_;
    boost::asio::posix::stream_descriptor endings_;
    pid_t pid_ = -1;
    bool gone_ = false;
};

/// `ipc-conform fork-server`: what the server does until the kit closes its end, or is gone. `arguments`: as
/// main() got them. Returns the exit status.
int serve_forks(char** arguments);

/// The command by which the kit executes itself so.
inline constexpr const char* fork_server_argument = "fork-server";

} // namespace ipc_conform::runner
