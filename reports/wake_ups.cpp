#include "reports/wake_ups.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

using Names = std::span<const std::string_view>;
using namespace std::string_view_literals;

constexpr std::array takers{"read"sv,   "readv"sv,      "recv"sv,   "recvfrom"sv, "recvmsg"sv,
                            "msgrcv"sv, "mq_receive"sv, "accept"sv, "splice"sv,   "tee"sv};
constexpr std::array givers{"write"sv,   "writev"sv,  "send"sv,   "sendto"sv, "sendmsg"sv, "msgsnd"sv,
                            "mq_send"sv, "connect"sv, "splice"sv, "tee"sv,    "vmsplice"sv};
constexpr std::array watchers{"poll"sv,       "ppoll"sv,        "select"sv, "pselect"sv,
                              "epoll_wait"sv, "epoll_pwait2"sv, "kevent"sv};
constexpr std::array openers{"open"sv};
constexpr std::array locks{"fcntl"sv, "fcntl_lock"sv, "futex"sv, "pthread_mutex_lock"sv, "pthread_mutex_unlock"sv};
/// The other end goes away, or the object does.
constexpr std::array enders{"close"sv, "shutdown"sv, "dup2"sv, "execv"sv, "mq_unlink"sv, "msgctl"sv};
/// A signal ends a wait with EINTR, and nothing else does.
constexpr std::array signals{"kill"sv, "pthread_kill"sv};

struct Kind
{
    Names waits;
    Names ended_by;
};

constexpr std::array kinds{
    Kind{takers, givers},   Kind{takers, enders},   Kind{givers, takers},   Kind{givers, enders},
    Kind{watchers, givers}, Kind{watchers, takers}, Kind{watchers, enders}, Kind{openers, openers},
    Kind{locks, locks},     Kind{locks, enders},
};

bool has(Names names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

std::string_view name_of(const SequenceBox& box)
{
    const std::string_view call = box.call->call;
    return call.substr(0, call.find('('));
}

/// A wait of no kind that is known here is left without an arrow rather than given a wrong one.
bool can_end(std::string_view call, const SequenceBox& wait)
{
    if (wait.call->result.ends_with("EINTR"))
    {
        return has(signals, call);
    }
    return std::ranges::any_of(
        kinds, [&](const Kind& kind) { return has(kind.waits, name_of(wait)) && has(kind.ended_by, call); });
}

bool may_have_ended(const SequenceBox& call, const SequenceBox& wait)
{
    const bool meanwhile = call.first_row > wait.first_row && call.first_row < wait.last_row;
    const bool slept_on = call.call->witnessed && call.last_row > wait.last_row;
    const bool failed = call.call->result.starts_with("= -1");
    return meanwhile && call.lane != wait.lane && !slept_on && !failed && can_end(name_of(call), wait);
}

} // namespace

bool is_step_of_the_kit(const SequenceBox& box)
{
    return name_of(box).find(' ') != std::string_view::npos; // no function has one in its name
}

std::vector<WakeUp> wake_ups_of(const std::vector<SequenceBox>& boxes)
{
    std::vector<WakeUp> wake_ups;
    for (std::size_t wait = 0; wait < boxes.size(); ++wait)
    {
        if (!boxes[wait].call->witnessed || !boxes[wait].call->left)
        {
            continue;
        }
        std::optional<WakeUp> found;
        for (std::size_t call = 0; call < boxes.size(); ++call)
        {
            if (may_have_ended(boxes[call], boxes[wait]))
            {
                found = WakeUp{call, wait, !found};
            }
        }
        if (found)
        {
            wake_ups.push_back(*found);
        }
    }
    return wake_ups;
}

} // namespace ipc_conform::reports
