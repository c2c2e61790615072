// What IPC_STAT tells of a queue's traffic, and of the memory it takes.
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/time_of_day.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <string>

using namespace ipc_conform;

namespace
{

// What a receive by `receiver` leaves on record.
void check_record(int queue, const Peer& receiver, const TimeOfDay& time, msgqnum_t left)
{
    const struct msqid_ds status = status_of(queue);
    CHECK(status.msg_lrpid == receiver.pid());
    CHECK(time.covers(status.msg_rtime));
    CHECK(status.msg_qnum == left);
    CHECK(status.msg_lspid == os::getpid()); // that this process sent is still on record
}

} // namespace

TEST_CASE("sysv-msg.stat-recv"
          * says("a successful receive sets msg_lrpid and msg_rtime and lowers msg_qnum by one")
          * observed_by("IPC_STAT after a child took a queued message, and after one that was seen asleep in "
                        "msgrcv was handed its own")
          * on("Darwin", "the same, by reading sysv_msg.c")
          * shall("POSIX.1-2024 msgrcv()", "POSIX.1-2024 <sys/msg.h>", "msgop(2)"))
{
    const TimeOfDay time;
    const MessageQueue stored;
    queue_up(stored, {{1, "taken"}, {1, "left"}});
    Peer taker = spawn("taker", [&] { CHECK(receive_message(stored, 0, IPC_NOWAIT) == Message{1, "taken"}); });
    CHECK(finished(taker));
    check_record(stored, taker, time, 1);

    // A message for a receiver that waits may never enter the queue: the record is kept elsewhere.
    const MessageQueue handed;
    Peer waiter = spawn("waiter", [&] { CHECK(receive_message(handed, 0) == Message{1, "handed"}); });
    REQUIRE(blocked_in(waiter, os::msgrcv, handed));
    CHECK(send_message(handed, {1, "handed"}) == 0);
    CHECK(finished(waiter));
    check_record(handed, waiter, time, 0);
}

FAULT("sysv-msg.stat-recv", "a message handed to a waiting receiver is charged to another process", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          if (got == -1 || (flags & IPC_NOWAIT) != 0)
          {
              return got;
          }
          const pid_t other = ::fork();
          if (other == 0)
          {
              ::msgsnd(queue, message, static_cast<std::size_t>(got), IPC_NOWAIT);
              ::msgrcv(queue, message, size, type, IPC_NOWAIT);
              ::_exit(0);
          }
          ::waitpid(other, nullptr, 0);
          return got;
      });

namespace
{

// msgctl, with what IPC_STAT reports altered.
template <class Alter>
auto reporting(Alter alter)
{
    return [alter](auto real, int queue, int command, struct msqid_ds* status) {
        const int result = real(queue, command, status);
        if (result == 0 && command == IPC_STAT)
        {
            alter(*status);
        }
        return result;
    };
}

} // namespace

FAULT("sysv-msg.stat-recv", "msg_lrpid names the last sender", os::msgctl,
      reporting([](struct msqid_ds& status) { status.msg_lrpid = status.msg_lspid; }));
FAULT("sysv-msg.stat-recv", "msg_rtime is never set", os::msgctl,
      reporting([](struct msqid_ds& status) { status.msg_rtime = 0; }));
FAULT("sysv-msg.stat-recv", "a receive does not lower msg_qnum", os::msgctl,
      reporting([](struct msqid_ds& status) { ++status.msg_qnum; }));
FAULT("sysv-msg.stat-recv", "a receive overwrites msg_lspid", os::msgctl,
      reporting([](struct msqid_ds& status) { status.msg_lspid = status.msg_lrpid; }));

