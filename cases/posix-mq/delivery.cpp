// What a message's sender and its receivers can rely on.
#include "fixtures/deliveries.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

using namespace ipc_conform;

TEST_CASE("posix-mq.exactly-once"
          * says("many messages for many waiting receivers are each received once, none twice and none never")
          * observed_by("eight receivers seen asleep in mq_receive, 800 numbered messages, then an empty one "
                        "each: every number noted once")
          * shall("POSIX.1-2024 mq_receive()", "mq_receive(3)"))
{
    const PosixQueue queue{8};
    const Deliveries<800> deliveries;
    std::vector<Peer> receivers;
    for (int number = 0; number < 8; ++number)
    {
        receivers.push_back(spawn(fmt::format("receiver {}", number), [&] {
            std::array<char, 64> body{};
            ssize_t got = 0;
            while ((got = os::mq_receive(queue, body.data(), body.size())) > 0)
            {
                deliveries.note(static_cast<std::size_t>(std::atoi(body.data())));
            }
            CHECK(got == 0); // an empty message is the end
        }));
    }
    for (Peer& receiver : receivers)
    {
        REQUIRE(blocked_in(receiver, os::mq_receive, queue));
    }

    for (std::size_t number = 0; number < deliveries.count; ++number)
    {
        REQUIRE(send_message(queue, fmt::format("{:<4}", number)) == 0);
    }
    for (std::size_t count = 0; count < receivers.size(); ++count)
    {
        REQUIRE(send_message(queue, "") == 0);
    }
    for (Peer& receiver : receivers)
    {
        CHECK(finished(receiver));
    }
    CHECK(deliveries.each_once());
    CHECK(messages_in(queue) == 0);
}

FAULT("posix-mq.exactly-once", "one message is given to two waiting receivers", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) {
          const ssize_t got = real(queue, bytes, size, priority);
          if (got == 4 && std::atoi(bytes) == 400)
          {
              ::mq_send(queue, bytes, 5, 1); // the longer one is not repeated once more
          }
          return got;
      });
FAULT("posix-mq.exactly-once", "a message is lost on its way to a waiting receiver", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) {
          const ssize_t got = real(queue, bytes, size, priority);
          return got > 0 && std::atoi(bytes) == 400 ? real(queue, bytes, size, priority) : got;
      });

TEST_CASE("posix-mq.sender-unaware"
          * says("a send succeeds when nobody receives or ever will: its sender learns neither that nor of the "
                 "message's end")
          * observed_by("a queue opened for writing only: two sends succeed, the second after mq_unlink, and its "
                        "last close brings no signal")
          * shall("POSIX.1-2024 mq_send()", "POSIX.1-2024 mq_unlink()"))
{
    const QueueName name;
    const Event removed;
    struct mq_attr attributes = attributes_for(4);
    const int flags = O_WRONLY | O_CREAT | O_EXCL; // nobody ever opens the queue to receive
    QueueDescriptor queue{arranged(os::mq_open(name.c_str(), flags, 0600, &attributes))};
    Peer sender = spawn("sender", [&] {
        CHECK(send_message(queue, "to nobody") == 0);
        CHECK(messages_in(queue) == 1);
        removed.wait();
        CHECK(send_message(queue, "to nobody again") == 0);
        CHECK(os::mq_close(queue.release()) == 0); // the last close: the messages go, and no signal tells
    });
    CHECK(os::mq_close(queue.release()) == 0);
    CHECK(os::mq_unlink(name.c_str()) == 0);
    removed.set();
    CHECK(finished(sender));
}

FAULT("posix-mq.sender-unaware", "a send fails when nobody has the queue open to receive", os::mq_send,
      [](auto /*real*/, mqd_t, const char*, std::size_t, unsigned) {
          errno = EPIPE;
          return -1;
      });
FAULT("posix-mq.sender-unaware", "a message for nobody is dropped", os::mq_send,
      [](auto /*real*/, mqd_t, const char*, std::size_t, unsigned) { return 0; });
