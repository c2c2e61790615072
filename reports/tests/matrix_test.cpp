#include "reports/matrix_html.hpp"
#include "reports/matrix_json.hpp"
#include "reports/matrix_markdown.hpp"
#include "reports/matrix_text.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace ipc_conform::reports;

namespace
{

const MatrixRow& row_of(const Matrix& matrix, const std::string& id)
{
    for (const MatrixGroup& group : matrix.groups)
    {
        for (const MatrixRow& row : group.rows)
        {
            if (row.property->id == id)
            {
                return row;
            }
        }
    }
    FAIL("no row " << id);
    return matrix.groups.front().rows.front();
}

} // namespace

TEST_CASE("matrix: a row for every property of any run, by mechanism")
{
    const std::vector<Run> runs = samples::different_runs();
    const Matrix matrix = matrix_of(runs);
    REQUIRE(matrix.groups.size() == 3);
    CHECK(matrix.groups[0].mechanism == "pipe");
    CHECK(matrix.groups[1].mechanism == "fifo");
    CHECK(matrix.groups[2].mechanism == "mmap");
    CHECK(matrix.groups[0].rows.size() == 3);
    CHECK(matrix.properties() == 5);
    CHECK(matrix.columns[2] == &runs[2]);
    CHECK(row_of(matrix, "pipe.a").cells[1].result == &runs[1].results[0]);
    CHECK(summary_line(matrix) == "5 properties on 3 platforms, 2 differ");
}

TEST_CASE("matrix: verdicts, signatures and recorded values tell platforms apart, times do not")
{
    std::vector<Run> runs = samples::different_runs();
    const Matrix matrix = matrix_of(runs);
    CHECK(row_of(matrix, "pipe.a").differs);
    const MatrixRow& row = row_of(matrix, "pipe.capacity");
    CHECK(row.differs);
    REQUIRE(row.values.size() == 2);
    CHECK(row.values[0].texts == std::vector<std::string>{"65536", "65536", "16384"});
    CHECK(row.values[0].differs);
    CHECK_FALSE(row.values[1].differs);
    CHECK_FALSE(row_of(matrix, "pipe.same").differs);
    CHECK_FALSE(row_of(matrix, "fifo.old").differs);

    runs[2].results[2].observed[0].second = std::int64_t{65536};
    runs[0].results[0].verdict = runs[2].results[1].verdict = Verdict::fail;
    const Matrix alike = matrix_of(runs);
    CHECK(alike.differences() == 0);
    runs[2].results[1].failures = {{"main", "errno == EAGAIN", "", "", 0}};
    CHECK(matrix_of(runs).differences() == 1);
}

TEST_CASE("matrix: what a version of the kit does not know is told from what was not run")
{
    std::vector<Run> runs = samples::different_runs();
    const Matrix matrix = matrix_of(runs);
    const auto absent = [&](const std::string& id, std::size_t column) {
        return absence_of(runs[column], row_of(matrix, id).cells[column]);
    };
    CHECK(absent("mmap.new", 0) == "not known to kit 0.1.0");
    CHECK(absent("fifo.old", 1) == "not run"); // another run by 0.1.0 has it
    CHECK(absent("fifo.old", 2) == "not known to kit 0.2.0");

    runs[2].claims.emplace_back().properties.emplace_back().id = "fifo.old";
    CHECK(absence_of(runs[2], row_of(matrix_of(runs), "fifo.old").cells[2]) == "not run");
}

TEST_CASE("matrix: another level or wording is marked")
{
    std::vector<Run> runs = samples::different_runs();
    runs[2].results[1].level = "may";
    runs[2].results[1].statement = "now worded so";
    const Matrix matrix = matrix_of(runs);
    const MatrixRow& row = row_of(matrix, "pipe.a");
    CHECK(remarks_of(row.cells[0]).empty());
    CHECK(remarks_of(row.cells[2]) == std::vector<std::string>{"level: may", "statement: now worded so"});
    CHECK(contains(to_text(matrix), "    [3] level: may\n    [3] statement: now worded so\n"));
    CHECK(contains(to_markdown(matrix), "PASS<br>*level: may*<br>*statement: now worded so*"));
    CHECK(contains(to_json(matrix), "\"reworded\": true"));
}

TEST_CASE("matrix: only the differences")
{
    const std::vector<Run> runs = samples::different_runs();
    const Matrix matrix = only_differences(matrix_of(runs));
    REQUIRE(matrix.groups.size() == 1);
    CHECK(matrix.groups[0].rows.size() == 2);
    CHECK(matrix.differences() == 2);
    CHECK(summary_line(matrix) == "5 properties on 3 platforms, 2 differ; the other 3 are left out");
    CHECK_FALSE(contains(to_text(matrix), "pipe.same"));
}

TEST_CASE("matrix text: columns line up, and rows that differ are marked")
{
    const std::vector<Run> runs = samples::different_runs();
    const std::string text = to_text(matrix_of(runs));
    CHECK(text.starts_with(
        "[1] 2025-01-01T00:00:00Z  Linux 6.1 x86_64, glibc 2.36, sandbox: none; kit 0.1.0\n[2] "));
    CHECK(contains(text, "\npipe\n"
                         "! pipe.a         PASS                    FAIL                    PASS\n"
                         "! pipe.capacity  PASS                    PASS                    PASS\n"
                         "!   capacity     65536                   65536                   16384\n"));
    CHECK(contains(text, "\n  pipe.same      not known to kit 0.1.0  not known to kit 0.1.0  PASS\n"));
    CHECK(text.ends_with("\nNot known to a kit: no report by that version has the property, or names it.\n"
                         "5 properties on 3 platforms, 2 differ\n"));
}

