#include "reports/terminal.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace ipc_conform::reports;

namespace
{

constexpr Style plain{.colour = false, .unicode = true, .width = 100};

std::string last_line(const std::string& text)
{
    const std::size_t end = text.rfind('\n', text.size() - 2);
    return text.substr(end + 1);
}

/// The escape sequences of colours taken out.
std::string without_colours(std::string text)
{
    for (std::size_t begin = 0; (begin = text.find("\x1b[", begin)) != std::string::npos;)
    {
        text.erase(begin, text.find('m', begin) + 1 - begin);
    }
    return text;
}

} // namespace

TEST_CASE("the summary counts what there is")
{
    Run run;
    run.milliseconds = 620;
    CHECK(summary_line(run) == "0 properties; 0 unexpected; 0.62 s");
    run.results = {samples::result("pipe.any", Verdict::pass)};
    CHECK(summary_line(run) == "1 property: 1 PASS; 0 unexpected; 0.62 s");
    run.results.push_back(samples::result("pipe.other", Verdict::restricted));
    run.results.push_back(samples::result("pipe.third", Verdict::pass));
    run.unexpected = {"one"};
    CHECK(summary_line(run) == "3 properties: 2 PASS, 1 RESTRICTED; 1 unexpected; 0.62 s");
    run.partial = true;
    CHECK(summary_line(run).starts_with("cut short: 3 properties"));
}

TEST_CASE("an unexpected result is shown in full")
{
    CHECK(terminal_result(samples::rich_run().results[0], plain) == R"(FAIL  pipe.read-empty-blocks  [shall]
      property  a blocking read on an empty pipe blocks until data arrives
      source    POSIX.1-2024 read(); pipe(7)
      expected  os::read(…) == 1   [reader, cases/pipe/blocking.cpp:17]
      observed  0 == 1
      reason    a check did not hold
      why       no expectation covers it
      evidence  call
      recorded  capacity = 65536; sealed = true; ratio = 2; name = /a
      repeated  48 PASS, 2 FAIL of 50
      leftover  System V message queue key 0x1234 (removed)
      survived  read returns 2: PASS
      output    first line
                second line
             ms  main (100)              reader (101)
                   (7 earlier calls)
          0.410                          ┌ read(3, …, 1)
          0.530    write(4, "x", 1) = 1  │
          0.541                          └ = 1 (blocked 0.131 ms)
          0.600                          ┌ read(3, …, 1)
                                         ✗ never returned
                                           stuck in read (pipe_read)
      again     ipc-conform run pipe.read-empty-blocks --seed 42
)");
}

