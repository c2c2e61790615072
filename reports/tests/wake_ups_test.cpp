#include "reports/sequence.hpp"
#include "reports/sequence_diagram.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

using namespace ipc_conform::reports;

namespace
{

TimedCall call(const std::string& text, double from, double to)
{
    return {text, "= 1", from, to, false};
}

Lane lane(const std::string& process, const std::vector<TimedCall>& calls)
{
    return {process, 0, 0, calls, ""};
}

/// The arrows to a wait from 1 to 5 ms, given what another process calls: "write(4) -> read(3)".
std::vector<std::string> arrows(const std::vector<TimedCall>& calls, const std::string& wait = "read(3)",
                                bool witnessed = true)
{
    const std::vector<Lane> lanes{lane("main", calls), lane("waiter", {{wait, "= 1", 1, 5, witnessed}})};
    const Sequence sequence = sequence_of(lanes);
    std::vector<std::string> found;
    for (const WakeUp& wake_up : sequence.wake_ups)
    {
        found.push_back(fmt::format("{} {} {}", sequence.boxes[wake_up.call].call->call,
                                    wake_up.certain ? "->" : "?>", sequence.boxes[wake_up.wait].call->call));
    }
    return found;
}

using Arrows = std::vector<std::string>;

} // namespace

TEST_CASE("wake-ups: the call that began during a wait, and can end it, ended it")
{
    CHECK(arrows({call("write(4)", 2, 2.1)}) == Arrows{"write(4) -> read(3)"});
    CHECK(arrows({call("write(4)", 2, 7)}) == Arrows{"write(4) -> read(3)"}); // it may return later
    CHECK(arrows({call("close(4)", 2, 2.1)}) == Arrows{"close(4) -> read(3)"});
    CHECK(arrows({call("read(3)", 2, 2.1)}, "write(4)") == Arrows{"read(3) -> write(4)"});
    CHECK(arrows({call("recv(3)", 2, 2.1)}, "poll(4)") == Arrows{"recv(3) -> poll(4)"});
    CHECK(arrows({call("open(\"fifo\", 1)", 2, 2.1), call("close(4)", 2.2, 2.3)}, "open(\"fifo\", 0)")
          == Arrows{"open(\"fifo\", 1) -> open(\"fifo\", 0)"});
}

TEST_CASE("wake-ups: of several that may have ended a wait the last one, as uncertain")
{
    CHECK(arrows({call("write(4)", 2, 2.1), call("write(9)", 3, 3.1)}) == Arrows{"write(9) ?> read(3)"});
    const std::string diagram =
        sequence_diagram({lane("main", {call("write(4)", 2, 2.1), call("write(9)", 3, 3.1)}),
                          lane("reader", {{"read(3)", "= 1", 1, 5, true}})});
    CHECK(contains(diagram,
                   "<g class=\"wake-up uncertain\"><title>write(9) or an earlier call ended read(3)</title>"));
    CHECK(contains(diagram, "a dashed one from the last of several that may have."));
}

TEST_CASE("wake-ups: what cannot have ended a wait gets no arrow")
{
    CHECK(arrows({call("write(4)", 0.5, 0.6), call("write(4)", 6, 6.1)}).empty()); // before it, after it
    CHECK(arrows({call("read(8)", 2, 2.1), call("poll(…)", 3, 3.1), call("getpid()", 4, 4.1)}).empty());
    CHECK(arrows({call("poll(…)", 2, 2.1)}, "write(4)").empty());
    CHECK(arrows({call("wait for peer(7)", 2, 6)}).empty());
    CHECK(arrows({{"write(4)", "= -1 EAGAIN", 2, 2.1, false}}).empty());
    CHECK(arrows({{"splice(4, 9)", "= 1", 2, 9, true}}).empty());        // itself asleep until later
    CHECK(arrows({call("write(4)", 2, 2.1)}, "sleep(1)").empty());       // nobody knows what ends that
    CHECK(arrows({call("write(4)", 2, 2.1)}, "read(3)", false).empty()); // nobody saw it wait
}

TEST_CASE("wake-ups: a signal ends what returns EINTR, and nothing else")
{
    const Lane main = lane("main", {call("kill(7, 10)", 2, 2.1), call("write(4)", 3, 3.1)});
    const std::vector<Lane> interrupted{main, lane("waiter", {{"read(3)", "= -1 EINTR", 1, 5, true}})};
    const Sequence sequence = sequence_of(interrupted);
    REQUIRE(sequence.wake_ups.size() == 1);
    CHECK(sequence.boxes[sequence.wake_ups[0].call].call->call == "kill(7, 10)");
    CHECK(sequence.wake_ups[0].certain);
    CHECK(arrows(main.calls) == Arrows{"write(4) -> read(3)"});
}

TEST_CASE("wake-ups: a process does not wake itself")
{
    const Sequence sequence =
        sequence_of({lane("main", {{"read(3)", "= 1", 1, 5, true}, call("write(4)", 2, 2.1)})});
    CHECK(sequence.wake_ups.empty());
}