TEST_CASE("matrix: columns may have names, in every format")
{
    const std::vector<Run> runs = samples::different_runs();
    const Matrix matrix = matrix_of(runs, {"node<1>", "gvisor"});
    CHECK(to_text(matrix).starts_with("[1] node<1>  2025-01-01T00:00:00Z  Linux 6.1"));
    CHECK(contains(to_text(matrix), "\n[2] gvisor  2025"));
    CHECK(contains(to_markdown(matrix), "\n| 2 gvisor | 2025"));
    CHECK(contains(to_html(matrix),
                   "<th scope=\"col\"><strong>node&lt;1&gt;</strong><br><strong>Linux 6.1</strong>"));
    const auto platforms = nlohmann::json::parse(to_json(matrix))["platforms"];
    CHECK(platforms[1]["name"] == "gvisor");
    CHECK(platforms[2]["name"] == "");
}

TEST_CASE("matrix markdown: platforms and a table for each mechanism")
{
    const std::vector<Run> runs = samples::different_runs();
    const std::string text = to_markdown(matrix_of(runs));
    CHECK(contains(text, "| 1 | 2025-01-01T00:00:00Z | Linux 6.1 x86&#95;64 | glibc 2.36 | none | 0.1.0 |\n"));
    CHECK(contains(text, "## pipe\n\n| | property | level | 1 | 2 | 3 |\n|---|---|---|---|---|---|\n"
                         "| ≠ | **<code>pipe.a</code>** | shall | PASS | FAIL | PASS |\n"));
    CHECK(contains(text, " PASS<br>**capacity = 16384**<br>took = 8192 |\n"));
    CHECK(contains(text, "| *not known to kit 0.2.0* |\n"));
}

TEST_CASE("matrix json: a cell for each platform")
{
    const std::vector<Run> runs = samples::different_runs();
    const auto json = nlohmann::json::parse(to_json(matrix_of(runs)));
    CHECK(json["platforms"][1]["platform"]["sandbox"] == "gVisor");
    CHECK(json["properties"] == 5);
    CHECK(json["differences"] == 2);
    const auto& row = json["rows"][0];
    CHECK(row["id"] == "pipe.a");
    CHECK(row["differs"] == true);
    CHECK(row["cells"][1]["verdict"] == "FAIL");
    CHECK_FALSE(row["cells"][1].contains("timeline"));
    CHECK(json["rows"][2]["cells"][0] == nlohmann::json{{"absent", "not known to kit 0.1.0"}});
}

TEST_CASE("matrix html: rows that differ are marked, and every cell leads to its evidence")
{
    std::vector<Run> runs = samples::different_runs();
    runs[1].results[0].failures = {{"reader", "os::read(…) == 1", "0 == 1", "cases/pipe/blocking.cpp", 17}};
    const std::string html = to_html(matrix_of(runs));
    CHECK(contains(html, "<label for=\"only-differences\">only differences (2)</label>"));
    CHECK(contains(html, "<strong>Linux 6.1</strong><br>x86_64, musl<br>sandbox: gVisor<br>"));
    CHECK(contains(html, "<tr id=\"row-0\" class=\"differs\">"));
    CHECK(contains(html, "<tr id=\"row-2\"><th scope=\"row\"><code>pipe.same</code>"));
    CHECK(contains(html, "<td><a href=\"#evidence-0-1\"><span class=\"verdict fail\">FAIL</span></a></td>"));
    const std::size_t evidence = html.find("<tr class=\"evidence differs\" id=\"evidence-0-1\">");
    REQUIRE(evidence != std::string::npos);
    CHECK(html.find("<dt>Observed</dt><dd><code>0 == 1</code></dd>", evidence) < html.find("</tr>", evidence));
    CHECK(contains(html, "<br><strong>capacity = 16384</strong><br>took = 8192</span>"));
    CHECK(contains(html, "<td class=\"quiet\">not known to kit 0.2.0</td>"));
}

TEST_CASE("matrix html: every link leads to a place of its own")
{
    const std::vector<Run> runs = samples::different_runs();
    const std::string html = to_html(matrix_of(runs));
    for (std::size_t at = html.find("href=\"#"); at != std::string::npos; at = html.find("href=\"#", at + 1))
    {
        const std::size_t begin = at + 7;
        const std::string name = html.substr(begin, html.find('"', begin) - begin);
        const std::string place = "id=\"" + name + "\"";
        CAPTURE(name);
        CHECK(contains(html, place));
        CHECK(html.find(place) == html.rfind(place));
    }
}

TEST_CASE("matrix: hostile reports are harmless in every format")
{
    std::vector<Run> runs{samples::hostile_run(), samples::hostile_run(), samples::rich_run()};
    for (std::size_t index = 0; index < runs[1].results.size(); ++index)
    {
        runs[1].results[index].id += std::to_string(index / 2);
        runs[1].results[index].level = "may";
    }
    const Matrix matrix = matrix_of(runs);
    const std::string text = to_text(matrix);
    CHECK(control_characters(text) == 0);
    CHECK(is_utf8(text));
    CHECK(is_plain_ascii(to_text(matrix, {.unicode = false})));
    const std::string markdown = to_markdown(matrix);
    CHECK(control_characters(markdown) == 0);
    CHECK(is_utf8(markdown));
    CHECK_FALSE(contains(markdown, "<tag"));
    const std::string html = to_html(matrix);
    CHECK(control_characters(html) == 0);
    CHECK(is_utf8(html));
    CHECK_FALSE(contains(html, "<tag"));
    CHECK(contains(html, "script-src 'none'"));
    CHECK_FALSE(contains(html, "<script"));
    const std::string json = to_json(matrix);
    CHECK(control_characters(json) == 0);
    CHECK(nlohmann::json::parse(json)["rows"].size() == matrix.properties());
}