TEST_CASE("the report says where, how many, what, why and what to do")
{
    const std::string text = terminal_report(samples::rich_run(), plain);
    CHECK(text.starts_with(
        "ipc-conform 0.1.0: Linux 6.18.0 x86_64, glibc 2.36, 2 processors, user id 1000, "
        "sandbox: container (docker)\n"
        "seed 42, 8 jobs, shaken by 7, expectations: linux.toml, trust base: holds, via: runsc do\n"));
    CHECK(contains(text, R"(
mechanism  PASS  FAIL  UNSUPPORTED  RESTRICTED  UNRESOLVED  UNTESTED
pipe          1     1            ·           ·           ·         ·
fifo          ·     1            ·           ·           ·         ·
posix-mq      ·     ·            ·           2           ·         ·
sysv-shm      ·     ·            1           ·           ·         ·
mmap          ·     ·            ·           ·           ·         1
udp           ·     ·            ·           ·           1         ·
all           1     2            1           2           1         1
evidence: call 1, values 2
)"));
    CHECK(contains(text, "\nUnexpected\n\nFAIL  pipe.read-empty-blocks  [shall]\n"));
    CHECK(contains(text, "\nCould not be decided\n\nUNRESOLVED  udp.no-handshake  [shall]\n"));
    CHECK(contains(text, "\nKnown departures of this platform\n"
                         "  fifo.open-read-blocks: the kernel has never done so  https://example.org/1\n"));
    CHECK(contains(text, R"(
Not checked here
  RESTRICTED mq_open: EMFILE
    remedy: raise fs.mqueue.msg_max
    posix-mq.empty-block, posix-mq.full-block
  UNSUPPORTED ENOSYS
    sysv-shm.zeroed
  UNTESTED cannot be provoked
    mmap.store-lag-possible
)"));
    CHECK(contains(text, R"(
Proofs
  2 faults run, 1 killed, 1 survived
  survived pipe.read-empty-blocks: read returns 2 (PASS)
  without a proof: pipe.data-roundtrip, fifo.open-read-blocks
)"));
    CHECK(contains(text, "\npipe.read-empty-blocks: FAIL\n"));
    CHECK(last_line(text)
          == "cut short: 8 properties: 1 PASS, 2 FAIL, 1 UNSUPPORTED, 2 RESTRICTED, 1 UNRESOLVED, 1 UNTESTED; "
             "1 unexpected; 0.62 s\n");
}

TEST_CASE("a run without news is short")
{
    Run run;
    run.kit_version = "0.1.0";
    run.results = {samples::result("pipe.any", Verdict::pass)};
    const std::string text = terminal_report(run, plain);
    for (const char* section : {"Unexpected", "decided", "departures", "Not checked", "Proofs", "unexpected:"})
    {
        CHECK_FALSE(contains(text, section));
    }
    CHECK(last_line(text) == "1 property: 1 PASS; 0 unexpected; 0.00 s\n");
}

TEST_CASE("a known departure is not shown as unexpected, nor an unexpected one as known")
{
    Run run;
    run.results = {samples::result("pipe.known", Verdict::fail), samples::result("pipe.new", Verdict::fail),
                   samples::result("pipe.surprise", Verdict::restricted)};
    run.results[1].expected = run.results[2].expected = false;
    const std::string text = terminal_report(run, plain);
    CHECK_FALSE(contains(text, "FAIL  pipe.known"));
    CHECK(contains(text, "  pipe.known: "));
    CHECK(contains(text, "FAIL  pipe.new"));
    CHECK_FALSE(contains(text, "  pipe.new: "));
    CHECK(contains(text, "RESTRICTED  pipe.surprise"));
    CHECK_FALSE(contains(text, "Not checked here"));
}

TEST_CASE("colour is added to the plain report, and only when asked")
{
    const Run run = samples::rich_run();
    const std::string coloured = terminal_report(run, {.colour = true, .unicode = true, .width = 100});
    CHECK(contains(coloured, "\x1b[1;31mFAIL\x1b[0m"));
    CHECK(without_colours(coloured) == terminal_report(run, plain));
    CHECK_FALSE(contains(terminal_report(run, plain), "\x1b"));
}

TEST_CASE("no control character of a result reaches the terminal")
{
    for (const bool unicode : {true, false})
    {
        const std::string text = terminal_report(samples::hostile_run(), {.unicode = unicode});
        CHECK(text.size() < 1000000);
        CHECK(control_characters(text) == 0);
        CHECK_FALSE(contains(text, "\u202e"));
        CHECK(is_utf8(text));
        CHECK((unicode || is_plain_ascii(text)));
    }
    const std::string coloured = without_colours(terminal_report(samples::hostile_run(), {.colour = true}));
    CHECK_FALSE(contains(coloured, "\x1b"));
}

TEST_CASE("long output is cut and says where the rest is")
{
    Result result = samples::result("pipe.any", Verdict::fail);
    for (int line = 0; line < 100; ++line)
    {
        result.output += "line " + std::to_string(line) + "\n";
    }
    const std::string text = terminal_result(result, plain);
    CHECK(contains(text, "line 19\n"));
    CHECK_FALSE(contains(text, "line 20\n"));
    CHECK(contains(text, "(the rest is in the JSON report)"));
}
