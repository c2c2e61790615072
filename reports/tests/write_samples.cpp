// Writes sample reports into a folder, for other programs to check: rich, hostile, large and empty ones in every
// format.
#include "reports/format.hpp"
#include "reports/tests/sample.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace ipc_conform::reports;

namespace
{

void write_reports(const std::filesystem::path& folder, const std::string& name, const Run& run)
{
    for (const Format& format : formats())
    {
        std::ofstream file;
        file.exceptions(std::ios::failbit | std::ios::badbit);
        file.open(folder / fmt::format("{}.{}", name, format.extension), std::ios::binary);
        file << format.render(run);
    }
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
    write_reports(folder, "large", samples::large_run(800));
    write_reports(folder, "empty", Run{});
}
