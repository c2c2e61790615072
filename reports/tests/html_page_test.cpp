#include "reports/html_page.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"

#include <doctest/doctest.h>
#include <stdexcept>
#include <string>

using namespace ipc_conform::reports;

TEST_CASE("html page: text stays text")
{
    CHECK(html_text(R"(<a href="x" title='y'>&</a>)")
          == "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
    CHECK(html_text("two\nlines\x1b[31m \xe2\x80\xae \xff") == "two\\nlines\\x1b[31m \\u202e \xef\xbf\xbd");
    const std::string hostile = html_text(samples::hostile_text());
    CHECK(hostile.find_first_of("<>\"'") == std::string::npos);
    CHECK(control_characters(hostile) == 0);
    CHECK(is_utf8(hostile));
}

TEST_CASE("html page: what is endless is cut, and says so")
{
    const std::string text = html_text(std::string(100'000, 'x'));
    CHECK(text.size() < 5'000);
    CHECK(text.ends_with("…"));

    std::string output;
    for (int line = 0; line < 1000; ++line)
    {
        output += "line\n";
    }
    const std::string lines = html_lines(output);
    CHECK(lines_in(lines) == 201);
    CHECK(lines.ends_with("… and 800 more lines\n"));
}

TEST_CASE("html page: preformatted text keeps its lines")
{
    CHECK(html_lines("a\n  <b>\n") == "a\n  &lt;b&gt;\n");
    CHECK(html_lines("without an end") == "without an end\n");
    CHECK(html_lines("").empty());
}

TEST_CASE("html page: only a web address becomes a link")
{
    CHECK(html_link("https://example.org/?a=1&b=\"2\"")
          == R"(<a href="https://example.org/?a=1&amp;b=&quot;2&quot;" rel="noopener noreferrer">)"
             "https://example.org/?a=1&amp;b=&quot;2&quot;</a>");
    CHECK(html_link("javascript:alert(1)") == "javascript:alert(1)");
    CHECK(html_link(" https://example.org") == " https://example.org");
}

TEST_CASE("html page: the policy allows the page's own files alone")
{
    const std::string document = html_document({"<title> & more", {"page.css"}, {}, "<main>\n</main>\n"});
    CHECK(document.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"));
    CHECK(contains(document, "<title>&lt;title&gt; &amp; more</title>"));
    CHECK(contains(document, "content=\"default-src 'none'; style-src 'sha256-"));
    CHECK(contains(document, "; script-src 'none'; base-uri 'none'; form-action 'none'\""));
    CHECK(contains(document, "<main>\n</main>\n</body>"));
    CHECK_FALSE(contains(document, "unsafe-inline"));
    CHECK_FALSE(contains(document, "<script"));

    const std::size_t hash = document.find("'sha256-") + std::string{"'sha256-"}.size();
    CHECK(document.find('\'', hash) - hash == 44); // 32 bytes in base64
    CHECK(document[hash + 43] == '=');
    CHECK(document[hash + 42] != '=');
}

TEST_CASE("html page: a style sheet that does not exist is the kit's own mistake")
{
    CHECK_THROWS_AS(html_document({"", {"absent.css"}, {}, ""}), std::logic_error);
}
