#include "reports/tests/sample.hpp"

#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace ipc_conform::reports::samples
{
namespace
{

using namespace std::string_literals;

std::vector<Lane> blocked_reader()
{
    const TimedCall write{"write(4, \"x\", 1)", "= 1", 0.53, 0.54, false};
    const TimedCall read{"read(3, …, 1)", "= 1", 0.41, 0.541, true};
    const TimedCall forever{"read(3, …, 1)", "", 0.6, std::nullopt, true};
    return {{"main", 100, 7, {write}, ""}, {"reader", 101, 0, {read, forever}, "read (pipe_read)"}};
}

Result failed()
{
    Result failed = result("pipe.read-empty-blocks", Verdict::fail);
    failed.statement = "a blocking read on an empty pipe blocks until data arrives";
    failed.sources = {"POSIX.1-2024 read()", "pipe(7)"};
    failed.observed_by = "a reader is seen asleep in read";
    failed.faults = {"read returns 0 at once", "read returns 2"};
    failed.file = "cases/pipe/blocking.cpp";
    failed.line = 12;
    failed.reason = "a check did not hold";
    failed.expected = false;
    failed.expectation = "no expectation covers it";
    failed.evidence = "call";
    failed.milliseconds = 1.25;
    failed.observed = {{"capacity", std::int64_t{65536}}, {"sealed", true}, {"ratio", 2.0}, {"name", "/a"s}};
    failed.failures = {{"reader", "os::read(…) == 1", "0 == 1", "cases/pipe/blocking.cpp", 17}};
    failed.records = {{"reader", "check", 0.55, {{"text", "0 == 1"}, {"line", "17"}}}, {"main", "end", 0.9, {}}};
    failed.timeline = blocked_reader();
    failed.leaks = {{"System V message queue", "key 0x1234"}};
    failed.output = "first line\nsecond line\n";
    failed.repetitions = 50;
    failed.verdicts = {{Verdict::pass, 48}, {Verdict::fail, 2}};
    failed.proofs = {{"read returns 0 at once", Verdict::fail, "0 == 1"}, {"read returns 2", Verdict::pass, ""}};
    failed.rerun = "ipc-conform run pipe.read-empty-blocks --seed 42";
    return failed;
}

Result capacity(std::int64_t bytes)
{
    Result recorded = result("pipe.capacity", Verdict::pass);
    recorded.level = "defined";
    recorded.observed = {{"capacity", bytes}, {"took", 0.5 * static_cast<double>(bytes)}};
    return recorded;
}

Platform platform(const std::string& system, const std::string& release, const std::string& libc,
                  const std::string& sandbox)
{
    Platform platform;
    platform.system = system;
    platform.release = release;
    platform.machine = "x86_64";
    platform.libc = libc;
    platform.sandbox = sandbox;
    return platform;
}

} // namespace

Result result(const std::string& id, Verdict verdict)
{
    Result result;
    result.id = id;
    result.mechanism = id.substr(0, id.find('.'));
    result.level = "shall";
    result.verdict = verdict;
    return result;
}

Run rich_run()
{
    Run run;
    run.kit_version = "0.1.0";
    run.started = "2025-01-02T03:04:05Z";
    run.milliseconds = 620.5;
    run.seed = 42;
    run.shake = 7;
    run.jobs = 8;
    run.partial = true;
    run.proved = true;
    run.expectations = "linux.toml";
    run.trust = "holds";
    run.via = "runsc do";
    run.platform = {"Linux",
                    "6.18.0",
                    "#1 SMP",
                    "x86_64",
                    "glibc 2.36",
                    2,
                    1000,
                    "container (docker)",
                    {{"/.dockerenv", "present"}},
                    {{"PIPE_BUF", "4096"}, {"msg_max", "10"}}};
    run.results = {failed(), result("pipe.data-roundtrip", Verdict::pass)};
    Result& known = run.results.emplace_back(result("fifo.open-read-blocks", Verdict::fail));
    known.reason = "returned at once";
    known.expectation = "the kernel has never done so";
    known.link = "https://example.org/1";
    for (const char* id : {"posix-mq.empty-block", "posix-mq.full-block"})
    {
        Result& restricted = run.results.emplace_back(result(id, Verdict::restricted));
        restricted.reason = "mq_open: EMFILE";
        restricted.remedy = "raise fs.mqueue.msg_max";
    }
    run.results.emplace_back(result("sysv-shm.zeroed", Verdict::unsupported)).reason = "ENOSYS";
    run.results.emplace_back(result("mmap.store-lag-possible", Verdict::untested)).reason = "cannot be provoked";
    run.results.emplace_back(result("udp.no-handshake", Verdict::unresolved)).reason = "bind: EADDRINUSE";
    run.claims = {{"P3",
                   "pipe",
                   "선입선출 구조",
                   "Its structure is first-in first-out",
                   "false",
                   "Elsewhere found \"true\"; here it is due to pipe.fifo-order FAIL.",
                   "다른 곳의 판정은 \"true\"이며, 여기서는 pipe.fifo-order FAIL 때문입니다.",
                   {{"pipe.fifo-order", "supports", "FAIL", "values", {{"records", std::int64_t{3}}}},
                    {"pipe.large-may-interleave", "fully", "not run", "", {}}}},
                  {"P11",
                   "pipe",
                   "사용이 간단하다",
                   "Advantage: very simple to use",
                   "not testable",
                   "An opinion.",
                   "의견입니다.",
                   {}}};
    run.unexpected = {"pipe.read-empty-blocks: FAIL"};
    return run;
}

Run large_run(std::size_t properties)
{
    Run run = rich_run();
    const std::vector<Result> patterns = run.results;
    run.results.clear();
    for (std::size_t index = 0; index < properties; ++index)
    {
        // One in ten tells as much as a result can; most say that all is well.
        Result& added = run.results.emplace_back(index % 10 == 0 ? patterns.front() : patterns[1]);
        added.mechanism = fmt::format("mechanism-{}", index * 20 / properties);
        added.id = fmt::format("{}.property-{}", added.mechanism, index);
        added.statement = "a property of a length that statements have, which is about one line on a usual screen";
    }
    return run;
}

std::vector<Run> different_runs()
{
    std::vector<Run> runs(3);
    runs[0].kit_version = runs[1].kit_version = "0.1.0";
    runs[2].kit_version = "0.2.0";
    runs[0].platform = platform("Linux", "6.1", "glibc 2.36", "none");
    runs[1].platform = platform("Linux", "6.1", "musl", "gVisor");
    runs[2].platform = platform("Darwin", "24", "libSystem", "none");
    runs[0].started = "2025-01-01T00:00:00Z";
    runs[1].started = runs[2].started = "2025-01-02T00:00:00Z";
    runs[0].results = {result("pipe.a", Verdict::pass), capacity(65536), result("fifo.old", Verdict::pass)};
    runs[1].results = {result("pipe.a", Verdict::fail), capacity(65536)};
    runs[1].results[0].timeline = blocked_reader();
    runs[2].results = {result("mmap.new", Verdict::pass), result("pipe.a", Verdict::pass), capacity(16384),
                       result("pipe.same", Verdict::pass)};
    return runs;
}

std::string hostile_text()
{
    std::string text = "\"quoted\" 'single' <tag attribute=\"&amp;\"> ]]> back\\slash \x1b[31mred\x1b]0;title\x07 "
                       "</script><script>window.canary = 1</script><img src=x onerror=\"window.canary = 1\"> ";
    for (int byte = 0; byte < 0x20; ++byte)
    {
        text.push_back(static_cast<char>(byte));
    }
    return text
           + "\x7f \xc2\x9b C1 \xff\xfe \xc0\xaf \xe2\x82 \xed\xa0\x80 \xf5\x80\x80\x80 \xef\xbf\xbe \xe2\x80\xae "
             "…";
}

Run hostile_run()
{
    const std::string bad = hostile_text();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    Run run;
    run.kit_version = run.started = run.expectations = run.trust = run.via = bad;
    run.milliseconds = nan;
    run.seed = std::numeric_limits<std::uint64_t>::max();
    run.platform = {bad, bad,          bad,         bad, bad, 1, std::numeric_limits<std::int64_t>::max(),
                    bad, {{bad, bad}}, {{bad, bad}}};
    for (const Verdict verdict : every_verdict)
    {
        for (const bool expected : {true, false})
        {
            Result& result = run.results.emplace_back();
            result.id = result.mechanism = result.statement = result.file = result.reason = bad;
            result.level = "shall";
            result.remedy = result.expectation = result.link = result.output = result.rerun = bad;
            result.sources = result.faults = {bad, bad};
            result.observed_by = bad;
            result.verdict = verdict;
            result.expected = expected;
            result.milliseconds = infinity;
            result.observed = {
                {bad, bad}, {bad + "2", nan}, {bad + "3", -infinity}, {"\xff", true}, {"\xfe", false}};
            result.failures = {{bad, bad, bad, bad, 1}};
            result.records = {{bad, bad, nan, {{bad, bad}}}};
            result.timeline = {{bad, -5, 3, {{bad, bad, nan, infinity, true}, {bad, bad, 2, 1, false}}, bad},
                               {bad, 0, 0, {{bad, "", -infinity, std::nullopt, true}}, bad}};
            result.leaks = {{bad, bad}};
            result.verdicts = {{Verdict::pass, 1}, {Verdict::fail, 1}};
            result.proofs = {{bad, Verdict::pass, bad}};
        }
    }
    run.claims = {{bad, bad, bad, bad, "undecided here", bad, bad, {{bad, "limits", "PASS", bad, {{bad, bad}}}}}};
    run.unexpected = {bad, std::string(100000, 'x') + bad};
    return run;
}

} // namespace ipc_conform::reports::samples
