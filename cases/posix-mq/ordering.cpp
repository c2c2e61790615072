// In which order messages come out: by priority, then by age.
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <array>
#include <string_view>

using namespace ipc_conform;

TEST_CASE("posix-mq.prio-order" * says("a receive takes a message of the highest priority in the queue")
          * observed_by("messages of priorities 1, 5, 0, the highest and 5, received one by one")
          * on("Linux", "the highest priority is 32767")
          * shall("POSIX.1-2024 mq_receive()", "POSIX.1-2024 mq_send()", "mq_receive(3)"))
{
    const PosixQueue queue{5, O_NONBLOCK};
    const unsigned highest = highest_priority();
    observe("highest priority", highest);
    CHECK(send_message(queue, "low", 1) == 0);
    CHECK(send_message(queue, "middle", 5) == 0);
    CHECK(send_message(queue, "lowest", 0) == 0);
    CHECK(send_message(queue, "highest", highest) == 0);
    CHECK(send_message(queue, "middle", 5) == 0);

    for (const std::string_view next : {"highest", "middle", "middle", "low", "lowest"})
    {
        CHECK(receive_message(queue) == next);
    }
}

FAULT("posix-mq.prio-order", "messages come out as they were sent, whatever their priority", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned /*priority*/) {
          return real(queue, bytes, size, 0);
      });
FAULT("posix-mq.prio-order", "the lowest priority comes first", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          return real(queue, bytes, size, 5 - std::min(priority, 5U));
      });
FAULT("posix-mq.prio-order", "the highest priority counts as none", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          return real(queue, bytes, size, priority == highest_priority() ? 0 : priority);
      });

TEST_CASE("posix-mq.prio-fifo" * says("messages of equal priority are received in the order of their sending")
          * observed_by("three messages of each of two priorities, sent in turn, received one by one")
          * shall("POSIX.1-2024 mq_send()", "POSIX.1-2024 mq_receive()", "mq_send(3)"))
{
    const PosixQueue queue{6, O_NONBLOCK};
    for (const std::string_view name : {"first", "second", "third"})
    {
        CHECK(send_message(queue, name, 1) == 0);
        CHECK(send_message(queue, name, 2) == 0);
    }

    for (int priority = 2; priority >= 1; --priority)
    {
        for (const std::string_view next : {"first", "second", "third"})
        {
            CHECK(receive_message(queue) == next);
        }
    }
}

namespace
{

// mq_send for three messages of each priority, which are received by these ranks among their equals.
auto ranked(std::array<unsigned, 3> ranks)
{
    return [ranks, sent = 0U](auto real, mqd_t queue, const char* bytes, std::size_t size,
                              unsigned priority) mutable {
        const unsigned age = sent++ / 2;
        return real(queue, bytes, size, priority * 4 + ranks.at(age));
    };
}

} // namespace

FAULT("posix-mq.prio-fifo", "the newest of equal priority comes first", os::mq_send, ranked({0, 1, 2}));
FAULT("posix-mq.prio-fifo", "a message is put right behind the oldest of its priority", os::mq_send,
      ranked({2, 0, 1}));
