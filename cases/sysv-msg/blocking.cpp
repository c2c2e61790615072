// When a call on a message queue waits, and what ends the wait.
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;

TEST_CASE(
    "sysv-msg.empty-block"
    * says("a receive on an empty queue blocks until a matching message is sent, and takes it")
    * observed_by(
        "a receiver is seen asleep in msgrcv; a message of its type is sent, and the call returns it after that")
    * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgrcv()", "msgop(2)"))
{
    const MessageQueue queue;
    Peer receiver = spawn("receiver", [&] { CHECK(receive_message(queue, 7) == Message{7, "at last"}); });

    REQUIRE(blocked_in(receiver, os::msgrcv, queue));
    const Stamp cause = stamp();
    CHECK(send_message(queue, {7, "at last"}) == 0);
    CHECK(finished(receiver));
    CHECK(returned_after(cause, receiver, os::msgrcv));
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.empty-block", "a receive on an empty queue returns 0 at once", os::msgrcv,
      [](auto /*real*/, int, void*, std::size_t, long, int) -> ssize_t { return 0; });
FAULT("sysv-msg.empty-block", "a receive on an empty queue fails with ENOMSG although it may wait", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) {
          return real(queue, message, size, type, flags | IPC_NOWAIT);
      });
FAULT("sysv-msg.empty-block", "a receiver that waited gets a message without its body", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          return got == -1 ? -1 : 0;
      });
FAULT("sysv-msg.empty-block", "a message handed to a waiting receiver stays in the queue", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          if (got != -1)
          {
              ::msgsnd(queue, message, static_cast<std::size_t>(got), IPC_NOWAIT);
          }
          return got;
      });

TEST_CASE(
    "sysv-msg.full-block" * says("a send that does not fit blocks until there is room, then queues its message")
    * observed_by(
        "msg_qbytes lowered and the queue filled; a sender is seen asleep in msgsnd until one message is received")
    * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgsnd()", "msgop(2)"))
{
    const MessageQueue queue;
    const Message filler{1, std::string(64, 'f')};
    const Message late{2, std::string(64, 'l')};
    allow_only(queue, 4 * filler.body.size());
    const std::size_t held = fill(queue, filler);
    observe("messages that filled it", held);

    Peer sender = spawn("sender", [&] { CHECK(send_message(queue, late) == 0); });
    REQUIRE(blocked_in(sender, os::msgsnd, queue));
    CHECK(status_of(queue).msg_qnum == held);
    const Stamp cause = stamp();
    for (std::size_t count = 0; count < held; ++count)
    {
        CHECK(receive_message(queue, 1, IPC_NOWAIT) == filler);
        if (count == 0)
        {
            REQUIRE(finished(sender)); // one message less is room enough
        }
    }
    CHECK(returned_after(cause, sender, os::msgsnd));
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == late);
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.full-block", "a send that does not fit fails with EAGAIN although it may wait", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          return real(queue, message, size, flags | IPC_NOWAIT);
      });
FAULT("sysv-msg.full-block", "a message that does not fit is dropped and reported as sent", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          const int sent = real(queue, message, size, flags | IPC_NOWAIT);
          return sent == -1 && (flags & IPC_NOWAIT) == 0 ? 0 : sent;
      });
FAULT("sysv-msg.full-block", "the oldest message is dropped to make room", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          if ((flags & IPC_NOWAIT) == 0)
          {
              MessageBuffer dropped;
              ::msgrcv(queue, &dropped, dropped.body.size(), 0, IPC_NOWAIT);
          }
          return real(queue, message, size, flags);
      });
FAULT("sysv-msg.full-block", "a send that may wait is let in beyond the limit", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          if ((flags & IPC_NOWAIT) == 0)
          {
              struct msqid_ds status
              {
              };
              ::msgctl(queue, IPC_STAT, &status);
              status.msg_qbytes += size; // still below what the queue was made with
              ::msgctl(queue, IPC_SET, &status);
          }
          return real(queue, message, size, flags);
      });

TEST_CASE("sysv-msg.rmid-recv"
          * says("removing a queue wakes the receivers that are blocked on it, which fail with EIDRM")
          * observed_by("two receivers are seen asleep in msgrcv; after IPC_RMID both fail with EIDRM")
          * on("Darwin", "the same, by reading sysv_msg.c")
          * shall("POSIX.1-2024 msgrcv()", "POSIX.1-2024 msgctl()", "msgop(2)"))
{
    const MessageQueue queue;
    const auto receiving = [&](long type) {
        MessageBuffer buffer;
        CHECK(fails_with(EIDRM, os::msgrcv(queue, &buffer, buffer.body.size(), type, 0)));
    };
    Peer first = spawn("first receiver", [&] { receiving(0); });
    Peer second = spawn("second receiver", [&] { receiving(1); });
    REQUIRE(blocked_in(first, os::msgrcv, queue));
    REQUIRE(blocked_in(second, os::msgrcv, queue));

    const Stamp cause = stamp();
    CHECK(os::msgctl(queue, IPC_RMID) == 0);
    CHECK(finished(first));
    CHECK(finished(second));
    CHECK(returned_after(cause, first, os::msgrcv));
    CHECK(returned_after(cause, second, os::msgrcv));
}

FAULT("sysv-msg.rmid-recv", "no receiver is woken", os::msgctl,
      [](auto real, int queue, int command, struct msqid_ds* status) {
          return command == IPC_RMID ? 0 : real(queue, command, status);
      });
FAULT("sysv-msg.rmid-recv", "only one of several receivers is woken", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          return type == 0 ? got : ::pause();
      });
FAULT("sysv-msg.rmid-recv", "a woken receiver fails with EINVAL, as one that comes too late", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          errno = EINVAL;
          return got;
      });
FAULT("sysv-msg.rmid-recv", "a woken receiver gets an empty message", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          return got == -1 ? 0 : got;
      });
