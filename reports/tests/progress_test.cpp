#include "reports/progress.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <sstream>
#include <string>

using namespace ipc_conform::reports;

namespace
{

/// What stands on the terminal's line after all that was written.
std::string shown(const std::string& written)
{
    std::string line;
    std::size_t column = 0;
    for (const char character : written)
    {
        if (character == '\r')
        {
            column = 0;
            continue;
        }
        line.resize(std::max(line.size(), column + 1), ' ');
        line[column++] = character;
    }
    return line.erase(line.find_last_not_of(' ') + 1);
}

constexpr Style ascii{.colour = false, .unicode = false, .width = 80};

} // namespace

TEST_CASE("progress shows what is done, what runs and what was not a PASS")
{
    std::ostringstream out;
    Progress progress{out, 94, ascii};
    progress.started("pipe.first");
    progress.draw(0);
    CHECK(shown(out.str()) == "0/94  0.0 s  pipe.first");
    progress.finished("pipe.first", Verdict::pass);
    progress.started("pipe.second");
    progress.started("pipe.third");
    progress.finished("pipe.second", Verdict::restricted);
    progress.draw(1234);
    CHECK(shown(out.str()) == "2/94  1.2 s  1 not PASS  pipe.third");
    progress.finished("pipe.third", Verdict::pass);
    progress.draw(2000);
    CHECK(shown(out.str()) == "3/94  2.0 s  1 not PASS");
    progress.clear();
    CHECK(shown(out.str()).empty());
    CHECK(out.str().back() == '\r');
}

TEST_CASE("progress names few of many, and cuts long names")
{
    std::ostringstream out;
    Progress progress{out, 10, {.colour = false, .unicode = false, .width = 200}};
    for (const char* id : {"a.a", "b.b", "c.a-name-much-longer-than-the-line-has-room-for", "d.d", "e.e"})
    {
        progress.started(id);
    }
    progress.draw(0);
    CHECK(shown(out.str()) == "0/10  0.0 s  a.a, b.b, c.a-name-much-longer-than-the... +2");
}

TEST_CASE("progress never fills the terminal's width, also when that changes")
{
    std::ostringstream out;
    Progress progress{out, 10, {.colour = false, .unicode = false, .width = 20}};
    progress.started("pipe.read-empty-blocks");
    progress.draw(0);
    CHECK(shown(out.str()) == "0/10  0.0 s  pip...");
    progress.resize(10);
    progress.draw(100);
    CHECK(shown(out.str()) == "0/10  ...");
    progress.resize(0);
    progress.draw(200);
    CHECK(shown(out.str()).empty());
}

TEST_CASE("progress is redrawn in place and not too often")
{
    std::ostringstream out;
    Progress progress{out, 10, ascii};
    progress.draw(0);
    const std::string once = out.str();
    progress.started("pipe.any");
    progress.draw(49);
    CHECK(out.str() == once);
    progress.draw(50);
    CHECK(out.str() != once);
    CHECK(out.str().find('\n') == std::string::npos);
    CHECK(out.str().find('\x1b') == std::string::npos);
}

TEST_CASE("progress clears its line at its end, and leaves no trace when it never drew")
{
    std::ostringstream out;
    {
        Progress progress{out, 10, ascii};
    }
    CHECK(out.str().empty());
    {
        Progress progress{out, 10, ascii};
        progress.draw(0);
    }
    CHECK(shown(out.str()).empty());
}

TEST_CASE("progress shows names printable")
{
    std::ostringstream out;
    Progress progress{out, 1, ascii};
    progress.started("pipe.\x1b[2J\n");
    progress.draw(0);
    CHECK(shown(out.str()) == "0/1  0.0 s  pipe.\\x1b[2J\\n");
}
