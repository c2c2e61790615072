// Writes sample reports into a folder, for other programs to check: rich, hostile, large and empty ones in every
// format, and matrices of such.
#include "reports/format.hpp"
#include "reports/matrix_html.hpp"
#include "reports/tests/sample.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <vector>

using namespace ipc_conform::reports;

namespace
{

void write(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(path, std::ios::binary);
    file << text;
}

void write_reports(const std::filesystem::path& folder, const std::string& name, const Run& run)
{
    for (const Format& format : formats())
    {
        write(folder / fmt::format("{}.{}", name, format.extension), format.render(run));
    }
}

void write_matrices(const std::filesystem::path& folder)
{
    const std::vector<Run> platforms = samples::different_runs();
    write(folder / "matrix.html", to_html(matrix_of(platforms)));
    const std::vector<Run> hostile{samples::hostile_run(), samples::rich_run()};
    write(folder / "hostile-matrix.html", to_html(matrix_of(hostile)));
    const std::vector<Run> large(4, samples::large_run(800));
    write(folder / "large-matrix.html", to_html(matrix_of(large)));
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
    write_matrices(folder);
}