FAULT("posix-mq.sender-unaware", "a send to a queue without a name is refused", os::mq_send,
      [sent = 0](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) mutable {
          errno = EBADF;
          return ++sent > 1 ? -1 : real(queue, bytes, size, priority);
      });
FAULT("posix-mq.sender-unaware", "losing the messages signals the process that closes the queue", os::mq_close,
      [arranger = ::getpid()](auto real, mqd_t queue) {
          ::getpid() == arranger ? 0 : ::raise(SIGPIPE);
          return real(queue);
      });

TEST_CASE("posix-mq.size-zero" * says("an empty message is queued, counted and received as one of 0 bytes")
          * observed_by("an empty message and one of 1 byte: mq_curmsgs, and what each receive returns")
          * shall("POSIX.1-2024 mq_send()", "POSIX.1-2024 mq_receive()", "mq_send(3)"))
{
    const PosixQueue queue{4, O_NONBLOCK};
    CHECK(send_message(queue, "") == 0);
    CHECK(send_message(queue, "x") == 0);
    CHECK(messages_in(queue) == 2);
    CHECK(receive_message(queue) == "");
    CHECK(messages_in(queue) == 1);
    CHECK(receive_message(queue) == "x"); // neither merged nor in the way
}

FAULT("posix-mq.size-zero", "an empty message is lost", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          return size == 0 ? 0 : real(queue, bytes, size, priority);
      });
FAULT("posix-mq.size-zero", "an empty message is refused", os::mq_send,
      [](auto real, mqd_t queue, const char* bytes, std::size_t size, unsigned priority) {
          errno = EMSGSIZE;
          return size == 0 ? -1 : real(queue, bytes, size, priority);
      });
FAULT("posix-mq.size-zero", "receiving 0 bytes is reported as a failure", os::mq_receive,
      [](auto real, mqd_t queue, char* bytes, std::size_t size, unsigned* priority) -> ssize_t {
          const ssize_t got = real(queue, bytes, size, priority);
          errno = EAGAIN;
          return got == 0 ? -1 : got;
      });

TEST_CASE(
    "posix-mq.getattr-curmsgs"
    * says("mq_curmsgs is the number of messages in the queue after each send and receive, whoever made it")
    * observed_by("mq_curmsgs after each of three sends, a refused one, and three receives, one of them a child's")
    * shall("POSIX.1-2024 mq_getattr()", "mq_getattr(3)"))
{
    const PosixQueue queue{3, O_NONBLOCK};
    CHECK(messages_in(queue) == 0);
    for (const long expected : {1L, 2L, 3L})
    {
        CHECK(send_message(queue, "m") == 0);
        CHECK(messages_in(queue) == expected);
    }
    CHECK(fails_with(EAGAIN, send_message(queue, "m")));
    CHECK(messages_in(queue) == 3);
    Peer receiver = spawn("receiver", [&] {
        CHECK(receive_message(queue) == "m");
        CHECK(messages_in(queue) == 2);
    });
    CHECK(finished(receiver));
    for (const long expected : {2L, 1L, 0L})
    {
        CHECK(messages_in(queue) == expected);
        CHECK((expected == 0 || receive_message(queue) == "m"));
    }
}

namespace
{

// An mq_getattr that reports `reported` of the number of messages.
template <class Reported>
auto counting(Reported reported)
{
    return [reported](auto real, mqd_t queue, struct mq_attr* attributes) mutable {
        const int result = real(queue, attributes);
        attributes->mq_curmsgs = reported(attributes->mq_curmsgs);
        return result;
    };
}

} // namespace

FAULT("posix-mq.getattr-curmsgs", "the count is that of the first look", os::mq_getattr,
      counting([first = -1L](long count) mutable { return first == -1 ? first = count : first; }));
FAULT("posix-mq.getattr-curmsgs", "receives do not lower the count", os::mq_getattr,
      counting([most = 0L](long count) mutable { return most = std::max(most, count); }));
FAULT("posix-mq.getattr-curmsgs", "the send that is refused is counted", os::mq_getattr,
      counting([looks = 0](long count) mutable { return ++looks == 5 ? count + 1 : count; }));
