// Expectations as a user meets them: news in every direction, and exit statuses.
#include "runner/tests/kit/kit.hpp"

using namespace ipc_conform::runner::tests;

namespace
{

std::string entry(const std::string& id, const std::string& signature, const std::string& more = "")
{
    return "[[expectation]]\nproperty = \"" + id + "\"\nverdict = \"FAIL\"\nsignature = \"" + signature
           + "\"\nreason = \"planted departure\"\nlink = \"https://example.org/planted\"\n" + more + "\n";
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

// What this system calls itself, as the kit reports it.
Json platform(Kit& kit)
{
    write_file(kit.files().file("none.toml"), "");
    return kit.report({"planted.passes"})["platform"];
}

std::string replaced(std::string text, const std::string& old, const std::string& by)
{
    for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += by.size())
    {
        text.replace(at, old.size(), by);
    }
    return text;
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

TEST_CASE("expected: entries of several files apply together")
{
    Kit kit;
    const std::string first = kit.files().file("first.toml");
    const std::string second = kit.files().file("second.toml");
    write_file(first, entry("planted.fails", "found == 42"));
    write_file(second, entry("planted.crashes", "killed by"));
    const Words both{"--expect", first, "--expect", second, "run", "planted.fails", "planted.crashes"};
    CHECK(kit.run(both).status == 0);
    CHECK(kit.run({"run", "--expect", second, "planted.fails", "planted.crashes"}).status == 1);

    const Answer report = kit.run({"run", "planted.fails", "--expect", first, "--expect", second, "--json", "-"});
    CHECK(report.json()["expectations"] == first + ", " + second);
}

TEST_CASE("expected: the same property in two files is wrong usage that names both, unless one is for elsewhere")
{
    Kit kit;
    const std::string first = kit.files().file("first.toml");
    const std::string second = kit.files().file("second.toml");
    write_file(first, entry("planted.fails", "found == 42"));
    write_file(second, entry("planted.fails", "other"));
    const Words line{"run", "planted.passes", "--expect", first, "--expect", second};
    const Answer refused = kit.run(line);
    CHECK(refused.status == 2);
    CHECK(refused.is_one_complaint());
    for (const std::string& named : {first + ":1", second + ":1", std::string{"planted.fails"}})
    {
        CHECK(refused.err.find(named) != std::string::npos);
    }
    write_file(second, entry("planted.fails", "other", "system = \"Plan 9\""));
    CHECK(kit.run(line).status == 0);
}

TEST_CASE("expected: a file replaces the kit's own, which built-in adds again")
{
    // A departure that the kit's own files know of Linux and of Darwin.
    Kit kit;
    const std::string file = kit.files().file("expected.toml");
    write_file(file, entry("planted.fails", "found == 42") + entry("unix-stream.listen-unbound", "EINVAL"));
    Words line{"run", "planted.fails", "--expect", file};
    const Answer replaced = kit.run(line);
    CHECK(replaced.status == 1); // the planted kit has no such property, which only the kit's own file may name
    CHECK(says(replaced, "unknown id in " + file + ":8: unix-stream.listen-unbound"));

    line.insert(line.end(), {"--expect", "built-in"});
    const Answer both = kit.run(line);
    CHECK(both.status == 2);
    CHECK(both.err.find(file + ":8 and ") != std::string::npos);
    CHECK(both.err.find("(embedded):") != std::string::npos);

    write_file(file, entry("planted.fails", "found == 42"));
    CHECK(kit.run(line).status == 0);
}

TEST_CASE("expected: an entry for another platform is passed over, one for this platform holds")
{
    Kit kit;
    const Json here = platform(kit);
    const std::string system = here["system"];
    const std::string libc = here["libc"];
    const std::string sandbox = here["sandbox"];
    for (const std::string& holds : {"system = \"" + system + "\"", std::string{"release = \">=1 <99999\""},
                                     "sandbox = \"" + sandbox + "\"", "libc = \"" + libc + "\""})
    {
        CAPTURE(holds);
        CHECK(run_expecting(kit, entry("planted.fails", "found == 42", holds), "planted.fails").status == 0);
    }
    for (const char* elsewhere : {"system = \"Plan 9\"", "release = \">=99999\"", "release = \"<1\"",
                                  "sandbox = \"glass box\"", "libc = \"newlib\"", "libc = \"glibc >=99\""})
    {
        CAPTURE(elsewhere);
        const Answer failed =
            run_expecting(kit, entry("planted.fails", "found == 42", elsewhere), "planted.fails");
        CHECK(failed.status == 1);
        CHECK(says(failed, "unexpected FAIL: planted.fails"));
        CHECK(run_expecting(kit, entry("planted.passes", "x", elsewhere), "planted.passes").status == 0);
        CHECK(run_expecting(kit, entry("planted.nonesuch", "x", elsewhere), "planted.passes").status == 0);
    }
}

TEST_CASE("expected: an entry whose day is over excuses nothing and is named, whatever its property does")
{
    Kit kit;
    const std::string over = entry("planted.fails", "found == 42", "expires = 2001-02-03");
    for (const char* id : {"planted.fails", "planted.passes"})
    {
        const Answer answer = run_expecting(kit, over, id);
        CHECK(answer.status == 1);
        CHECK(says(answer, "expired expectation: planted.fails"));
        CHECK(says(answer, "2001-02-03"));
        CHECK(says(answer, "unexpected FAIL: planted.fails") == (std::string{id} == "planted.fails"));
    }
    const std::string lasting = entry("planted.fails", "found == 42", "expires = 9999-12-31");
    CHECK(run_expecting(kit, lasting, "planted.fails").status == 0);
}

TEST_CASE("expected: a draft of what failed is refused until it is filled in, then it holds")
{
    Kit kit;
    write_file(kit.files().file("none.toml"), "");
    const std::string stored = kit.files().file("run.json");
    const Words ids{"planted.fails", "planted.crashes", "planted.passes", "planted.set-up-restricted",
                    "planted.says-hostile-things"};
    const auto run_with = [&](const std::string& file, const Words& more) {
        Words line{"run", "--expect", file};
        line.insert(line.end(), ids.begin(), ids.end());
        line.insert(line.end(), more.begin(), more.end());
        return kit.run(line);
    };
    CHECK(run_with(kit.files().file("none.toml"), {"--json", stored}).status == 1);

    const Answer draft = kit.run({"expect", stored});
    CHECK(draft.status == 0);
    CHECK(draft.err.empty());
    CHECK(says(draft, "reason = \"?\""));
    CHECK(says(draft, "property = \"planted.crashes\""));
    CHECK_FALSE(says(draft, "planted.passes"));
    CHECK_FALSE(says(draft, "planted.set-up-restricted"));

    const std::string file = kit.files().file("new.toml");
    write_file(file, draft.out);
    const Answer refused = run_with(file, {});
    CHECK(refused.status == 2);
    CHECK(refused.is_one_complaint());
    CHECK(refused.err.find("lacks its reason") != std::string::npos);
    CHECK(refused.err.find("new.toml:") != std::string::npos);

    write_file(file, replaced(draft.out, "reason = \"?\"", "reason = \"planted\""));
    CHECK(run_with(file, {}).err.find("lacks its link") != std::string::npos);
    write_file(file, replaced(draft.out, "= \"?\"", "= \"planted\""));
    CHECK(run_with(file, {"--json", stored}).status == 0);
    CHECK(says(kit.run({"expect", stored}), "Nothing in that run needs an entry"));
}

TEST_CASE("expected: a draft of what is no report is wrong usage")
{
    Kit kit;
    const std::string file = kit.files().file("run.json");
    for (const char* text : {"", "{}", "[1,", "\x1b[31m"})
    {
        write_file(file, text);
        const Answer answer = kit.run({"expect", file});
        CHECK(answer.status == 2);
        CHECK(answer.is_one_complaint());
    }
    CHECK(kit.run({"expect", file + ".none"}).status == 2);
    CHECK(kit.run({"expect"}).status == 2);
}
