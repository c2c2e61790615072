// What a receive by type takes. The queues are filled in an order that tells "first" from "lowest".
#include "cases/sysv-msg/receiving_by.hpp"
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE("sysv-msg.fifo-in-type"
          * says("msgtyp > 0 takes the oldest message of that type and leaves the others in place and in order")
          * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
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

TEST_CASE("sysv-msg.neg-lowest"
          * says("msgtyp < 0 takes the lowest type that is not above its absolute value, oldest first within it")
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
          * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
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
