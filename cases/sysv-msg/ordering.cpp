// What a receive by msgtyp 0 takes: whole messages, oldest first, each of them once.
#include "cases/sysv-msg/receiving_by.hpp"
#include "fixtures/deliveries.hpp"
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

using namespace ipc_conform;

TEST_CASE("sysv-msg.boundary"
          * says("one msgrcv returns exactly one message with its sent length, never a merge or a part of two")
          * observed_by("bodies of 0, 1, 100 and 3 bytes, received one by one with room for more")
          * on("Darwin", "the same, by reading sysv_msg.c")
          * shall("POSIX.1-2024 msgsnd()", "POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    const std::string long_body(100, 'l');
    for (const std::string& body : {std::string{}, std::string{"x"}, long_body, std::string{"end"}})
    {
        CHECK(send_message(queue, {1, body}) == 0);
    }

    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, ""});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, "x"});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, long_body});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, "end"});
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.boundary", "the queue is a byte stream: a receive fills the buffer from several messages",
      os::msgrcv, [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          ssize_t total = real(queue, message, size, type, flags);
          MessageBuffer next;
          for (ssize_t got = total; got != -1; got = real(queue, &next, size, type, IPC_NOWAIT))
          {
              if (got != total)
              {
                  auto& merged = static_cast<MessageBuffer*>(message)->body;
                  std::copy_n(next.body.begin(), got, merged.begin() + total);
                  total += got;
              }
          }
          return total;
      });
FAULT("sysv-msg.boundary", "a message without a body is lost", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          return size == 0 ? 0 : real(queue, message, size, flags);
      });
FAULT("sysv-msg.boundary", "lengths are rounded up to whole words", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          return got == -1 ? -1 : (got + 7) / 8 * 8;
      });

TEST_CASE("sysv-msg.fifo"
          * says("with msgtyp 0 messages come out in the order in which they were sent, whoever sent them")
          * observed_by("two senders take turns, with a lower type each time; six messages are received by type 0")
          * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    const std::array<Event, 7> turns;
    // Types fall while senders alternate: neither may decide over the order.
    const auto sending = [&](std::size_t first, const std::string& name) {
        for (std::size_t turn = first; turn < 6; turn += 2)
        {
            turns[turn].wait();
            CHECK(send_message(queue, {9 - static_cast<long>(turn), name}) == 0);
            turns[turn + 1].set();
        }
    };
    Peer left = spawn("left", [&] { sending(0, "left"); });
    Peer right = spawn("right", [&] { sending(1, "right"); });
    turns.front().set();
    REQUIRE(finished(left));
    REQUIRE(finished(right));

    for (const Message& sent : {Message{9, "left"}, Message{8, "right"}, Message{7, "left"}, Message{6, "right"},
                                Message{5, "left"}, Message{4, "right"}})
    {
        CHECK(receive_message(queue, 0, IPC_NOWAIT) == sent);
    }
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.fifo", "the newest message comes first", os::msgrcv,
      receiving_by([](const Queued& queued, long /*type*/) { return std::ssize(queued) - 1; }));
FAULT("sysv-msg.fifo", "each sender's messages come out together", os::msgrcv,
      receiving_by([](const Queued& queued, long /*type*/) {
          const auto index = oldest(queued, [](const Message& message) { return message.body == "left"; });
          return index < std::ssize(queued) ? index : 0;
      }));
FAULT("sysv-msg.fifo", "msgtyp 0 takes the lowest type", os::msgrcv,
      receiving_by([](const Queued& queued, long /*type*/) {
          return std::ranges::min_element(queued, {}, &Message::type) - queued.begin();
      }));

TEST_CASE("sysv-msg.zero-len"
          * says("a message may have no body: it is queued, counted and received with its type")
          * observed_by(
              "msg_qnum after the send; a receive with no room returns 0 and the type and leaves the buffer alone")
          * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgsnd()", "msgop(2)"))
{
    const MessageQueue queue;
    CHECK(send_message(queue, {7, ""}, IPC_NOWAIT) == 0);
    CHECK(status_of(queue).msg_qnum == 1);
    MessageBuffer buffer{0, {'k'}};
    CHECK(os::msgrcv(queue, &buffer, 0, 0, IPC_NOWAIT) == 0); // no room is room enough
    CHECK(buffer.type == 7);
    CHECK(buffer.body.front() == 'k');
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.zero-len", "a message without a body is refused", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          errno = EINVAL;
          return size == 0 ? -1 : real(queue, message, size, flags);
      });
FAULT("sysv-msg.zero-len", "a message without a body is lost", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          return size == 0 ? 0 : real(queue, message, size, flags);
      });
FAULT("sysv-msg.zero-len", "a receive without room for a body leaves the type out", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) {
          const long before = *static_cast<long*>(message);
          const ssize_t got = real(queue, message, size, type, flags);
          *static_cast<long*>(message) = size == 0 ? before : *static_cast<long*>(message);
          return got;
      });

TEST_CASE("sysv-msg.handoff-count"
          * says("many messages for many waiting receivers are each received once, none twice and none never")
          * observed_by("eight receivers seen asleep in msgrcv, 800 numbered messages, then an end for each: "
                        "every number noted once")
          * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    constexpr long numbered = 1;
    constexpr long end = 2;
    const MessageQueue queue;
    const Deliveries<800> deliveries;
    std::vector<Peer> receivers;
    for (int number = 0; number < 8; ++number)
    {
        receivers.push_back(spawn(fmt::format("receiver {}", number), [&] {
            MessageBuffer buffer;
            while (os::msgrcv(queue, &buffer, buffer.body.size(), 0, 0) != -1 && buffer.type == numbered)
            {
                deliveries.note(static_cast<std::size_t>(std::atoi(buffer.body.data())));
            }
            CHECK(buffer.type == end);
        }));
    }
    for (Peer& receiver : receivers)
    {
        REQUIRE(blocked_in(receiver, os::msgrcv, queue));
    }

    for (std::size_t number = 0; number < deliveries.count; ++number)
    {
        REQUIRE(send_message(queue, {numbered, fmt::format("{:<4}", number)}) == 0);
    }
    for (std::size_t count = 0; count < receivers.size(); ++count)
    {
        REQUIRE(send_message(queue, {end, ""}) == 0);
    }
    for (Peer& receiver : receivers)
    {
        CHECK(finished(receiver));
    }
    CHECK(deliveries.each_once());
}

FAULT("sysv-msg.handoff-count", "one message is given to two waiting receivers", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) -> int {
          const bool doubled = std::atoi(static_cast<const MessageBuffer*>(message)->body.data()) == 400;
          return doubled && real(queue, message, size, flags) == -1 ? -1 : real(queue, message, size, flags);
      });
FAULT("sysv-msg.handoff-count", "a message is lost on its way to a waiting receiver", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) {
          const ssize_t got = real(queue, message, size, type, flags);
          const bool lost = got > 0 && std::atoi(static_cast<MessageBuffer*>(message)->body.data()) == 400;
          return lost ? real(queue, message, size, type, flags) : got;
      });
