#include "reports/comparison_markdown.hpp"

#include "reports/markdown.hpp"
#include "reports/provenance.hpp"

#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

std::string_view verdict_of(const Result* result)
{
    return result == nullptr ? "—" : name_of(result->verdict);
}

/// What tells the two apart, in a cell.
std::string note_of(const PropertyChange& changed)
{
    if (changed.change == Change::changed_signature)
    {
        return fmt::format("{} → {}", markdown_text(joined_signature(*changed.before)),
                           markdown_text(joined_signature(*changed.after)));
    }
    return markdown_text(changed.newest().reason);
}

std::string section(const Comparison& comparison, Change change)
{
    const std::size_t count = comparison.count(change);
    if (count == 0)
    {
        return {};
    }
    std::string text = fmt::format("## {} ({})\n\n| property | level | before | now | |\n|---|---|---|---|---|\n",
                                   heading_of(change), count);
    for (const PropertyChange& changed : comparison.changes)
    {
        if (changed.change == change)
        {
            const Result& result = changed.newest();
            text += fmt::format("| <code>{}</code> {} | {} | {} | {} | {} |\n", markdown_text(result.id),
                                markdown_text(result.statement), markdown_text(result.level),
                                verdict_of(changed.before), verdict_of(changed.after), note_of(changed));
        }
    }
    return text + '\n';
}

std::string values_section(const Comparison& comparison)
{
    if (comparison.values.empty())
    {
        return {};
    }
    std::string text = "## Other recorded values, which do not count\n\n| property | value | before | now |\n"
                       "|---|---|---|---|\n";
    for (const ChangedValue& value : comparison.values)
    {
        text += fmt::format("| <code>{}</code> | {} | {} | {} |\n", markdown_text(value.property->id),
                            markdown_text(value.name), markdown_text(value.before), markdown_text(value.after));
    }
    return text + '\n';
}

} // namespace

std::string to_markdown(const Comparison& comparison)
{
    std::string text = fmt::format("# IPC conformance compared\n\n- before: {}\n- after: {}\n\n**{}**\n\n",
                                   markdown_text(provenance_of(*comparison.before)),
                                   markdown_text(provenance_of(*comparison.after)), summary_line(comparison));
    for (const Change change : every_change)
    {
        text += section(comparison, change);
    }
    return text + values_section(comparison);
}

} // namespace ipc_conform::reports
