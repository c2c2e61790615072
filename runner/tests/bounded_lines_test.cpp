#include "runner/bounded_lines.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace ipc_conform::runner;

namespace
{

std::vector<std::string> lines_of(const std::vector<std::string>& pieces, std::size_t longest)
{
    std::vector<std::string> lines;
    BoundedLines cutter{longest, [&](std::string_view line) { lines.emplace_back(line); }};
    for (const std::string& piece : pieces)
    {
        cutter.add(piece);
    }
    cutter.end();
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("lines come whole, however they are cut into pieces")
{
    CHECK(lines_of({}, 10).empty());
    CHECK(lines_of({"one\ntwo\n"}, 10) == Lines{"one", "two"});
    CHECK(lines_of({"o", "ne", "\n", "two"}, 10) == Lines{"one", "two"});
    CHECK(lines_of({"one\r\n\r\r\n\ntwo\rthree"}, 10) == Lines{"one", "two", "three"});
}

TEST_CASE("of a line that is too long the end is passed over")
{
    CHECK(lines_of({"12345678\nnext\n"}, 4) == Lines{"1234", "next"});
    CHECK(lines_of({"123", "456", "789", "\nab"}, 4) == Lines{"1234", "ab"});
    CHECK(lines_of({"1234\n5678"}, 4) == Lines{"1234", "5678"});
}
