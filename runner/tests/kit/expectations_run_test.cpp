// Expectations as a user meets them: news in every direction, and exit statuses.
#include "runner/tests/kit/kit.hpp"

using namespace ipc_conform::runner::tests;

namespace
{

std::string entry(const std::string& id, const std::string& signature)
{
    return "[[expectation]]\nproperty = \"" + id + "\"\nverdict = \"FAIL\"\nsignature = \"" + signature
           + "\"\nreason = \"planted departure\"\nlink = \"https://example.org/planted\"\n";
}

// Runs this with these expectations; the report's text is the answer's standard output.
Answer run_expecting(Kit& kit, const std::string& expectations, const std::string& id)
{
    const std::string file = kit.files().file("expected.toml");
    write_file(file, expectations);
    return kit.run({"run", id, "--expect", file});
}

bool says(const Answer& answer, const std::string& text)
{
    return answer.out.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("expected: a known failure is as expected and told as such")
{
    Kit kit;
    const Answer answer = run_expecting(kit, entry("planted.fails", "found == 42"), "planted.fails");
    CHECK(answer.status == 0);
    CHECK(says(answer, "planted departure"));
}

TEST_CASE("expected: a known hang is as expected, with all that it leaves")
{
    Kit kit;
    const std::string file = kit.files().file("expected.toml");
    write_file(file, entry("planted.leaks-and-hangs", "did not end"));
    CHECK(kit.run({"run", "planted.leaks-and-hangs", "--deadline", "0.2", "--expect", file}).status == 0);
}

TEST_CASE("expected: an unexpected FAIL")
{
    Kit kit;
    const Answer answer = run_expecting(kit, "", "planted.fails");
    CHECK(answer.status == 1);
    CHECK(says(answer, "unexpected FAIL"));
    CHECK(says(answer, "planted.fails"));
}

TEST_CASE("expected: an unexpected PASS")
{
    Kit kit;
    const Answer answer = run_expecting(kit, entry("planted.passes", "anything"), "planted.passes");
    CHECK(answer.status == 1);
    CHECK(says(answer, "unexpected PASS"));
}

TEST_CASE("expected: a failure with another signature")
{
    Kit kit;
    const Answer answer = run_expecting(kit, entry("planted.fails", "ENOTHERE"), "planted.fails");
    CHECK(answer.status == 1);
    CHECK(says(answer, "changed signature"));
}

TEST_CASE("expected: an id that nothing has")
{
    Kit kit;
    const Answer answer = run_expecting(kit, entry("planted.pases", "x"), "planted.passes");
    CHECK(answer.status == 1);
    CHECK(says(answer, "unknown id"));
    CHECK(says(answer, "planted.passes"));
}

TEST_CASE("expected: a file that makes no sense is wrong usage, told with its line")
{
    Kit kit;
    const std::string file = kit.files().file("expected.toml");
    for (const char* text : {"[[expectation]]\nproperty = 3\n", "not toml at all [", "[other]\n"})
    {
        CAPTURE(text);
        write_file(file, text);
        const Answer answer = kit.run({"run", "planted.passes", "--expect", file});
        CHECK(answer.status == 2);
        CHECK(answer.is_one_complaint());
        CHECK(answer.err.find("expected.toml:") != std::string::npos);
    }
    const Answer missing = kit.run({"run", "planted.passes", "--expect", file + ".none"});
    CHECK(missing.status == 2);
    CHECK(missing.is_one_complaint());
}
