// explain ID --c: a program that shows the failure without the kit, or the source of the case.
#include "runner/tests/kit/kit.hpp"

using namespace ipc_conform::runner::tests;

namespace
{

const std::string misbehaving_system = MISBEHAVING_SYSTEM;

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// What `explain ID --c` prints where the system misbehaves: the case is run there and then.
std::string reproducer_of(Kit& kit, const std::string& id)
{
    const Answer answer = kit.with("LD_PRELOAD", misbehaving_system).run({"explain", id, "--c"});
    CHECK(answer.status == 0);
    CHECK(answer.err.empty());
    return answer.out;
}

/// The program, compiled without a warning.
std::string compiled(const Folder& folder, const std::string& text)
{
    write_file(folder.file("reproducer.c"), text);
    const Answer answer = Kit{COMPILER}.run(
        {"-x", "c", "-Wall", "-Wextra", "-Werror", folder.file("reproducer.c"), "-o", folder.file("reproducer")});
    CAPTURE(answer.err);
    REQUIRE(answer.status == 0);
    return folder.file("reproducer");
}

} // namespace

TEST_CASE("reproducer: the program fails where the system misbehaves, and nowhere else"
          * doctest::skip(misbehaving_system.empty()))
{
    struct Sample
    {
        const char* id;
        const char* expected;
        const char* observed;
    };
    for (const Sample& sample :
         {Sample{"planted.reproducible", "= -1 EAGAIN", "= 0"}, Sample{"planted.short-read", "= 3", "= 2"}})
    {
        CAPTURE(sample.id);
        Kit kit;
        const std::string text = reproducer_of(kit, sample.id);
        CAPTURE(text);
        REQUIRE(has(text, "a program that makes the recorded calls of a failed case again"));
        const std::string program = compiled(kit.files(), text);

        const Answer well = Kit{program}.run({});
        CHECK(well.status == 0);
        const Answer badly = Kit{program}.with("LD_PRELOAD", misbehaving_system).run({});
        CHECK(badly.status == 1);
        CHECK(has(badly.out, "expected  read("));
        CHECK(has(badly.out, sample.expected));
        CHECK(has(badly.out, sample.observed));
        CHECK(kit.left_nothing());
    }
}

TEST_CASE("reproducer: a stored report gives the same program as a run"
          * doctest::skip(misbehaving_system.empty()))
{
    Kit kit;
    const std::string file = kit.files().file("report.json");
    kit.with("LD_PRELOAD", misbehaving_system);
    CHECK(kit.run({"run", "planted.short-read", "--json", file}).status == 1);
    const Answer answer = kit.with("LD_PRELOAD", "").run({"explain", "planted.short-read", file, "--c"});
    CHECK(answer.status == 0);
    const Answer good = Kit{compiled(kit.files(), answer.out)}.run({});
    CHECK(good.status == 0);
    CHECK(kit.run({"explain", "planted.passes", file, "--c"}).is_one_complaint());
    CHECK(kit.run({"explain", "planted.passes", file, "--c"}).status == 2);
    CHECK(kit.run({"explain", "planted.short-read", file}).status == 2);
}

TEST_CASE("reproducer: a call that cannot be made again faithfully gives the source, and says so"
          * doctest::skip(misbehaving_system.empty()))
{
    Kit kit;
    const std::string text = reproducer_of(kit, "planted.irreproducible");
    CAPTURE(text);
    CHECK(has(text, "the source of the case (C++), not a program of its own"));
    CHECK(has(text, "no C program: writev is no call whose effect follows from numbers alone"));
    CHECK(has(text, "TEST_CASE(\"planted.irreproducible\""));
    CHECK(!has(text, "TEST_CASE(\"planted.short-read\""));
}

TEST_CASE("reproducer: a case that does not fail gives its source with what it uses")
{
    Kit kit;
    const Answer answer = kit.run({"explain", "planted.reproducible", "--c"});
    CHECK(answer.status == 0);
    CAPTURE(answer.out);
    CHECK(has(answer.out, "no C program: no check of it failed: it gave PASS"));
    CHECK(has(answer.out, "// cases/planted/reproducible.cpp:"));
    CHECK(has(answer.out, "void holds_no_byte(const Pipe& pipe)"));
    CHECK(!has(answer.out, "never_mentioned"));
    CHECK(has(answer.out, "#include \"fixtures/pipe.hpp\""));
    CHECK(has(kit.run({"explain", "planted.untested", "--c"}).out, "UNTESTED(\"planted.untested\""));
    CHECK(kit.run({"explain", "planted.nonesuch", "--c"}).is_one_complaint());
}

TEST_CASE("reproducer: no text of a hostile report reaches the program")
{
    Kit kit;
    Json report = kit.report({"planted.short-read"});
    Json& result = report["results"][0];
    result["verdict"] = "FAIL";
    const std::string evil = "read(3); system(\"true\"); //";
    result["failures"] = {{{"process", "main"}, {"expected", "CHECK(os::read(x) == 3)"}, {"observed", "2 == 3"}}};
    result["records"] = {{{"kind", "check"}, {"milliseconds", 10}}};
    report["platform"]["release"] = "x\n" + evil + "\\";
    for (const std::string& call : {evil, "read(\"" + evil + "\")", std::string{"read([3, 4, …, 1)"},
                                    std::string{"read(99999999999999999999, …, 1)"}, std::string{"read(7, …, 3)"}})
    {
        result["timeline"] = {
            {{"process", "main"}, {"calls", {{{"call", call}, {"result", "= 2"}, {"entered", 1}, {"left", 2}}}}}};
        const std::string file = kit.files().file("report.json");
        write_file(file, report.dump());
        const Answer answer = kit.run({"explain", "planted.short-read", file, "--c"});
        CAPTURE(answer.out);
        CHECK(answer.status == 0);
        CHECK(has(answer.out, "not a program of its own"));
        CHECK(!has(answer.out, "\n" + evil));
    }
}
