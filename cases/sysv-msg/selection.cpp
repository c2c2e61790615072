// What a receive by type takes. The queues are filled in an order that tells "first" from "lowest".
#include "cases/sysv-msg/receiving_by.hpp"
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>

using namespace ipc_conform;

TEST_CASE(
    "sysv-msg.fifo-in-type"
    * says("msgtyp > 0 takes the oldest message of that type and leaves the others in place and in order")
    * observed_by(
        "six messages of types 5, 3, 9, 3, 1, 5: two receives of type 3, then ENOMSG, then the others by type 0")
    * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    queue_up(queue, {{5, "a"}, {3, "b"}, {9, "c"}, {3, "d"}, {1, "e"}, {5, "f"}});

    CHECK(receive_message(queue, 3, IPC_NOWAIT) == Message{3, "b"});
    CHECK(receive_message(queue, 3, IPC_NOWAIT) == Message{3, "d"});
    CHECK(no_message(queue, 3));
    for (const Message& left : {Message{5, "a"}, Message{9, "c"}, Message{1, "e"}, Message{5, "f"}})
    {
        CHECK(receive_message(queue, 0, IPC_NOWAIT) == left);
    }
    CHECK(no_message(queue, 0));
}

namespace
{

// What msgrcv's rule for types 0 and above takes.
std::ptrdiff_t first_of(const Queued& queued, long type)
{
    return oldest(queued, [&](const Message& message) { return type == 0 || message.type == type; });
}

} // namespace

FAULT("sysv-msg.fifo-in-type", "the newest message of the type is taken", os::msgrcv,
      receiving_by([](const Queued& queued, long type) {
          const auto newest = std::ranges::find(queued.rbegin(), queued.rend(), type, &Message::type);
          return newest == queued.rend() ? first_of(queued, type) : queued.rend() - newest - 1;
      }));
FAULT("sysv-msg.fifo-in-type", "the newest message fills the gap of one taken from the middle", os::msgrcv,
      receiving_by([](Queued& queued, long type) {
          const auto index = first_of(queued, type);
          if (index < std::ssize(queued))
          {
              std::swap(queued[static_cast<std::size_t>(index)], queued.back());
              return std::ssize(queued) - 1;
          }
          return index;
      }));
FAULT("sysv-msg.fifo-in-type", "the type wanted is ignored", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long /*type*/, int flags) {
          return real(queue, message, size, 0, flags);
      });

TEST_CASE(
    "sysv-msg.neg-lowest"
    * says("msgtyp < 0 takes the lowest type that is not above its absolute value, oldest first within it")
    * observed_by("six messages of types 5, 3, 9, 3, 1, 5: five receives by -5, then ENOMSG, then type 9 by 0")
    * on("Linux", "taken in the order 1, 3, 3, 5, 5")
    * on("Darwin",
         "departs: takes the first in queue order whose type is not above (5, 3, 3, 1, 5), by reading sysv_msg.c")
    * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    queue_up(queue, {{5, "a"}, {3, "b"}, {9, "c"}, {3, "d"}, {1, "e"}, {5, "f"}});

    for (const Message& next :
         {Message{1, "e"}, Message{3, "b"}, Message{3, "d"}, Message{5, "a"}, Message{5, "f"}})
    {
        CHECK(receive_message(queue, -5, IPC_NOWAIT) == next);
    }
    CHECK(no_message(queue, -5));
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{9, "c"});
}

namespace
{

// The correct choice for msgtyp < 0, with the bound as given.
std::ptrdiff_t lowest_up_to(const Queued& queued, long bound)
{
    const auto lowest = std::ranges::min_element(queued, {}, &Message::type);
    return lowest != queued.end() && lowest->type <= bound ? lowest - queued.begin() : std::ssize(queued);
}

} // namespace

FAULT("sysv-msg.neg-lowest", "the oldest message up to the bound is taken, not the lowest", os::msgrcv,
      receiving_by([](const Queued& queued, long type) {
          return type < 0 ? oldest(queued, [&](const Message& message) { return message.type <= -type; })
                          : first_of(queued, type);
      }));
FAULT("sysv-msg.neg-lowest", "the bound itself is excluded", os::msgrcv,
      receiving_by([](const Queued& queued, long type) {
          return type < 0 ? lowest_up_to(queued, -type - 1) : first_of(queued, type);
      }));
FAULT("sysv-msg.neg-lowest", "the bound is ignored", os::msgrcv, receiving_by([](const Queued& queued, long type) {
          return type < 0 ? lowest_up_to(queued, 1000) : first_of(queued, type);
      }));
FAULT("sysv-msg.neg-lowest", "the newest message of the lowest type is taken", os::msgrcv,
      receiving_by([](const Queued& queued, long type) {
          const auto index = lowest_up_to(queued, -type);
          if (type >= 0 || index == std::ssize(queued))
          {
              return type < 0 ? index : first_of(queued, type);
          }
          const long lowest = queued[static_cast<std::size_t>(index)].type;
          return queued.rend() - std::ranges::find(queued.rbegin(), queued.rend(), lowest, &Message::type) - 1;
      }));

