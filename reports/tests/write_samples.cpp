// Writes sample reports into a folder, for other programs to check: rich and hostile .json, .ndjson, .xml.
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/ndjson.hpp"
#include "reports/tests/sample.hpp"

#include <filesystem>
#include <fstream>

using namespace ipc_conform::reports;

namespace
{

void write_reports(const std::filesystem::path& folder, const std::string& name, const Run& run)
{
    const auto open = [&](const char* extension) {
        std::ofstream file;
        file.exceptions(std::ios::failbit | std::ios::badbit);
        file.open(folder / (name + extension), std::ios::binary);
        return file;
    };
    open(".json") << to_json(run);
    open(".xml") << to_junit(run);
    std::ofstream stream = open(".ndjson");
    NdjsonWriter writer{stream};
    writer.begin(run);
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 2)
    {
        return 2;
    }
    const std::filesystem::path folder = arguments[1];
    std::filesystem::create_directories(folder);
    write_reports(folder, "rich", samples::rich_run());
    write_reports(folder, "hostile", samples::hostile_run());
    write_reports(folder, "empty", Run{});
}
