// Several runs side by side, from outside.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace ipc_conform::runner::tests;

namespace
{

struct Column
{
    std::string name;
    std::string system;
    std::string kit_version;
    Words properties;
    std::string fault;
};

// Reports of real runs, one of them under a planted fault, said to come from other platforms and kits.
Words stored_runs(Kit& kit)
{
    const Words all{"planted.passes", "planted.fails-on-request", "planted.records-values"};
    const std::vector<Column> columns{
        {"linux.json", "Linux", "0.1.0", all, ""},
        {"darwin.json", "Darwin", "0.1.0", all, "yes"},
        {"other.json", "Plan 9", "0.2.0", {"planted.passes", "planted.untested"}, ""},
    };
    Words files;
    for (const Column& column : columns)
    {
        kit.with("PLANTED_FAULT", column.fault);
        Json report = kit.report(column.properties);
        report["platform"]["system"] = column.system;
        report["kit"]["version"] = column.kit_version;
        for (Json& result : report["results"])
        {
            if (result["id"] == "planted.records-values")
            {
                result["observed"] = {{"number", column.fault.empty() ? 65536 : 4096}};
            }
        }
        files.push_back(kit.files().file(column.name));
        write_file(files.back(), report.dump());
    }
    return files;
}

Words matrix_of(const Words& files, const Words& options = {})
{
    Words words{"matrix"};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

bool says(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("matrix: platforms and versions of the kit side by side")
{
    Kit kit;
    const Words files = stored_runs(kit);
    const Answer answer = kit.run(matrix_of(files));
    CAPTURE(answer.out);
    CHECK(answer.status == 0);
    CHECK(answer.err.empty());
    CHECK(says(answer.out, "  planted.passes            PASS                    PASS                    PASS\n"));
    CHECK(says(answer.out,
               "! planted.fails-on-request  PASS                    FAIL                    not known to kit "
               "0.2.0\n"));
    CHECK(answer.out.starts_with("[1] " + std::filesystem::path{files[0]}.stem().string() + "  "));
    CHECK(says(answer.out, "!   number                  65536                   4096\n"));
    CHECK(says(answer.out,
               "  planted.untested          not known to kit 0.1.0  not known to kit 0.1.0  UNTESTED\n"));
    CHECK(answer.out.ends_with("\n4 properties on 3 platforms, 2 differ\n"));
}

TEST_CASE("matrix: only the differences, in every format")
{
    Kit kit;
    const Words files = stored_runs(kit);
    const Answer text = kit.run(matrix_of(files, {"--only-differences"}));
    CHECK(says(text.out, "! planted.fails-on-request"));
    CHECK_FALSE(says(text.out, "planted.passes"));
    const Json json = kit.run(matrix_of(files, {"--only-differences", "--json"})).json();
    CHECK(json["rows"].size() == 2);
    CHECK(json["differences"] == 2);
    CHECK_FALSE(says(kit.run(matrix_of(files, {"--markdown", "--only-differences"})).out, "planted.passes"));
}

TEST_CASE("matrix: a host does not differ from itself")
{
    Kit kit{REAL_KIT};
    Words files;
    for (const char* name : {"one.json", "two.json"})
    {
        files.push_back(kit.files().file(name));
        kit.run({"run", "pipe", "--json", files.back()});
    }
    const Answer answer = kit.run(matrix_of(files, {"--only-differences"}));
    CAPTURE(answer.out);
    CHECK(answer.status == 0);
    CHECK(says(answer.out, " on 2 platforms, 0 differ; the other "));
}

TEST_CASE("matrix: one page of HTML that holds all it needs")
{
    Kit kit;
    const Words files = stored_runs(kit);
    const std::string page = kit.files().file("matrix.html");
    const Answer answer = kit.run(matrix_of(files, {"--html", page}));
    CHECK(answer.status == 0);
    CHECK(answer.out.empty());
    const std::string html = read_file(page);
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(says(html, "only differences (2)"));
    CHECK(says(html, "not known to kit 0.1.0"));
    CHECK(says(html, "<dt>Observed</dt><dd><code>0 &gt;  0</code></dd>"));
    for (const char* outside : {"http:", "https:", "src=", "@import", "url("})
    {
        CAPTURE(outside);
        CHECK_FALSE(says(html, outside));
    }
}

TEST_CASE("matrix and compare: what hostile cases say stays text")
{
    Kit kit;
    const std::string run = kit.files().file("hostile.json");
    const std::string other = kit.files().file("other.json");
    kit.run({"run", "planted.says-hostile-things", "planted.forges-records", "--json", run});
    kit.run({"run", "planted.passes", "--json", other});
    for (const Words& line : {Words{"compare", run, other}, Words{"compare", other, run},
                              Words{"compare", other, run, "--markdown"}, Words{"compare", other, run, "--json"},
                              Words{"matrix", run, other}, Words{"matrix", run, other, "--markdown"},
                              Words{"matrix", run, other, "--json"}, Words{"matrix", run, other, "--html"}})
    {
        CAPTURE(line.front());
        CAPTURE(line.back());
        const Answer answer = kit.run(line);
        CHECK(answer.err.empty());
        CHECK_FALSE(answer.out.empty());
        CHECK(std::ranges::none_of(answer.out, [](char letter) {
            const auto byte = static_cast<unsigned char>(letter);
            return (byte < 0x20 && letter != '\n') || byte == 0x7F;
        }));
        if (line.back() != "--json")
        {
            CHECK_FALSE(says(answer.out, "<script"));
        }
    }
}