TEST_CASE("sysv-msg.type-mismatch-waits"
          * says("a receiver that waits for a type goes on waiting when other types arrive, and gets its own")
          * observed_by("a receiver of type 5 is seen asleep in msgrcv, still after types 4 and 6, until a "
                        "message of type 5 is sent")
          * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    Peer receiver = spawn("receiver", [&] { CHECK(receive_message(queue, 5) == Message{5, "wanted"}); });
    REQUIRE(blocked_in(receiver, os::msgrcv, queue));

    for (const Message& other : {Message{4, "lower"}, Message{6, "higher"}})
    {
        CHECK(send_message(queue, other) == 0);
        CHECK(blocked_in(receiver, os::msgrcv, queue));
    }
    const Stamp cause = stamp();
    CHECK(send_message(queue, {5, "wanted"}) == 0);
    CHECK(finished(receiver));
    CHECK(returned_after(cause, receiver, os::msgrcv));
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{4, "lower"});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{6, "higher"});
}

FAULT("sysv-msg.type-mismatch-waits", "any arrival satisfies a waiting receiver", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long /*type*/, int flags) {
          return real(queue, message, size, 0, flags);
      });
FAULT("sysv-msg.type-mismatch-waits", "a waiting receiver takes lower types too", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) {
          return real(queue, message, size, -type, flags);
      });
FAULT("sysv-msg.type-mismatch-waits", "the arrival of another type ends the wait without a message", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, 0, flags);
          if (got == -1 || type == 0 || static_cast<MessageBuffer*>(message)->type == type)
          {
              return got;
          }
          ::msgsnd(queue, message, static_cast<std::size_t>(got), IPC_NOWAIT);
          errno = ENOMSG;
          return -1;
      });

TEST_CASE(
    "sysv-msg.bad-type" * says("a send with a type below 1 fails with EINVAL and queues nothing")
    * observed_by("the errors for types 0, -1 and -5, msg_qnum 0 after them, and type 1 as the only one received")
    * on("Darwin", "EINVAL, but only after any wait for room, by reading sysv_msg.c")
    * shall("POSIX.1-2024 msgsnd()", "msgop(2)"))
{
    const MessageQueue queue;
    for (const long type : {0L, -1L, -5L})
    {
        CHECK(fails_with(EINVAL, send_message(queue, {type, "body"}, IPC_NOWAIT)));
    }
    CHECK(status_of(queue).msg_qnum == 0);
    CHECK(send_message(queue, {1, "lowest"}, IPC_NOWAIT) == 0);
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, "lowest"});
    CHECK(no_message(queue, 0));
}

namespace
{

// A msgsnd that sends messages of a type below 1 with the type that `chosen` makes of it.
template <class Chosen>
auto sending_as(Chosen chosen)
{
    return [chosen](auto real, int queue, const void* message, std::size_t size, int flags) {
        MessageBuffer sent = *static_cast<const MessageBuffer*>(message);
        sent.type = sent.type < 1 ? chosen(sent.type) : sent.type;
        return real(queue, &sent, size, flags);
    };
}

} // namespace

FAULT("sysv-msg.bad-type", "a message of type 0 is queued", os::msgsnd,
      sending_as([](long type) { return type == 0 ? 1 : type; }));
FAULT("sysv-msg.bad-type", "a negative type counts as its absolute value", os::msgsnd,
      sending_as([](long type) { return -type; }));
FAULT("sysv-msg.bad-type", "the message of a send that fails is queued nevertheless", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          MessageBuffer sent = *static_cast<const MessageBuffer*>(message);
          const int result = real(queue, message, size, flags);
          sent.type = 1;
          return result == -1 ? (real(queue, &sent, size, flags), errno = EINVAL, -1) : result;
      });
FAULT("sysv-msg.bad-type", "type 1 is refused as well", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          errno = EINVAL;
          return *static_cast<const long*>(message) <= 1 ? -1 : real(queue, message, size, flags);
      });

TEST_CASE("sysv-msg.except" * says("MSG_EXCEPT with msgtyp > 0 takes the oldest message that is not of that type")
          * observed_by(
              "messages of types 5, 9, 5, 3: two receives of anything but 5, then ENOMSG, then both 5s by type 0")
          * on("Darwin", "MSG_EXCEPT does not exist and its bit is ignored, by reading sysv_msg.c")
          * platform("Linux", "msgop(2)"))
{
    const MessageQueue queue;
    queue_up(queue, {{5, "a"}, {9, "b"}, {5, "c"}, {3, "d"}}); // the first other type is not the lowest

    CHECK(receive_message(queue, 5, IPC_NOWAIT | MSG_EXCEPT) == Message{9, "b"});
    CHECK(receive_message(queue, 5, IPC_NOWAIT | MSG_EXCEPT) == Message{3, "d"});
    MessageBuffer buffer;
    CHECK(fails_with(ENOMSG, os::msgrcv(queue, &buffer, buffer.body.size(), 5, IPC_NOWAIT | MSG_EXCEPT)));
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{5, "a"});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{5, "c"});
}

FAULT("sysv-msg.except", "the flag is ignored", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) {
          return real(queue, message, size, type, flags & ~MSG_EXCEPT);
      });
FAULT("sysv-msg.except", "the lowest other type is taken, not the oldest message", os::msgrcv,
      receiving_by([](const Queued& queued, long type) {
          const auto rank = [&](const Message& message) { return message.type == type ? 1000 : message.type; };
          return type == 0 ? 0 : std::ranges::min_element(queued, {}, rank) - queued.begin();
      }));
FAULT("sysv-msg.except", "the oldest message is taken, whatever its type", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long /*type*/, int flags) {
          return real(queue, message, size, 0, flags & ~MSG_EXCEPT);
      });
