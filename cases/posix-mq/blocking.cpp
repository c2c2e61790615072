// When a call on a queue waits, and what ends the wait.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <array>
#include <string_view>

using namespace ipc_conform;

namespace
{

bool may_wait(mqd_t queue)
{
    struct mq_attr attributes
    {
    };
    ::mq_getattr(queue, &attributes);
    return (attributes.mq_flags & O_NONBLOCK) == 0;
}

} // namespace

TEST_CASE(
    "posix-mq.empty-block" * says("a receive on an empty queue blocks until a message is sent, and takes it")
    * observed_by("a receiver is seen asleep in mq_receive; a message is sent, and the call returns it after that")
    * shall("POSIX.1-2024 mq_receive()", "mq_receive(3)"))
{
    const PosixQueue queue{4};
    Peer receiver = spawn("receiver", [&] { CHECK(receive_message(queue) == "at last"); });

    REQUIRE(blocked_in(receiver, os::mq_receive, queue));
    const Stamp cause = stamp();
    CHECK(send_message(queue, "at last") == 0);
    CHECK(finished(receiver));
    CHECK(returned_after(cause, receiver, os::mq_receive));
    CHECK(messages_in(queue) == 0);
}

FAULT("posix-mq.empty-block", "a receive on an empty queue returns 0 at once", os::mq_receive,
      [](auto /*real*/, mqd_t, char*, std::size_t, unsigned*) -> ssize_t { return 0; });
FAULT("posix-mq.empty-block", "a receive on an empty queue fails with EAGAIN although it may wait", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) {
          struct mq_attr nonblocking
          {
          };
          nonblocking.mq_flags = O_NONBLOCK;
          ::mq_setattr(queue, &nonblocking, nullptr);
          return real(queue, bytes, size, priority);
      });
FAULT("posix-mq.empty-block", "a message handed to a waiting receiver stays in the queue", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) {
          const ssize_t got = real(queue, bytes, size, priority);
          ::mq_send(queue, bytes, static_cast<std::size_t>(got), 0);
          return got;
      });

TEST_CASE("posix-mq.full-block"
          * says("a send to a full queue blocks until a message is received, then queues its message")
          * observed_by("filled without waiting; a sender is seen asleep in mq_send with mq_curmsgs unchanged, "
                        "and returns after a receive")
          * shall("POSIX.1-2024 mq_send()", "mq_send(3)"))
{
    const PosixQueue queue{4};
    const QueueDescriptor nonblocking{arranged(os::mq_open(queue.name(), O_RDWR | O_NONBLOCK))};
    const long held = fill(nonblocking, "filler");
    CHECK(held == 4);

    Peer sender = spawn("sender", [&] { CHECK(send_message(queue, "late") == 0); });
    REQUIRE(blocked_in(sender, os::mq_send, queue));
    CHECK(messages_in(queue) == held);
    const Stamp cause = stamp();
    CHECK(receive_message(nonblocking) == "filler");
    CHECK(finished(sender));
    CHECK(returned_after(cause, sender, os::mq_send));
    CHECK(messages_in(queue) == held);
    for (const std::string_view next : {"filler", "filler", "filler", "late"})
    {
        CHECK(receive_message(nonblocking) == next);
    }
}

FAULT("posix-mq.full-block", "a full queue takes a message in the place of its oldest", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          if (may_wait(queue))
          {
              std::array<char, 64> dropped{};
              ::mq_receive(queue, dropped.data(), dropped.size(), nullptr);
          }
          return real(queue, bytes, size, priority);
      });
FAULT("posix-mq.full-block", "a message for a full queue is dropped and reported as sent", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          return may_wait(queue) ? 0 : real(queue, bytes, size, priority);
      });
FAULT("posix-mq.full-block", "a send to a full queue fails with EAGAIN although it may wait", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          errno = EAGAIN;
          return may_wait(queue) ? -1 : real(queue, bytes, size, priority);
      });
FAULT("posix-mq.full-block", "the queue is full one message too early", os::mq_send,
      [left = 3](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) mutable {
          errno = EAGAIN;
          return left-- > 0 ? real(queue, bytes, size, priority) : -1;
      });
