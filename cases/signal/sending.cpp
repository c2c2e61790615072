// What kill() sends: to whom, and how little.
#include "fixtures/event.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"

using namespace ipc_conform;

namespace
{

// For faults: what the receiver is told about the sender is wrong.
constexpr auto sent_by_another = [](auto real, pid_t process, int signal) -> int {
    const pid_t sender = ::fork();
    if (sender == 0)
    {
        ::_exit(real(process, signal) == 0 ? 0 : 1);
    }
    return ::waitpid(sender, nullptr, 0) == sender ? 0 : -1;
};

} // namespace

TEST_CASE("signal.kill-target"
          * says("kill() delivers to the process it names, to no other, and tells it who sent the signal")
          * observed_by("the target's siginfo: number, SI_USER, the sender's pid and uid; nothing pending in a "
                        "bystander or the sender")
          * shall("POSIX.1-2024 kill()", "POSIX.1-2024 <signal.h>", "sigaction(2)"))
{
    const SignalBlocked blocked{SIGUSR1}; // in the peers too, which inherit it: what comes to them stays pending
    const pid_t sender = os::getpid();
    const Event received;
    Peer target = spawn("target", [&] {
        SignalReceiver receiver{SIGUSR1};
        const siginfo_t signal = receiver.receive();
        CHECK(signal.si_signo == SIGUSR1);
        CHECK(signal.si_code == SI_USER);
        CHECK(signal.si_pid == sender);
        CHECK(signal.si_uid == ::getuid());
        CHECK(!blocked.pending()); // it came once
    });
    Peer bystander = spawn("bystander", [&] {
        received.wait();
        CHECK(!blocked.pending());
    });

    REQUIRE(os::kill(target.pid(), SIGUSR1) == 0);
    REQUIRE(!blocked.pending());
    REQUIRE(finished(target));
    received.set();
    CHECK(finished(bystander));
}

FAULT("signal.kill-target", "the sender gets the signal instead", os::kill,
      [](auto real, pid_t, int signal) -> int { return real(::getpid(), signal); });
FAULT("signal.kill-target", "the whole process group gets the signal", os::kill,
      [](auto real, pid_t, int signal) -> int { return real(0, signal); });
FAULT("signal.kill-target", "the signal names another sender", os::kill, sent_by_another);

namespace
{

std::string description_of(const siginfo_t& signal)
{
    return fmt::format("{} from process {} of user {}, code {}", name_of_signal(signal.si_signo), signal.si_pid,
                       signal.si_uid, signal.si_code);
}

} // namespace

TEST_CASE(
    "signal.data-poor"
    * says("of a signal sent by kill() its receiver learns the number and the sender, nothing that the sender "
           "could choose besides")
    * observed_by(
        "siginfo of two signals, alike in number, SI_USER, pid and uid; si_value is recorded, not judged")
    * on("Linux", "si_value was seen to be 0") * may("POSIX.1-2024 kill()", "POSIX.1-2024 <signal.h>"))
{
    const SignalBlocked blocked{SIGUSR1};
    const Event first_received;
    const pid_t sender = os::getpid();
    Peer receiver = spawn("receiver", [&] {
        SignalReceiver inbox{SIGUSR1};
        const siginfo_t first = inbox.receive();
        first_received.set();
        const siginfo_t second = inbox.receive();
        observe("si_value of the first", first.si_value.sival_int); // unspecified, so whatever it is will do
        observe("si_value of the second", second.si_value.sival_int);
        CHECK(description_of(first)
              == fmt::format("SIGUSR1 from process {} of user {}, code {}", sender, ::getuid(),
                             static_cast<int>(SI_USER)));
        CHECK(description_of(second) == description_of(first));
    });
    REQUIRE(os::kill(receiver.pid(), SIGUSR1) == 0);
    first_received.wait();
    REQUIRE(os::kill(receiver.pid(), SIGUSR1) == 0);
    CHECK(finished(receiver));
}

FAULT("signal.data-poor", "a signal does not name its sender", os::kill, sent_by_another);
FAULT("signal.data-poor", "the number that was sent is not the one that arrives", os::kill,
      [](auto real, pid_t process, int) -> int { return real(process, SIGUSR2); });
