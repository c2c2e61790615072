#include "runner/shell_words.hpp"

#include "runner/errors.hpp"

#include <doctest/doctest.h>

using namespace ipc_conform::runner;

using Words = std::vector<std::string>;

TEST_CASE("a command line is split as a shell splits it")
{
    CHECK(shell_words("").empty());
    CHECK(shell_words(" \t\n").empty());
    CHECK(shell_words("runsc --network=none  do ") == Words{"runsc", "--network=none", "do"});
    CHECK(shell_words(R"(a\ b 'c d' "e f" g'h'"i")") == Words{"a b", "c d", "e f", "ghi"});
    CHECK(shell_words(R"('' "" x)") == Words{"", "", "x"});
    CHECK(shell_words(R"('a\b' "a\b" "\"\\\$" a\b "$HOME" ~ *)")
          == Words{R"(a\b)", R"(a\b)", R"("\$)", "ab", "$HOME", "~", "*"});
}

TEST_CASE("what a shell would ask more of is refused")
{
    for (const char* open : {"'", "a 'b", "\"", R"("a\")", "\\", "a \\"})
    {
        CAPTURE(open);
        CHECK_THROWS_AS(shell_words(open), UsageError);
    }
}

TEST_CASE("a quoted word comes back from a shell as it was")
{
    CHECK(shell_quoted("targets/gvisor") == "targets/gvisor");
    CHECK(shell_quoted("runsc do") == "'runsc do'");
    CHECK(shell_quoted("") == "''");
    for (const char* word : {"", "a b", "it's", R"(\"$`*)", "'", "a\nb"})
    {
        CAPTURE(word);
        CHECK(shell_words(shell_quoted(word)) == Words{word});
    }
}
