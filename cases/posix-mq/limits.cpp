// How much an ordinary user may make of queues.
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/privilege.hpp"
#include "fixtures/property.hpp"

#include <algorithm>

using namespace ipc_conform;

namespace
{

// Creates a queue for `capacity` messages of `size` bytes; the result and errno of mq_open.
mqd_t create(const QueueName& name, long capacity, long size)
{
    struct mq_attr attributes
    {
    };
    attributes.mq_maxmsg = capacity;
    attributes.mq_msgsize = size;
    return os::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
}

} // namespace

TEST_CASE("posix-mq.limits-unpriv"
          * says("without CAP_SYS_RESOURCE a queue of more than msg_max messages, or of messages of more than "
                 "msgsize_max bytes, is refused with EINVAL")
          * observed_by("a peer without the capability asks for one more than each limit, then for just the limit")
          * on("Linux", "msg_max is 10 and msgsize_max 8192 by default")
          * platform("Linux", "mq_overview(7)", "mq_open(3)"))
{
    const long most = queue_limit("msg_max");
    const long largest = queue_limit("msgsize_max");
    observe("msg_max", most);
    observe("msgsize_max", largest);
    Peer user = spawn("ordinary user", [&] {
        renounce_limit_privilege();
        const QueueName name;
        CHECK(fails_with(EINVAL, create(name, most + 1, 1)));
        CHECK(fails_with(EINVAL, create(name, 1, largest + 1)));
        const QueueDescriptor longest{permitted(create(name, most, 1))};
        CHECK(longest != static_cast<mqd_t>(-1));
        const QueueName other;
        const QueueDescriptor widest{permitted(create(other, 1, largest))};
        CHECK(widest != static_cast<mqd_t>(-1));
    });
    CHECK(finished(user));
}

namespace
{

// An mq_open that holds what is asked for to limits of its own.
template <class Alter>
auto held_to(Alter alter)
{
    return [alter](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
        struct mq_attr altered = *attributes;
        alter(altered);
        return real(name, flags, mode, &altered);
    };
}

} // namespace

FAULT("posix-mq.limits-unpriv", "what exceeds msg_max is granted as far as it goes", os::mq_open,
      held_to([](struct mq_attr& asked) { asked.mq_maxmsg = std::min(asked.mq_maxmsg, queue_limit("msg_max")); }));
FAULT("posix-mq.limits-unpriv", "msgsize_max is ignored", os::mq_open,
      held_to([](struct mq_attr& asked) { asked.mq_msgsize = std::min(asked.mq_msgsize, 1L); }));
FAULT("posix-mq.limits-unpriv", "msg_max itself is refused as well", os::mq_open,
      held_to([](struct mq_attr& asked) { asked.mq_maxmsg += asked.mq_msgsize == 1 ? 1 : 0; }));

TEST_CASE(
    "posix-mq.rlimit"
    * says("a queue that would take a user's queues, empty ones and those of other processes included, beyond "
           "RLIMIT_MSGQUEUE bytes is refused with EMFILE")
    * observed_by("another process left an empty queue; under a limit just too low for two the next fails with "
                  "EMFILE, else not")
    * on("Linux", "the limit is 819200 bytes by default, which 9 queues of default size fit in")
    * platform("Linux", "getrlimit(2)", "mq_overview(7)"))
{
    constexpr long capacity = 4;
    constexpr long size = 64;
    constexpr rlim_t each = capacity * size; // the least that a queue counts for; its administration comes on top
    static_cast<void>(attributes_for(capacity));
    require_queues(2);
    const QueueName first;
    Peer other = spawn("other process", [&] {
        const QueueDescriptor queue{permitted(create(first, capacity, size))};
        REQUIRE(queue != static_cast<mqd_t>(-1)); // and stays behind, empty
    });
    REQUIRE(finished(other));

    struct rlimit limit
    {
    };
    set_up(::getrlimit(RLIMIT_MSGQUEUE, &limit) == 0);
    observe("RLIMIT_MSGQUEUE", limit.rlim_cur);
    const struct rlimit lowered = {.rlim_cur = 2 * each - 1, .rlim_max = limit.rlim_max};
    const QueueName second;
    set_up(os::setrlimit(RLIMIT_MSGQUEUE, &lowered) == 0);
    CHECK(fails_with(EMFILE, create(second, capacity, size)));
    set_up(os::setrlimit(RLIMIT_MSGQUEUE, &limit) == 0);
    const QueueDescriptor queue{create(second, capacity, size)}; // what was refused is not counted
    CHECK(queue != static_cast<mqd_t>(-1));
}

FAULT("posix-mq.rlimit", "the limit is ignored", os::setrlimit,
      [](auto /*real*/, int, const struct rlimit*) { return 0; });
FAULT("posix-mq.rlimit", "each process's queues are counted apart", os::mq_open,
      [](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
          struct rlimit own
          {
          };
          ::getrlimit(RLIMIT_MSGQUEUE, &own);
          const struct rlimit raised = {.rlim_cur = own.rlim_max, .rlim_max = own.rlim_max};
          ::setrlimit(RLIMIT_MSGQUEUE, &raised);
          return real(name, flags, mode, attributes);
      });
FAULT("posix-mq.rlimit", "the limit is reported as a lack of space", os::mq_open,
      [](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) {
          const mqd_t queue = real(name, flags, mode, attributes);
          errno = ENOSPC;
          return queue;
      });
FAULT("posix-mq.rlimit", "a queue that was refused is counted", os::mq_open,
      [full = false](auto real, const char* name, int flags, mode_t mode, struct mq_attr* attributes) mutable {
          const mqd_t queue = full ? static_cast<mqd_t>(-1) : real(name, flags, mode, attributes);
          full = queue == static_cast<mqd_t>(-1);
          errno = full ? EMFILE : errno;
          return queue;
      });
