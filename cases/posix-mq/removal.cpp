// What mq_unlink takes away, and what it leaves.
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"

#include <array>

using namespace ipc_conform;

TEST_CASE("posix-mq.unlink-open"
          * says("an unlinked queue stays usable where it is open, and its name can become a new, empty queue")
          * observed_by("after mq_unlink a child receives from and sends to the old queue, while a new one under "
                        "the name is empty and apart")
          * shall("POSIX.1-2024 mq_unlink()", "mq_unlink(3)"))
{
    const PosixQueue old{4, O_NONBLOCK};
    const Event unlinked;
    Peer holder = spawn("holder", [&] {
        unlinked.wait();
        CHECK(receive_message(old) == "before");
        CHECK(send_message(old, "after") == 0);
    });
    CHECK(send_message(old, "before") == 0);
    CHECK(os::mq_unlink(old.name()) == 0);

    struct mq_attr attributes = attributes_for(4);
    constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK;
    const QueueDescriptor fresh{permitted(os::mq_open(old.name(), flags, 0600, &attributes))};
    REQUIRE(fresh != static_cast<mqd_t>(-1));
    CHECK(messages_in(fresh) == 0);
    CHECK(send_message(fresh, "new") == 0);
    unlinked.set();
    CHECK(finished(holder));
    CHECK(receive_message(old) == "after");
    CHECK(messages_in(old) == 0);
    CHECK(receive_message(fresh) == "new");
}

FAULT(
    "posix-mq.unlink-open", "the new queue shares the data of the old one", os::mq_unlink,
    [](auto /*real*/, const char*) { return 0; }, os::mq_open,
    [](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
        return real(name, flags & ~O_EXCL, mode, attributes);
    });
FAULT("posix-mq.unlink-open", "unlinking discards the messages", os::mq_unlink, [](auto real, const char* name) {
    const mqd_t queue = ::mq_open(name, O_RDONLY | O_NONBLOCK);
    std::array<char, 64> discarded{};
    while (::mq_receive(queue, discarded.data(), discarded.size(), nullptr) != -1)
    {
    }
    ::mq_close(queue);
    return real(name);
});
FAULT("posix-mq.unlink-open", "the name stays taken as long as the queue is open", os::mq_unlink,
      [](auto /*real*/, const char*) { return 0; });
FAULT("posix-mq.unlink-open", "descriptors of an unlinked queue are dead", os::mq_receive,
      [](auto /*real*/, mqd_t, char*, std::size_t, unsigned*) -> ssize_t {
          errno = EBADF;
          return -1;
      });
