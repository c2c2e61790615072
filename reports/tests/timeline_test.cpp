#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"
#include "reports/timeline.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <string>

using namespace ipc_conform::reports;

namespace
{

constexpr Style ascii{.colour = false, .unicode = false, .width = 100};

} // namespace

TEST_CASE("nothing draws nothing")
{
    CHECK(timeline_text({}).empty());
}

TEST_CASE("a process without a call has its heading only")
{
    CHECK(timeline_text({{"main", 100, 0, {}, ""}}) == "       ms  main (100)\n");
}

TEST_CASE("a blocked read is a bar beside the write that wakes it")
{
    const std::vector<Lane> lanes{
        {"main",
         100,
         0,
         {{"pipe(…)", "= 0", 0.1, 0.102, false}, {"write(4, \"x\", 1)", "= 1", 0.53, 0.538, false}},
         ""},
        {"reader", 101, 0, {{"read(3, …, 1)", "= 1", 0.41, 0.541, true}}, ""}};
    CHECK(timeline_text(lanes) == R"(       ms  main (100)              reader (101)
    0.100    pipe(…) = 0
    0.410                          ┌ read(3, …, 1)
    0.530    write(4, "x", 1) = 1  │
    0.541                          └ = 1 (blocked 0.131 ms)
)");
    CHECK(timeline_text(lanes, ascii) == R"(       ms  main (100)              reader (101)
    0.100    pipe(...) = 0
    0.410                          + read(3, ..., 1)
    0.530    write(4, "x", 1) = 1  |
    0.541                          + = 1 (blocked 0.131 ms)
)");
}

TEST_CASE("a call that returned at once is one row")
{
    CHECK(timeline_text({{"main", 0, 0, {{"read(3, …, 1)", "= -1 EAGAIN", 2, 2.001, false}}, ""}})
          == R"(       ms  main
    2.000    read(3, …, 1) = -1 EAGAIN
)");
}

TEST_CASE("a call that others overlapped is an interval, but only a witnessed one is said to block")
{
    const std::vector<Lane> lanes{{"a", 0, 0, {{"open(…)", "= 3", 1, 3, false}}, ""},
                                  {"b", 0, 0, {{"open(…)", "= 3", 2, 4, false}}, ""}};
    CHECK(timeline_text(lanes) == R"(       ms  a                       b
    1.000  ┌ open(…)
    2.000  │                       ┌ open(…)
    3.000  └ = 3 (after 2.000 ms)  │
    4.000                          └ = 3 (after 2.000 ms)
)");
}

TEST_CASE("a long call is an interval even when nothing else happened")
{
    CHECK(timeline_text({{"main", 0, 0, {{"waitpid(7)", "= 7", 1, 1501, false}}, ""}}) == R"(       ms  main
    1.000  ┌ waitpid(7)
 1501.000  └ = 7 (after 1.50 s)
)");
}

TEST_CASE("a witnessed call is an interval however short and lonely")
{
    CHECK(timeline_text({{"main", 0, 0, {{"sem_wait(…)", "= 0", 1, 1.5, true}}, ""}}) == R"(       ms  main
    1.000  ┌ sem_wait(…)
    1.500  └ = 0 (blocked 0.500 ms)
)");
}

TEST_CASE("times keep their column however large they are")
{
    std::vector<TimedCall> calls;
    for (const double time : {-1e300, -9999.5, 9999.5, 123456.7, 1e300})
    {
        calls.push_back({"close(3)", "= 0", time, time, false});
    }
    CHECK(timeline_text({{"main", 0, 0, calls, ""}}) == R"(       ms  main
-1.0e+300    close(3) = 0
-9999.500    close(3) = 0
 9999.500    close(3) = 0
   123457    close(3) = 0
 1.0e+300    close(3) = 0
)");
}

TEST_CASE("a call that never returned says so, and what it is stuck in")
{
    const std::vector<Lane> lanes{
        {"main", 1, 0, {{"waitpid(2)", "", 5, std::nullopt, false}}, ""},
        {"reader", 2, 0, {{"read(3, …, 1)", "", 1, std::nullopt, true}}, "read (pipe_read)"},
        {"idle", 3, 0, {}, "pause"}};
    CHECK(timeline_text(lanes) == R"(       ms  main (1)          reader (2)                   idle (3)
    1.000                    ┌ read(3, …, 1)
    5.000  ┌ waitpid(2)      │
           ✗ never returned  ✗ never returned             ✗ stuck in pause
                               stuck in read (pipe_read)
)");
}