TEST_CASE(
    "sysv-msg.memory-grows"
    * says("the bytes in use grow by the body of each message that is not received, never beyond msg_qbytes, "
           "and all come back")
    * observed_by("msg_cbytes after each send of 10, 20, 30 and 40 bytes, after a refused one (EAGAIN), and after "
                  "each receive")
    * on("Darwin", "msg_cbytes is kept as well, by reading sysv_msg.c; the case does not apply")
    * platform("Linux", "msgctl(2)", "msgop(2)"))
{
    const MessageQueue queue;
    allow_only(queue, 100);
    CHECK(status_of(queue).msg_cbytes == 0);
    msglen_t used = 0;
    for (const std::size_t size : {10U, 20U, 30U, 40U})
    {
        CHECK(send_message(queue, {1, std::string(size, 'm')}, IPC_NOWAIT) == 0);
        used += size;
        CHECK(status_of(queue).msg_cbytes == used);
    }
    CHECK(fails_with(EAGAIN, send_message(queue, {1, "m"}, IPC_NOWAIT)));
    CHECK(status_of(queue).msg_cbytes == 100);

    for (const std::size_t size : {10U, 20U, 30U, 40U})
    {
        CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, std::string(size, 'm')});
        used -= size;
        CHECK(status_of(queue).msg_cbytes == used);
    }
}

FAULT("sysv-msg.memory-grows", "a queue that was drained goes on counting what it held", os::msgctl,
      [most = msglen_t{0}](auto real, int queue, int command, struct msqid_ds* status) mutable {
          const int result = real(queue, command, status);
          if (result == 0 && command == IPC_STAT)
          {
              most = std::max<msglen_t>(most, status->msg_cbytes);
              status->msg_cbytes = most;
          }
          return result;
      });
FAULT("sysv-msg.memory-grows", "messages are counted, not their bytes", os::msgctl,
      reporting([](struct msqid_ds& status) { status.msg_cbytes = status.msg_qnum; }));
FAULT("sysv-msg.memory-grows", "a send goes beyond msg_qbytes", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          const int sent = real(queue, message, size, flags);
          return sent == -1 && errno == EAGAIN ? 0 : sent;
      });

TEST_CASE(
    "sysv-msg.zero-len-bounded"
    * says("a queue holds at most msg_qbytes messages, so that empty ones cannot grow it without limit")
    * observed_by("with msg_qbytes 10, ten empty messages fit and one more fails with EAGAIN, again after one "
                  "receive and one send")
    * on("Darwin",
         "bounded by 40 message headers for the whole system, by reading sysv_msg.c; the case does not apply")
    * platform("Linux", "msgop(2)"))
{
    constexpr msgqnum_t limit = 10;
    const MessageQueue queue;
    allow_only(queue, limit);
    for (msgqnum_t count = 0; count < limit; ++count)
    {
        CHECK(send_message(queue, {1, ""}, IPC_NOWAIT) == 0);
    }
    CHECK(fails_with(EAGAIN, send_message(queue, {1, ""}, IPC_NOWAIT)));
    CHECK(status_of(queue).msg_qnum == limit);
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, ""});
    CHECK(send_message(queue, {1, ""}, IPC_NOWAIT) == 0);
    CHECK(fails_with(EAGAIN, send_message(queue, {1, ""}, IPC_NOWAIT)));
}

FAULT("sysv-msg.zero-len-bounded", "only bytes are limited", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          const int sent = real(queue, message, size, flags);
          return sent == -1 && errno == EAGAIN ? 0 : sent;
      });
FAULT("sysv-msg.zero-len-bounded", "the queue is full one message too early", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          struct msqid_ds status
          {
          };
          ::msgctl(queue, IPC_STAT, &status);
          errno = EAGAIN;
          return status.msg_qnum + 1 >= status.msg_qbytes ? -1 : real(queue, message, size, flags);
      });
FAULT("sysv-msg.zero-len-bounded", "a received message makes no room", os::msgsnd,
      [full = false](auto real, int queue, const void* message, std::size_t size, int flags) mutable {
          const int sent = full ? -1 : real(queue, message, size, flags);
          full = sent == -1;
          errno = full ? EAGAIN : errno;
          return sent;
      });
