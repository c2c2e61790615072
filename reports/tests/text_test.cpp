#include "reports/printable.hpp"
#include "reports/tests/sample.hpp"
#include "reports/tests/text_checks.hpp"
#include "reports/utf8.hpp"
#include "reports/xml.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform::reports;
using namespace std::string_literals;

TEST_CASE("repair leaves UTF-8 alone, from one byte to four")
{
    const std::string good = "a\0b \u00e9 \u20ac \U0001F600 \uFFFD \U0010FFFF"s;
    CHECK(repaired_utf8(good) == good);
}

TEST_CASE("repair replaces what is not UTF-8 and keeps what follows")
{
    CHECK(repaired_utf8("a\xff"
                        "b")
          == "a\uFFFDb");
    CHECK(repaired_utf8("\x80") == "\uFFFD");                               // continuation without a beginning
    CHECK(repaired_utf8("\xe2\x82") == "\uFFFD");                           // cut off at the end
    CHECK(repaired_utf8("\xe2\x82x") == "\uFFFDx");                         // cut off by another character
    CHECK(repaired_utf8("\xc0\xaf") == "\uFFFD\uFFFD");                     // overlong
    CHECK(repaired_utf8("\xe0\x80\xaf") == "\uFFFD\uFFFD\uFFFD");           // overlong
    CHECK(repaired_utf8("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");           // a surrogate
    CHECK(repaired_utf8("\xf4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD"); // above U+10FFFF
    CHECK(repaired_utf8("\xf0\x9f\x98") == "\uFFFD");
}

TEST_CASE("every sequence of two bytes is repaired to something that needs no repair")
{
    int wrong = 0;
    for (int first = 0; first < 256; ++first)
    {
        for (int second = 0; second < 256; ++second)
        {
            const std::string repaired =
                repaired_utf8(std::string{static_cast<char>(first), static_cast<char>(second), 'x'});
            wrong += repaired_utf8(repaired) == repaired && repaired.ends_with('x') ? 0 : 1;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("columns are code points")
{
    CHECK(columns_of("") == 0);
    CHECK(columns_of("read(3, …)") == 10);
    CHECK(columns_of("\xff\xff") == 2);
}

TEST_CASE("printable text has no control character and no invisible one")
{
    CHECK(printable("plain … text") == "plain … text");
    CHECK(printable("\x1b[31m\a\x7f") == "\\x1b[31m\\x07\\x7f");
    CHECK(printable("a\0b"s) == "a\\x00b");
    CHECK(printable("one\ntwo\r\tthree") == "one\\ntwo\\r\\tthree");
    CHECK(printable("\u009b"
                    "31m")
          == "\\u009b31m");
    CHECK(printable("\u202egnp.exe") == "\\u202egnp.exe");
    CHECK(printable("\u2028\u200b\ufeff\ufffe") == "\\u2028\\u200b\\ufeff\\ufffe");
    CHECK(printable("\U000E0041") == "\\U000e0041");
    CHECK(printable("\xff") == "\uFFFD");
}

TEST_CASE("without unicode, printable text is ASCII")
{
    CHECK(printable("read(3, …) \u00e9 \U0001F600", false) == "read(3, ...) \\u00e9 \\U0001f600");
    CHECK(is_plain_ascii(printable(samples::hostile_text(), false)));
}

TEST_CASE("text is shortened only when it has to be, between characters")
{
    CHECK(shortened("abcdef", 6) == "abcdef");
    CHECK(shortened("abcdefg", 6) == "abcde…");
    CHECK(shortened("ééééé", 3) == "éé…");
    CHECK(shortened("abcdefg", 6, false) == "abc...");
    CHECK(shortened("abcdefg", 2, false) == "..");
    CHECK(shortened("abc", 0).empty());
}

TEST_CASE("text shortened in the middle keeps both ends")
{
    CHECK(shortened_in_the_middle("write(4, 1) = 1", 15) == "write(4, 1) = 1");
    CHECK(shortened_in_the_middle("write(4, …, 4096) = 4096", 16) == "write(4…) = 4096");
    CHECK(shortened_in_the_middle("write(4, 1, 4096) = 4096", 16, false) == "write...) = 4096");
    CHECK(shortened_in_the_middle("abcdef", 1) == "…");
    CHECK(shortened_in_the_middle("abcdef", 2, false) == "..");
    CHECK(shortened_in_the_middle("abcdef", 0).empty());
}

TEST_CASE("XML text holds no markup and no character that XML cannot hold")
{
    CHECK(xml_text("a < b && c > \"d\" ]]>") == "a &lt; b &amp;&amp; c &gt; &quot;d&quot; ]]&gt;");
    CHECK(xml_text("line\n\ttab\r") == "line\n\ttab&#13;");
    CHECK(xml_attribute("line\n\ttab\r") == "line&#10;&#9;tab&#13;");
    CHECK(xml_text("\x1b[0m\0\x7f"s) == "\u241b[0m\u2400\u2421");
    CHECK(xml_text("\ufffe\uffff\xff\u009b") == "\uFFFD\uFFFD\uFFFD\uFFFD");
}
