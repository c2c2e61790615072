// How a process is told that a message has come.
#include "fixtures/peer.hpp"
#include "fixtures/posix_queue.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"

using namespace ipc_conform;

namespace
{

// Only realtime signals are sure to carry a value.
struct sigevent signal_with(int value)
{
    struct sigevent event
    {
    };
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN;
    event.sigev_value.sival_int = value;
    return event;
}

} // namespace

TEST_CASE(
    "posix-mq.notify-signal"
    * says("a message that arrives at an empty queue sends the registered signal with SI_MESGQ and its value")
    * observed_by(
        "the siginfo of the signal that a child's send raises, none pending before; the message is still there")
    * on("Linux", "si_pid names the sender")
    * shall("POSIX.1-2024 mq_notify()", "POSIX.1-2024 2.4 Signal Concepts", "mq_notify(3)"))
{
    constexpr int value = 4711;
    const PosixQueue queue{4, O_NONBLOCK};
    const SignalBlocked arrival{SIGRTMIN};
    require_queued_signals(SIGRTMIN);
    const struct sigevent event = signal_with(value);
    REQUIRE(permitted(os::mq_notify(queue, &event)) == 0);
    CHECK(!arrival.pending()); // the queue is still empty

    Peer sender = spawn("sender", [&] { CHECK(send_message(queue, "news") == 0); });
    siginfo_t information{};
    REQUIRE(accept_signal(SIGRTMIN, information) == SIGRTMIN);
    CHECK(information.si_code == SI_MESGQ);
    CHECK(information.si_value.sival_int == value);
    observe("si_pid names the sender", information.si_pid == sender.pid());
    CHECK(finished(sender));
    CHECK(receive_message(queue) == "news"); // being told takes nothing
}

FAULT("posix-mq.notify-signal", "the signal does not say that it comes from a queue", os::sigtimedwait,
      [](auto real, const sigset_t* signals, siginfo_t* information, const struct timespec* patience) {
          const int number = real(signals, information, patience);
          information->si_code = SI_QUEUE;
          return number;
      });
FAULT("posix-mq.notify-signal", "the registered value is lost", os::mq_notify,
      [](auto real, mqd_t queue, const struct sigevent* /*event*/) {
          const struct sigevent bare = signal_with(0);
          return real(queue, &bare);
      });
FAULT("posix-mq.notify-signal", "the registration itself sends the signal", os::mq_notify,
      [](auto real, mqd_t queue, const struct sigevent* event) {
          ::raise(event->sigev_signo);
          return real(queue, event);
      });
FAULT("posix-mq.notify-signal", "no signal is sent", os::mq_notify,
      [](auto /*real*/, mqd_t, const struct sigevent*) { return 0; });
