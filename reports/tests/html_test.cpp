#include "reports/html.hpp"
#include "reports/html_claims.hpp"
#include "reports/html_result.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace ipc_conform::reports;

TEST_CASE("html: the page begins with platform, totals and how far to trust them")
{
    const std::string html = to_html(samples::rich_run());
    CHECK(contains(html, "<title>IPC conformance: Linux 6.18.0 x86_64</title>"));
    CHECK(contains(html,
                   "glibc 2.36 · sandbox: container (docker) · via: runsc do · 2025-01-02T03:04:05Z · 0.62 s · "
                   "kit 0.1.0"));
    CHECK(contains(html, "Not as expected. The run was cut short."));
    CHECK(contains(html, "<strong class=\"fail\">2</strong> FAIL"));
    CHECK(contains(html, "<dt>Trust base</dt><dd>holds</dd>"));
    CHECK(contains(html, "<dt>Evidence</dt><dd>call 1, values 2 (call: "));
    CHECK(contains(html, "<dt>Faults</dt><dd>1 of 2 faults detected; 2 verdicts without a proof</dd>"));
    CHECK(contains(html, "<a href=\"#pipe.read-empty-blocks\">pipe.read-empty-blocks</a>: FAIL"));
}

TEST_CASE("html: a run that proved nothing says so")
{
    Run run;
    run.results = {samples::result("pipe.a", Verdict::pass)};
    CHECK(contains(to_html(run), "not proven in this run (--prove does)"));
    CHECK(contains(to_html(run), "Everything is as expected."));
    CHECK(contains(to_html(Run{}), "Nothing was checked."));
}

TEST_CASE("html: mechanisms with counts and bars")
{
    const std::string html = to_html(samples::rich_run());
    CHECK(contains(html, "<th><a href=\"#mechanism-0\">pipe</a></th>"));
    CHECK(contains(html, "<rect class=\"pass\" x=\"0\" width=\"1\" height=\"1\"/>"
                         "<rect class=\"fail\" x=\"1\" width=\"1\" height=\"1\"/>"));
    CHECK(contains(html, "<section class=\"mechanism\" id=\"mechanism-2\" data-mechanism=\"posix-mq\">"));
    CHECK(contains(html, "<option value=\"posix-mq\">posix-mq</option>"));
}

TEST_CASE("html: a property opens to all that is known of it")
{
    const std::string html = html_result(samples::rich_run().results.front());
    CHECK(html.starts_with("<details class=\"property\" id=\"pipe.read-empty-blocks\" data-verdict=\"fail\" "
                           "data-level=\"shall\" data-unexpected=\"yes\">"));
    for (const char* part :
         {"<dt>Statement</dt><dd>a blocking read on an empty pipe blocks until data arrives</dd>",
          "<dt>Level</dt><dd>shall</dd>", "<li>POSIX.1-2024 read()</li><li>pipe(7)</li>",
          "<dt>Expected</dt><dd><code>os::read(…) == 1</code></dd>",
          "<dt>Observed</dt><dd><code>0 == 1</code></dd>", "reader at cases/pipe/blocking.cpp:17",
          "<code>capacity = 65536</code>", "read returns 0 at once <span class=\"pass\">detected</span>",
          "read returns 2 <span class=\"fail\">survived: PASS</span>", "48 PASS, 2 FAIL of 50",
          "System V message queue key 0x1234 (removed)",
          "<code>ipc-conform run pipe.read-empty-blocks --seed 42</code>", "<svg class=\"sequence\"",
          "first line\nsecond line\n"})
    {
        CHECK_MESSAGE(contains(html, part), part);
    }
}

TEST_CASE("html: a property without a timeline says why, an unproven fault that it is")
{
    Result result = samples::result("pipe.a", Verdict::pass);
    result.faults = {"read returns 0"};
    CHECK(contains(html_result(result), "No timeline: one is kept of a result that is no PASS."));
    CHECK(contains(html_result(result), "read returns 0 <span class=\"quiet\">not proven in this run</span>"));
    result.verdict = Verdict::untested;
    CHECK(contains(html_result(result), "No timeline: the case made no traced call, or was not run."));
}

TEST_CASE("html: only what looks like a property's id becomes an anchor")
{
    CHECK(html_anchor("sysv-shm.reget-smaller") == "sysv-shm.reget-smaller");
    for (const char* id : {"", "claims", "Pipe.A", "a.\"b", "a. b", "a.b\n"})
    {
        CHECK_MESSAGE(html_anchor(id).empty(), id);
    }
    CHECK(html_anchor(std::string(200, 'a') + ".b").empty());
}

TEST_CASE("html: claims in both languages, linked to what decides them")
{
    Run run = samples::rich_run();
    run.results.push_back(samples::result("pipe.fifo-order", Verdict::fail));
    const std::string html = html_claims(run);
    CHECK(contains(html, "<input type=\"radio\" name=\"language\" id=\"korean\">"));
    CHECK(contains(html,
                   "<span lang=\"en\">Its structure is first-in first-out <strong class=\"fail\">false</strong>"));
    CHECK(contains(html,
                   "<span lang=\"ko\">“선입선출 구조” <strong class=\"fail\">이 시스템에서 거짓입니다.</strong>"));
    CHECK(contains(html, "<a href=\"#pipe.fifo-order\"><code>pipe.fifo-order</code></a>"));
    CHECK(contains(html, "<td><code>pipe.large-may-interleave</code></td><td>not run</td>"));
    CHECK(contains(html, "<code>records = 3</code>"));
    CHECK(html_claims(Run{}).empty());
    CHECK_FALSE(contains(to_html(Run{}), "href=\"#claims\""));
}

TEST_CASE("html: whatever a report holds stays text")
{
    const std::string html = to_html(samples::hostile_run());
    CHECK_FALSE(contains(html, "<tag"));
    CHECK_FALSE(contains(html, "<img"));
    CHECK_FALSE(contains(html, "<script>window.canary"));
    CHECK(contains(html, "&lt;script&gt;window.canary"));
    CHECK(control_characters(html) == 0);
    CHECK(is_utf8(html));
}

TEST_CASE("html: many properties stay small")
{
    CHECK(to_html(samples::large_run(800)).size() < 2'000'000);
}
