#include "reports/markdown.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace ipc_conform::reports;

TEST_CASE("markdown: the unexpected stands before everything else, with its evidence")
{
    const std::string text = to_markdown(samples::rich_run());
    CHECK(text.starts_with("# IPC conformance: Linux 6.18.0 x86&#95;64, glibc 2.36, sandbox: "));
    CHECK(contains(text,
                   "**1 PASS, 2 FAIL, 1 UNSUPPORTED, 2 RESTRICTED, 1 UNRESOLVED, 1 UNTESTED**; 1 unexpected; "
                   "**the run was cut short**"));
    const std::size_t unexpected = text.find("## Unexpected\n\n- pipe.read-empty-blocks: FAIL\n");
    REQUIRE(unexpected != std::string::npos);
    CHECK(unexpected < text.find("## By mechanism"));
    CHECK(contains(text, "<details><summary><code>pipe.read-empty-blocks</code> FAIL: unexpected FAIL: "));
    CHECK(contains(text, "  observed: 0 == 1\n"));
    CHECK(
        contains(text, "<details><summary><code>udp.no-handshake</code> UNRESOLVED: bind: EADDRINUSE</summary>"));
}

TEST_CASE("markdown: verdicts by mechanism, departures, what was not checked, claims")
{
    const std::string text = to_markdown(samples::rich_run());
    CHECK(contains(text, "| pipe | 1 | 1 | | | | |\n"));
    CHECK(contains(text, "| posix-mq | | | | 2 | | |\n"));
    CHECK(contains(text,
                   "## Known departures\n\n- <code>fifo.open-read-blocks</code>: the kernel has never done so\n"));
    CHECK(contains(text, "- RESTRICTED: mq&#95;open: EMFILE (remedy: raise fs.mqueue.msg&#95;max): "
                         "<code>posix-mq.empty-block</code>, <code>posix-mq.full-block</code>\n"));
    CHECK(contains(text, "| P3 | Its structure is first-in first-out | false |\n"));
}

TEST_CASE("markdown: a run as expected has no section for what is not")
{
    Run run;
    run.results = {samples::result("pipe.a", Verdict::pass)};
    const std::string text = to_markdown(run);
    CHECK(contains(text, "**1 PASS**; 0 unexpected\n"));
    for (const char* section : {"## Unexpected", "## Known departures", "## Not checked", "## The textbook"})
    {
        CHECK_FALSE(contains(text, section));
    }
}

TEST_CASE("markdown: text stays text")
{
    CHECK(markdown_text("a|b <script> `c` *d* [e](f) \\ @g")
          == "a&#124;b &#60;script&#62; &#96;c&#96; &#42;d&#42; "
             "&#91;e&#93;(f) &#92; &#64;g");
    CHECK(markdown_text("two\nlines") == "two&#92;nlines");
    const std::string text = to_markdown(samples::hostile_run());
    CHECK_FALSE(contains(text, "<tag"));
    CHECK_FALSE(contains(text, "\x1b"));
}

TEST_CASE("markdown: a report keeps to its limit and tells what does not fit")
{
    const std::string text = to_markdown(samples::hostile_run(), 100'000);
    CHECK(text.size() < 110'000);
    CHECK(contains(text, "more that do not fit here."));
    CHECK(contains(text, "## By mechanism"));
}
