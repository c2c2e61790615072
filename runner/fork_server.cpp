#include "runner/fork_server.hpp"

#include "fixtures/execution.hpp"
#include "fixtures/journal.hpp"
#include "runner/ends.hpp"
#include "runner/errors.hpp"
#include "runner/remains.hpp"
#include "runner/system_calls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

// Room that a case writes its own over: its mark ends with its number, its name with that of its fault.
constexpr std::size_t longest_number = 20;
constexpr std::size_t longest_name = 64;

Ends made(Ends ends, std::string_view call)
{
    if (ends.ours < 0)
    {
        refuse_launch("the fork server", call, errno);
    }
    return ends;
}

void refuse_if_deadly()
{
    if (seccomp_mode() == 0)
    {
        return;
    }
    for (const std::string_view call : {"socketpair", "sendmsg"})
    {
        if (is_killed_by_a_filter(call))
        {
            throw CannotJudge{fmt::format("a seccomp filter kills who calls {}", call)};
        }
    }
}

// Whether the packet was taken; errno says why not.
bool send(int socket, const RequestHeader& header, std::string_view text, std::initializer_list<int> descriptors)
{
    std::array<iovec, 2> parts{
        {{const_cast<RequestHeader*>(&header), sizeof header}, {const_cast<char*>(text.data()), text.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
    if (descriptors.size() != 0)
    {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
        std::memcpy(CMSG_DATA(rights), descriptors.begin(), 2 * sizeof(int));
    }
    ssize_t sent = -1;
    do
    {
        sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    }
    while (sent == -1 && errno == EINTR);
    return sent == static_cast<ssize_t>(sizeof header + text.size());
}

} // namespace

ForkServer::ForkServer(boost::asio::io_context& context, const SupervisorOptions& options) : endings_{context}
{
    refuse_if_deadly();
    Ends sockets = made(socket_ends(), "socketpair");
    Ends pipe = made(pipe_ends(), "pipe");
    LaunchPlan plan{
        .purpose = "the fork server",
        .words = words_to_execute(options.program),
        .name = {},
        .environment = {{journal::environment_case,
                         fmt::format("{}/{}", options.mark, std::string(longest_number, '-'))},
                        {journal::environment_program, options.program},
                        {journal::environment_disk, options.disk}},
        .folder = options.workspace,
        .journal = sockets.theirs,
        .output = pipe.theirs,
        .errors = STDERR_FILENO,
    };
    plan.words.insert(plan.words.end(), {fork_server_argument, std::string(longest_name, '-')});
    pid_ = launch(plan);
    requests_ = std::move(sockets.ours);
    const int endings = pipe.ours;
    endings_.assign(pipe.ours.release());
    pipe.theirs = {};
    Ending answer;
    const bool serves = send(requests_, {}, {}, {sockets.theirs, sockets.theirs})
                        && ::read(endings, &answer, sizeof answer) == ssize_t{sizeof answer};
    if (!serves)
    {
        end_process(pid_);
        throw CannotJudge{"the fork server cannot serve"};
    }
    ::fcntl(endings, F_SETFL, O_NONBLOCK);
}

ForkServer::~ForkServer()
{
    end_process(pid_);
}

void ForkServer::start(const LaunchPlan& plan, std::uint64_t number) const
{
    if (send(requests_, {number, Wish::start}, packed(plan), {plan.journal, plan.output}))
    {
        return;
    }
    if (errno == ENOMEM || errno == ENOBUFS || errno == ETOOMANYREFS)
    {
        throw NoRoom{fmt::format("cannot ask the fork server for {}: {}", plan.purpose, std::strerror(errno))};
    }
    throw ForkServerLost{};
}

void ForkServer::kill(std::uint64_t number) const
{
    send(requests_, {number, Wish::kill}, {}, {});
}

void ForkServer::reap(std::uint64_t number) const
{
    send(requests_, {number, Wish::reap}, {}, {});
}

void ForkServer::when_any_ends(std::function<void()> call)
{
    endings_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [call = std::move(call)](const boost::system::error_code& error) {
                            if (!error)
                            {
                                call();
                            }
                        });
}

std::vector<Ending> ForkServer::endings()
{
    std::array<Ending, 64> room{};
    std::vector<Ending> all;
    ssize_t size = 0;
    while ((size = ::read(endings_.native_handle(), room.data(), sizeof room)) > 0)
    {
        const auto* const first = std::as_const(room).data();
        all.insert(all.end(), first, first + static_cast<std::size_t>(size) / sizeof(Ending));
    }
    gone_ = size == 0;
    return all;
}

} // namespace ipc_conform::runner
