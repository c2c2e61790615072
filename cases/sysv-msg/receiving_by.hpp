// For faults: a queue emulated in the receiving process, which gives messages out by a rule of its own.
#pragma once

#include "fixtures/message_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <vector>

namespace ipc_conform
{

using Queued = std::vector<Message>; ///< oldest first

/// A msgrcv that takes the message at the index that `choose(queued, type)` returns; one past the end means
/// that there is none. The rule may also reorder what is queued. For cases that receive into a MessageBuffer.
template <class Choose>
auto receiving_by(Choose choose)
{
    return [choose, queued = Queued{}](auto real, int queue, void* message, std::size_t /*size*/, long type,
                                       int /*flags*/) mutable -> ssize_t {
        MessageBuffer buffer;
        ssize_t size = 0;
        while ((size = real(queue, &buffer, buffer.body.size(), 0, IPC_NOWAIT)) != -1)
        {
            queued.push_back({buffer.type, {buffer.body.data(), static_cast<std::size_t>(size)}});
        }
        const auto index = static_cast<std::ptrdiff_t>(choose(queued, type));
        if (index >= std::ssize(queued))
        {
            errno = ENOMSG;
            return -1;
        }
        const Message taken = queued[static_cast<std::size_t>(index)];
        queued.erase(queued.begin() + index);
        auto& given = *static_cast<MessageBuffer*>(message);
        given.type = taken.type;
        std::ranges::copy(taken.body, given.body.begin());
        return std::ssize(taken.body);
    };
}

/// The index of the oldest message for which `matches` holds, or one past the end.
template <class Matches>
std::ptrdiff_t oldest(const Queued& queued, Matches matches)
{
    return std::ranges::find_if(queued, matches) - queued.begin();
}

} // namespace ipc_conform
