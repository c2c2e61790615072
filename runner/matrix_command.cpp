#include "runner/matrix_command.hpp"

#include "reports/matrix_html.hpp"
#include "reports/matrix_json.hpp"
#include "reports/matrix_markdown.hpp"
#include "reports/matrix_text.hpp"
#include "runner/display.hpp"
#include "runner/renderings.hpp"
#include "runner/stored_report.hpp"

#include <filesystem>
#include <iostream>
#include <memory>

namespace ipc_conform::runner
{
namespace
{

using reports::Matrix;

constexpr std::array renderings{
    Rendering<Matrix>{"--html", "HTML, one self-contained page", reports::to_html},
    Rendering<Matrix>{"--markdown", "Markdown, a table for each mechanism", reports::to_markdown},
    Rendering<Matrix>{"--json", "JSON, for machines", reports::to_json},
};

struct Options
{
    std::vector<std::string> reports;
    bool only_differences = false;
    Wanted<Matrix> wanted;
};

int show_matrix(const Options& options)
{
    std::vector<reports::Run> runs;
    std::vector<std::string> names;
    for (const std::string& path : options.reports)
    {
        runs.push_back(read_report(path));
        names.push_back(std::filesystem::path{path}.stem().string());
    }
    Matrix matrix = reports::matrix_of(runs, std::move(names));
    if (options.only_differences)
    {
        matrix = reports::only_differences(std::move(matrix));
    }
    if (options.wanted.empty())
    {
        std::cout << reports::to_text(matrix, style_of(1));
    }
    write_wanted(matrix, options.wanted);
    return static_cast<int>(reports::Exit::as_expected);
}

} // namespace

void declare_matrix(CLI::App& app, std::function<int()>& action)
{
    const auto options = std::make_shared<Options>();
    CLI::App* matrix = app.add_subcommand("matrix", "Put the JSON reports of several platforms side by side");
    matrix->add_option("REPORT", options->reports, "A column each, named like its file")->required();
    matrix->add_flag("--only-differences", options->only_differences,
                     "Leave out what is the same on all platforms");
    declare_renderings(*matrix, renderings, options->wanted);
    matrix->final_callback([options, &action] { action = [options] { return show_matrix(*options); }; });
}

} // namespace ipc_conform::runner
