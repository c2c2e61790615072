// Planted cases that mistreat their journal.
#include "fixtures/journal.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

using namespace ipc_conform;

TEST_CASE("planted.closes-journal" * says("a case whose end is not on record is no pass") * shall("planted(1)"))
{
    CHECK(true);
    ::close(journal::journal_descriptor);
}

// Lanes, counters and records, all at once.
TEST_CASE("planted.scribbles-journal" * says("a ruined journal ruins nothing else") * shall("planted(1)"))
{
    CHECK(true);
    std::mt19937 random{42}; // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same garbage each time
    std::string garbage(sizeof(journal::Region), '\0');
    for (char& byte : garbage)
    {
        byte = static_cast<char>(random());
    }
    [[maybe_unused]] const ssize_t appended = ::write(journal::journal_descriptor, garbage.data(), 5000);
    std::memcpy(static_cast<void*>(&journal::region()), garbage.data(), garbage.size());
    ::_exit(0);
}

TEST_CASE("planted.fills-journal-with-ones" * says("a ruined journal ruins nothing else, again")
          * shall("planted(1)"))
{
    const std::string ones(4096, '\xff');
    [[maybe_unused]] const ssize_t appended = ::write(journal::journal_descriptor, ones.data(), ones.size());
    std::memset(static_cast<void*>(&journal::region()), 0xff, sizeof(journal::Region));
    ::_exit(0);
}

TEST_CASE("planted.truncates-journal" * says("a journal cut to nothing ruins nothing else") * shall("planted(1)"))
{
    CHECK(true);
    [[maybe_unused]] const int cut = ::ftruncate(journal::journal_descriptor, 0);
    ::_exit(0);
}

// Records of every number, well formed, with bytes that no text holds.
TEST_CASE("planted.forges-records" * says("records of no known kind are passed over") * shall("planted(1)"))
{
    CHECK(true);
    for (int kind = 0; kind < 256; kind += 5)
    {
        if (kind != static_cast<int>(journal::Kind::verdict) && kind != static_cast<int>(journal::Kind::check))
        {
            journal::append(static_cast<journal::Kind>(kind), {"\xff\xfe\"]]>", std::string(3, '\0'), "\x1b[2J"});
        }
    }
    journal::append(journal::Kind::owns, {"System V message queue", "not a key", "not an id"});
    const char* foreign = std::getenv("PLANTED_FOREIGN_OBJECT");
    journal::append(journal::Kind::owns,
                    {"POSIX shared memory", foreign == nullptr ? "/foreign-object" : foreign});
    journal::append(journal::Kind::owns, {"unheard-of", "/ipcc-name"});
    journal::append(journal::Kind::evidence, {"hearsay", ""});
}

TEST_CASE("planted.floods-journal" * says("a flood of records fills neither memory nor report")
          * shall("planted(1)"))
{
    const std::string text(60'000, 'r');
    for (int count = 0; count < 400; ++count)
    {
        journal::append(journal::Kind::evidence, {"call", text});
    }
    CHECK(true);
}

TEST_CASE("planted.says-hostile-things" * says("hostile text stays text: \"quotes\", <tags> & ]]>")
          * shall("planted(1)", "<&>\"']]>"))
{
    const std::string hostile{"\"\\\x01\x1b[31m\xff\xc3(\n]]>\0<x>&", 20};
    observe("hostile", std::string_view{hostile});
    CHECK(hostile == "harmless");
}
