#include "runner/compare_command.hpp"

#include "reports/comparison_json.hpp"
#include "reports/comparison_markdown.hpp"
#include "reports/comparison_text.hpp"
#include "runner/display.hpp"
#include "runner/renderings.hpp"
#include "runner/stored_report.hpp"

#include <iostream>
#include <memory>

namespace ipc_conform::runner
{
namespace
{

using reports::Comparison;

constexpr std::array renderings{
    Rendering<Comparison>{"--markdown", "Markdown, for a job's summary", reports::to_markdown},
    Rendering<Comparison>{"--json", "JSON, for machines", reports::to_json},
};

struct Options
{
    std::string before;
    std::string after;
    Wanted<Comparison> wanted;
};

int show_comparison(const Options& options)
{
    const reports::Run before = read_report(options.before);
    const reports::Run after = read_report(options.after);
    const Comparison comparison = reports::compare(before, after);
    if (options.wanted.empty())
    {
        std::cout << reports::to_text(comparison, style_of(1));
    }
    write_wanted(comparison, options.wanted);
    return static_cast<int>(reports::exit_status(comparison));
}

} // namespace

void declare_compare(CLI::App& app, std::function<int()>& action)
{
    const auto options = std::make_shared<Options>();
    CLI::App* compare = app.add_subcommand("compare", "Tell what has changed between two JSON reports");
    compare->add_option("OLD", options->before, "The earlier report")->required();
    compare->add_option("NEW", options->after, "The later report")->required();
    declare_renderings(*compare, renderings, options->wanted);
    compare->footer(
        "Exit status: 1 on a regression; else 3 when a property that was judged cannot be decided now, or "
        "the later run was cut short; else 4 when the reports have no property in common; else 0.");
    compare->final_callback([options, &action] { action = [options] { return show_comparison(*options); }; });
}

} // namespace ipc_conform::runner
