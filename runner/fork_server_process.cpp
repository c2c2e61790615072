// The fork server's own process.
#include "fixtures/journal.hpp"
#include "runner/copied_case.hpp"
#include "runner/fork_request.hpp"
#include "runner/fork_server.hpp"
#include "runner/remains.hpp"
#include "runner/settle.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

namespace
{

constexpr int requests = journal::journal_descriptor;
constexpr int endings = STDOUT_FILENO;

/// A request as it comes: some bytes, and descriptors that are this process's own from then on.
class Request
{
public:
    /// Waits for the next one. False when the kit is gone, or speaks otherwise.
    bool receive()
    {
        iovec part{bytes_.data(), bytes_.size()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        ssize_t size = -1;
        do
        {
            size = ::recvmsg(requests, &message, 0);
        }
        while (size == -1 && errno == EINTR);
        if (size <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        {
            return false;
        }
        size_ = static_cast<std::size_t>(size);
        if (size_ < sizeof header_)
        {
            return false;
        }
        std::memcpy(&header_, bytes_.data(), sizeof header_);
        if (const cmsghdr* const rights = CMSG_FIRSTHDR(&message))
        {
            std::array<int, 2> numbers{};
            std::memcpy(numbers.data(), CMSG_DATA(rights), sizeof numbers);
            journal_ = Descriptor{numbers[0]};
            output_ = Descriptor{numbers[1]};
        }
        return true;
    }

    [[nodiscard]] const RequestHeader& header() const
    {
        return header_;
    }
    [[nodiscard]] LaunchPlan plan() const
    {
        LaunchPlan plan = unpacked({bytes_.data() + sizeof header_, size_ - sizeof header_});
        plan.journal = journal_;
        plan.output = output_;
        plan.errors = output_;
        return plan;
    }

private:
    std::array<char, longest_request> bytes_{};
    std::size_t size_ = 0;
    RequestHeader header_;
    Descriptor journal_;
    Descriptor output_;
};

bool tell(const Ending& ending)
{
    return ::write(endings, &ending, sizeof ending) == ssize_t{sizeof ending};
}

// By a pipe, because a signal that comes when pselect is about to return is lost in gVisor.
int announce_child = -1;

void note_child(int /*signal*/)
{
    const int saved = errno;
    static_cast<void>(::write(announce_child, "", 1) == 1);
    errno = saved;
}

// What a case, under a fault, sends to its parent must not end the parent of all others. Every case takes its
// signals back when it begins.
void ignore_what_cases_send()
{
    constexpr std::array of_its_own{SIGCHLD, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    for (int number = 1; number <= highest_signal; ++number)
    {
        if (std::ranges::find(of_its_own, number) == of_its_own.end())
        {
            std::signal(number, SIG_IGN); // refused for SIGKILL, SIGSTOP and the C library's own: fine
        }
    }
}

struct Case
{
    std::uint64_t number;
    pid_t pid;
    bool told; ///< that it has ended
};

class Server
{
public:
    explicit Server(char** arguments) : arguments_{arguments}
    {
        std::array<int, 2> ends{-1, -1};
        if (::pipe(ends.data()) != 0)
        {
            return; // run() finds nothing to wait for
        }
        for (const int end : ends)
        {
            ::fcntl(end, F_SETFL, O_NONBLOCK);
        }
        child_ended_ = ends[0];
        announce_child = ends[1];
        ignore_what_cases_send();
        struct sigaction action
        {
        };
        action.sa_handler = note_child;
        action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
        ::sigaction(SIGCHLD, &action, nullptr);
    }

    void run()
    {
        for (bool on = true; on;)
        {
            std::array<pollfd, 2> awaited{{{requests, POLLIN, 0}, {child_ended_, POLLIN, 0}}};
            const int ready = ::poll(awaited.data(), awaited.size(), -1);
            on = (ready > 0 || errno == EINTR) && (awaited[1].revents == 0 || tell_endings())
                 && (awaited[0].revents == 0 || serve());
        }
    }

private:
    bool serve()
    {
        Request request;
        if (!request.receive())
        {
            return false;
        }
        const std::uint64_t number = request.header().number;
        if (request.header().wish == Wish::answer)
        {
            return tell({});
        }
        if (request.header().wish == Wish::start)
        {
            return start(number, request.plan());
        }
        const auto asked = std::ranges::find(cases_, number, &Case::number);
        if (asked == cases_.end())
        {
            return true;
        }
        if (request.header().wish == Wish::kill)
        {
            kill_with_group(asked->pid);
            return true;
        }
        ::waitpid(asked->pid, nullptr, WNOHANG);
        cases_.erase(asked);
        return true;
    }

    bool start(std::uint64_t number, const LaunchPlan& plan)
    {
        const pid_t pid = ::fork();
        if (pid == 0)
        {
            continue_as_case(plan, STDIN_FILENO, own_, arguments_);
        }
        if (pid == -1)
        {
            return tell({number, pid, errno});
        }
        cases_.push_back({number, pid, false});
        return true;
    }

    // Who has ended keeps his number, and his group its own, until the kit has looked after what he left.
    bool tell_endings()
    {
        for (std::array<char, 64> room{}; ::read(child_ended_, room.data(), room.size()) > 0;)
        {
        }
        for (Case& one : cases_)
        {
            const std::optional<int> status = one.told ? std::nullopt : status_of_ended(one.pid);
            one.told = one.told || status.has_value();
            if (status && !tell({one.number, one.pid, *status}))
            {
                return false;
            }
        }
        return true;
    }

    char** arguments_;
    int child_ended_ = -1;
    const pid_t own_ = ::getpid();
    std::vector<Case> cases_;
};

} // namespace

int serve_forks(char** arguments)
{
    Server{arguments}.run();
    return 0;
}

} // namespace ipc_conform::runner
