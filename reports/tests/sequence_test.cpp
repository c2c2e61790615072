#include "reports/sequence.hpp"
#include "reports/sequence_diagram.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <string>

using namespace ipc_conform::reports;

namespace
{

TimedCall call(const std::string& text, double from, std::optional<double> to, bool witnessed = false)
{
    return {text, to ? "= 1" : "", from, to, witnessed};
}

Lane lane(const std::string& process, const std::vector<TimedCall>& calls)
{
    return {process, 0, 0, calls, ""};
}

} // namespace

TEST_CASE("sequence: every beginning and every end has a row of its own")
{
    const std::vector<Lane> lanes{lane("main", {call("write(4)", 2, 2.1), call("close(4)", 4, 4.1)}),
                                  lane("reader", {call("read(3)", 1, 3, true)})};
    const Sequence sequence = sequence_of(lanes);
    CHECK(sequence.rows == std::vector<double>{1, 2, 3, 4});
    REQUIRE(sequence.boxes.size() == 3);
    CHECK(sequence.boxes[0].call->call == "read(3)");
    CHECK(sequence.boxes[0].lane == 1);
    CHECK(sequence.boxes[0].first_row == 0);
    CHECK(sequence.boxes[0].last_row == 2);
    CHECK(sequence.boxes[1].first_row == 1);
    CHECK(sequence.boxes[1].last_row == 1);
}

TEST_CASE("sequence: a call that never returned lasts to the end")
{
    const std::vector<Lane> lanes{lane("reader", {call("read(3)", 1, std::nullopt)}),
                                  lane("main", {call("write(4)", 2, 2.5), call("close(4)", 3, 3.5)})};
    const Sequence sequence = sequence_of(lanes);
    REQUIRE(sequence.boxes.size() == 3);
    CHECK(sequence.boxes[0].last_row == 2);
    CHECK(sequence.wake_ups.empty());
}

TEST_CASE("sequence: what a signal handler calls stands within the call it interrupted")
{
    const Sequence sequence =
        sequence_of({lane("main", {call("pause()", 1, 9), call("write(4)", 2, 3), call("close(4)", 10, 11)})});
    REQUIRE(sequence.boxes.size() == 3);
    CHECK(sequence.boxes[0].depth == 0);
    CHECK(sequence.boxes[1].depth == 1);
    CHECK(sequence.boxes[2].depth == 0);
}

TEST_CASE("sequence: of very many calls the middle is left out, the waits last")
{
    std::vector<TimedCall> calls;
    for (int index = 0; index < 500; ++index)
    {
        calls.push_back(call(fmt::format("poll({})", index), index, index + 0.5));
    }
    const std::vector<Lane> lanes{lane("main", calls), lane("reader", {call("read(3)", 250, 260, true)})};
    const Sequence sequence = sequence_of(lanes);
    CHECK(sequence.boxes.size() == 60);
    CHECK(sequence.calls_left_out == 441);
    CHECK(sequence.boxes.front().call->call == "poll(0)");
    CHECK(sequence.boxes.back().call->call == "poll(499)");
    CHECK(std::ranges::any_of(sequence.boxes, [](const SequenceBox& box) { return box.lane == 1; }));
    CHECK(contains(sequence_diagram(lanes), "Not drawn: 441 calls."));
}

TEST_CASE("sequence: of very many lanes those that are stuck stay")
{
    std::vector<Lane> lanes(20, lane("idle", {call("read(3)", 1, 2)}));
    lanes.back() = lane("stuck", {call("read(3)", 1, std::nullopt)});
    const Sequence sequence = sequence_of(lanes);
    CHECK(sequence.lanes.size() == 12);
    CHECK(sequence.lanes.back()->process == "stuck");
    CHECK(contains(sequence_diagram(lanes), "Not drawn: 8 processes."));
}

TEST_CASE("sequence diagram: lanes, calls with their results, waits and what ended them")
{
    const std::string diagram = sequence_diagram(samples::rich_run().results.front().timeline);
    CHECK(contains(diagram, "aria-label=\"Sequence diagram of 3 calls in 2 processes\""));
    CHECK(contains(diagram, ">main</text>"));
    CHECK(contains(diagram, ">pid 100, 7 earlier calls lost</text>"));
    CHECK(contains(diagram, ">write(4, &quot;x&quot;, 1) = 1</text>"));
    CHECK(contains(diagram, "<g class=\"call blocked\">"));
    CHECK(contains(diagram, ">= 1 (blocked 0.131 ms)</text>"));
    CHECK(contains(diagram, "<title>write(4, &quot;x&quot;, 1) ended read(3, …, 1)</title>"));
    CHECK(contains(diagram, "<g class=\"call blocked stuck\">"));
    CHECK(contains(diagram, ">✗ blocked, never returned</text>"));
    CHECK(contains(diagram, ">stuck in read (pipe_read)</text>"));
    CHECK(contains(diagram, ">0.541</text>"));
}

TEST_CASE("sequence diagram: an error is on its call, whole in the tip when it is long")
{
    const std::string path(100, 'p');
    const std::string diagram =
        sequence_diagram({lane("main", {{"open(\"" + path + "\")", "= -1 ENOENT", 1, 1.5, false}})});
    CHECK(contains(diagram, "= -1 ENOENT<title>open(&quot;" + path + "&quot;) = -1 ENOENT</title>"));
}

TEST_CASE("sequence diagram: nothing to draw, and whatever a report holds")
{
    CHECK(sequence_diagram({}).empty());
    CHECK(contains(sequence_diagram({lane("main", {})}), ">main</text>"));
    const std::string diagram = sequence_diagram(samples::hostile_run().results.front().timeline);
    CHECK_FALSE(contains(diagram, "<script"));
    CHECK_FALSE(contains(diagram, "nan"));
    CHECK_FALSE(contains(diagram, "inf\""));
    CHECK(control_characters(diagram) == 0);
}