TEST_CASE("a call made by a signal handler stands beside the one it interrupted")
{
    const TimedCall outer{"read(3, …, 1)", "= -1 EINTR", 1, 5, true};
    const TimedCall inner{"write(4, …, 1)", "= 1", 2, 2.5, false};
    CHECK(timeline_text({{"main", 0, 0, {outer, inner}, ""}}) == R"(       ms  main
    1.000  ┌ read(3, …, 1)
    2.000  │ write(4, …, 1) = 1
    5.000  └ = -1 EINTR (blocked 4.000 ms)
)");
}

TEST_CASE("calls that the trace no longer holds are counted")
{
    CHECK(timeline_text({{"main", 0, 0, {{"close(3)", "= 0", 9, 9.1, false}}, ""},
                         {"writer", 0, 1200, {{"write(…)", "= 1", 8, 8.1, false}}, ""}})
          == R"(       ms  main            writer
                             (1200 earlier calls)
    8.000                    write(…) = 1
    9.000    close(3) = 0
)");
}

TEST_CASE("a long timeline loses rows in its middle and says how many")
{
    Lane lane{"main", 0, 0, {}, ""};
    for (int call = 0; call < 1000; ++call)
    {
        lane.calls.push_back({fmt::format("call({})", call), "= 0", 1.0 * call, call + 0.5, false});
    }
    const std::string text = timeline_text({lane});
    CHECK(lines_in(text) == 1 + 40);
    CHECK(text.find("        ⋮  (961 rows left out)\n") != std::string::npos);
    CHECK(text.find("call(0)") != std::string::npos);
    CHECK(text.find("call(11)") != std::string::npos);
    CHECK(text.find("call(12)") == std::string::npos);
    CHECK(text.find("call(972)") == std::string::npos);
    CHECK(text.find("call(973)") != std::string::npos);
    CHECK(text.find("call(999)") != std::string::npos);
    lane.calls.resize(40);
    CHECK(timeline_text({lane}).find("left out") == std::string::npos);
    lane.calls.resize(39);
    lane.calls.push_back({"last(…)", "", 5000, std::nullopt, true});
    CHECK(lines_in(timeline_text({lane})) == 1 + 40 + 1);
}

TEST_CASE("wide cells are cut so that the drawing fits its width")
{
    const std::string bytes(500, 'y');
    std::vector<Lane> lanes;
    for (int index = 0; index < 3; ++index)
    {
        lanes.push_back(
            {fmt::format("peer{}", index), 0, 0, {{"write(" + bytes + ")", "= 1", 1.0 * index, 10, true}}, bytes});
    }
    for (const std::size_t width : {100U, 90U, 200U, 1000U})
    {
        CHECK(widest_line(timeline_text(lanes, {.width = width})) <= width);
        CHECK(widest_line(timeline_text(lanes, {.unicode = false, .width = width})) <= width);
    }
    CHECK(timeline_text(lanes).find("y…") != std::string::npos);
    CHECK(widest_line(timeline_text(lanes, {.width = 0})) < 100); // two columns of the narrowest
}

TEST_CASE("processes that do not fit are named, and those that are stuck are kept")
{
    std::vector<Lane> lanes;
    for (int index = 0; index < 20; ++index)
    {
        lanes.push_back(
            {fmt::format("peer{}", index), 0, 0, {{"close(3)", "= 0", 1.0 * index, index + 0.5, false}}, ""});
    }
    lanes[17].calls.push_back({"read(3)", "", 30, std::nullopt, true});
    const std::string text = timeline_text(lanes);
    CHECK(text.starts_with("       ms  peer0           peer1           peer2           peer17\n"));
    CHECK(text.find("not drawn: peer3, peer4") != std::string::npos);
    CHECK(widest_line(text) <= 100);
    lanes[18].stuck_in = "pause";
    CHECK(contains(timeline_text(lanes), "peer0           peer1           peer17            peer18\n"));
}

TEST_CASE("hostile strings and times draw printable lines")
{
    for (const bool unicode : {true, false})
    {
        for (const Result& result : samples::hostile_run().results)
        {
            const std::string text = timeline_text(result.timeline, {.unicode = unicode});
            CHECK(lines_in(text) >= 4);
            CHECK(is_utf8(text));
            CHECK(control_characters(text) == 0);
            CHECK((unicode || is_plain_ascii(text)));
        }
    }
}
