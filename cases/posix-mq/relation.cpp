// Which processes share a queue, and how long it lasts.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE(
    "posix-mq.fork-inherit"
    * says("a child inherits open queue descriptors: through them it and its parent use the same queue")
    * observed_by(
        "a child receives what its parent sent before and after fork, and its answer is the only message left")
    * shall("POSIX.1-2024 fork()", "mq_overview(7)"))
{
    const PosixQueue queue{4, O_NONBLOCK};
    const Event sent;
    CHECK(send_message(queue, "before the fork") == 0);
    Peer child = spawn("child", [&] {
        sent.wait();
        CHECK(receive_message(queue) == "before the fork");
        CHECK(receive_message(queue) == "after the fork");
        CHECK(send_message(queue, "from the child") == 0);
    });
    CHECK(send_message(queue, "after the fork") == 0);
    sent.set();
    CHECK(finished(child)); // its end closes its descriptors, not the parent's
    CHECK(messages_in(queue) == 1);
    CHECK(receive_message(queue) == "from the child");
}

FAULT("posix-mq.fork-inherit", "a child gets a copy of the queue", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) {
          const ssize_t got = real(queue, bytes, size, priority);
          ::mq_send(queue, bytes, static_cast<std::size_t>(got), 0);
          return got;
      });
FAULT("posix-mq.fork-inherit", "what a child sends stays with the child", os::mq_send,
      [parent = ::getpid()](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          return ::getpid() == parent ? real(queue, bytes, size, priority) : 0;
      });
FAULT("posix-mq.fork-inherit", "queue descriptors are not inherited", os::mq_receive,
      [parent = ::getpid()](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) -> ssize_t {
          errno = EBADF;
          return ::getpid() == parent ? real(queue, bytes, size, priority) : -1;
      });

TEST_CASE("posix-mq.persist"
          * says("a queue and its messages survive the end of every process that used it, until it is unlinked")
          * observed_by("the creator, who alone had it open, has ended: its message is received; after mq_unlink "
                        "mq_open fails with ENOENT")
          * shall("POSIX.1-2024 mq_close()", "POSIX.1-2024 mq_unlink()", "mq_overview(7)"))
{
    const QueueName name;
    struct mq_attr attributes = attributes_for(4);
    Peer creator = spawn("creator", [&] {
        const int flags = O_WRONLY | O_CREAT | O_EXCL;
        const QueueDescriptor queue{arranged(os::mq_open(name.c_str(), flags, 0600, &attributes))};
        CHECK(send_message(queue, "left behind") == 0);
    });
    REQUIRE(finished(creator)); // and nobody has the queue open any more

    const QueueDescriptor queue{os::mq_open(name.c_str(), O_RDONLY | O_NONBLOCK)};
    REQUIRE(queue != static_cast<mqd_t>(-1));
    CHECK(messages_in(queue) == 1);
    CHECK(receive_message(queue) == "left behind");
    CHECK(os::mq_unlink(name.c_str()) == 0);
    CHECK(fails_with(ENOENT, os::mq_open(name.c_str(), O_RDONLY)));
}

FAULT("posix-mq.persist", "a queue is destroyed with its last close", os::mq_open,
      [](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
          errno = ENOENT;
          return (flags & O_CREAT) != 0 ? real(name, flags, mode, attributes) : static_cast<mqd_t>(-1);
      });
FAULT("posix-mq.persist", "the messages are discarded with the last close", os::mq_open,
      [](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
          const mqd_t queue = real(name, flags, mode, attributes);
          std::array<char, 64> discarded{};
          while ((flags & O_NONBLOCK) != 0
                 && ::mq_receive(queue, discarded.data(), discarded.size(), nullptr) >= 0)
          {
          }
          return queue;
      });
FAULT("posix-mq.persist", "an unlinked queue can still be found", os::mq_unlink,
      [](auto /*real*/, const char*) { return 0; });
