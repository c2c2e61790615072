// Which processes share a queue: those that use its key, whatever their family and whether they meet.
#include "fixtures/event.hpp"
#include "fixtures/message_queue.hpp"
#include "fixtures/names.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

using namespace ipc_conform;

namespace
{

// A msgget that finds no queue which another process has made.
constexpr auto looks_up_own_keys_only = [](auto real, key_t key, int flags) {
    errno = ENOENT;
    return (flags & IPC_CREAT) != 0 ? real(key, flags) : -1;
};

} // namespace

TEST_CASE("sysv-msg.key-shared"
          * says("unrelated processes that use one key get the same queue identifier and share its messages")
          * observed_by("a stranger finds the same identifier by the key, takes the question and leaves an answer")
          * on("Darwin", "the same, by reading sysv_msg.c") * shall("POSIX.1-2024 msgget()", "msgget(2)"))
{
    const MessageQueue queue;
    queue_up(queue, {{1, "question"}});
    Peer stranger = spawn_stranger(
        "stranger",
        [](key_t key, int identifier, pid_t creator) {
            CHECK(os::getppid() != creator);
            const int found = os::msgget(key, 0);
            CHECK(found == identifier);
            CHECK(receive_message(found, 1, IPC_NOWAIT) == Message{1, "question"});
            CHECK(send_message(found, {2, "answer"}) == 0);
        },
        queue.key(), static_cast<int>(queue), os::getpid());

    CHECK(finished(stranger));
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{2, "answer"}); // and the question is gone
}

FAULT("sysv-msg.key-shared", "keys are looked up per process", os::msgget, looks_up_own_keys_only);
FAULT("sysv-msg.key-shared", "a key gives every process another identifier", os::msgget,
      [](auto real, key_t key, int flags) {
          const int identifier = real(key, flags);
          return (flags & IPC_CREAT) != 0 ? identifier : identifier + 1;
      });
FAULT("sysv-msg.key-shared", "a process receives from a copy of the queue", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          const ssize_t got = real(queue, message, size, type, flags);
          if (got != -1)
          {
              ::msgsnd(queue, message, static_cast<std::size_t>(got), IPC_NOWAIT);
          }
          return got;
      });

TEST_CASE("sysv-msg.persist" * says("a queue and its messages survive the exit of every process that used them")
          * observed_by("the creator and a user have ended, each leaving a message: the key gives the same "
                        "identifier, and both are received")
          * on("Darwin", "the same, by reading sysv_msg.c")
          * shall("POSIX.1-2024 2.7 XSI Interprocess Communication", "POSIX.1-2024 msgctl()", "sysvipc(7)"))
{
    const key_t key = unique_key();
    const Shared<int> made{-1};
    Peer creator = spawn("creator", [&] {
        *made = arranged(os::msgget(key, IPC_CREAT | IPC_EXCL | 0600));
        queue_up(*made, {{1, "from the creator"}});
    });
    const Finding creation = finished(creator);
    const MessageQueue queue{key, *made}; // this process has not used it so far
    REQUIRE(creation);
    Peer user = spawn("user", [&] {
        const int found = os::msgget(key, 0);
        REQUIRE(found == queue);
        queue_up(found, {{2, "from a user"}});
    });
    REQUIRE(finished(user));

    CHECK(os::msgget(key, 0) == queue);
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{1, "from the creator"});
    CHECK(receive_message(queue, 0, IPC_NOWAIT) == Message{2, "from a user"});
    CHECK(no_message(queue, 0));
}

FAULT("sysv-msg.persist", "the queue goes with the last process that used it", os::msgget, looks_up_own_keys_only);
FAULT("sysv-msg.persist", "a message goes with its sender", os::msgrcv,
      [](auto real, int queue, void* message, std::size_t size, long type, int flags) -> ssize_t {
          struct msqid_ds status
          {
          };
          const ssize_t got = real(queue, message, size, type, flags);
          ::msgctl(queue, IPC_STAT, &status);
          const bool sender_lives = ::kill(status.msg_lspid, 0) == 0;
          errno = ENOMSG;
          return sender_lives ? got : -1;
      });

TEST_CASE("sysv-msg.sender-unaware"
          * says("a send succeeds when nobody receives or ever will: its sender learns neither that nor of the "
                 "message's end")
          * observed_by("msgsnd succeeds while msg_lrpid is 0; the queue is removed, and the sender, alive all "
                        "the while, runs to its end")
          * on("Darwin", "the same, by reading sysv_msg.c")
          * shall("POSIX.1-2024 msgsnd()", "POSIX.1-2024 msgctl()"))
{
    const MessageQueue queue;
    const Event sent;
    const Event removed;
    Peer sender = spawn("sender", [&] {
        CHECK(send_message(queue, {1, "to nobody"}) == 0);
        sent.set();
        removed.wait(); // alive: a signal for the lost message would end this process
    });
    sent.wait();
    const struct msqid_ds status = status_of(queue);
    CHECK(status.msg_qnum == 1);
    CHECK(status.msg_lrpid == 0); // nobody has received from it so far
    CHECK(os::msgctl(queue, IPC_RMID) == 0);
    removed.set();
    CHECK(finished(sender));
}

FAULT("sysv-msg.sender-unaware", "a send fails when nobody waits for its message", os::msgsnd,
      [](auto /*real*/, int, const void*, std::size_t, int) {
          errno = EPIPE;
          return -1;
      });
FAULT("sysv-msg.sender-unaware", "a send waits until its message is received", os::msgsnd,
      [](auto real, int queue, const void* message, std::size_t size, int flags) {
          real(queue, message, size, flags);
          return ::pause();
      });
FAULT("sysv-msg.sender-unaware", "a message for nobody is dropped", os::msgsnd,
      [](auto /*real*/, int, const void*, std::size_t, int) { return 0; });
FAULT("sysv-msg.sender-unaware", "removing a queue signals those whose messages are lost", os::msgctl,
      [](auto real, int queue, int command, struct msqid_ds* status) {
          if (command == IPC_RMID)
          {
              struct msqid_ds before
              {
              };
              real(queue, IPC_STAT, &before);
              ::kill(before.msg_lspid, SIGPIPE);
          }
          return real(queue, command, status);
      });
