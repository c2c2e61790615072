#include "reports/matrix_markdown.hpp"

#include "reports/markdown.hpp"
#include "reports/provenance.hpp"

#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

std::string platforms_table(const Matrix& matrix)
{
    std::string text = "| | date | kernel | libc | sandbox | kit |\n|--:|---|---|---|---|---|\n";
    for (std::size_t column = 0; column < matrix.columns.size(); ++column)
    {
        const Run& run = *matrix.columns[column];
        const Platform& platform = run.platform;
        const std::string& name = matrix.names[column];
        text += fmt::format(
            "| {} {}| {} | {} | {} | {} | {}{} |\n", column + 1, name.empty() ? "" : markdown_text(name) + " ",
            markdown_text(run.started),
            markdown_text(fmt::format("{} {} {}", platform.system, platform.release, platform.machine)),
            markdown_text(platform.libc), markdown_text(platform.sandbox), markdown_text(run.kit_version),
            run.partial ? ", cut short" : "");
    }
    return text + '\n';
}

std::string cell_text(const Matrix& matrix, const MatrixRow& row, std::size_t column)
{
    const MatrixCell& cell = row.cells[column];
    if (cell.result == nullptr)
    {
        return fmt::format("*{}*", markdown_text(absence_of(*matrix.columns[column], cell)));
    }
    std::string text{name_of(cell.result->verdict)};
    for (const MatrixValue& value : row.values)
    {
        if (!value.texts[column].empty())
        {
            text += fmt::format("<br>{}{} = {}{}", value.differs ? "**" : "", markdown_text(value.name),
                                markdown_text(value.texts[column]), value.differs ? "**" : "");
        }
    }
    for (const std::string& remark : remarks_of(cell))
    {
        text += fmt::format("<br>*{}*", markdown_text(remark));
    }
    return text;
}

std::string group_table(const Matrix& matrix, const MatrixGroup& group)
{
    std::string text = fmt::format("## {}\n\n| | property | level |", markdown_text(group.mechanism));
    std::string rule = "\n|---|---|---|";
    for (std::size_t column = 0; column < matrix.columns.size(); ++column)
    {
        text += fmt::format(" {} |", column + 1);
        rule += "---|";
    }
    text += rule + '\n';
    for (const MatrixRow& row : group.rows)
    {
        const std::string id = fmt::format("<code>{}</code>", markdown_text(row.property->id));
        text += fmt::format("| {} | {} | {} |", row.differs ? "≠" : "",
                            row.differs ? fmt::format("**{}**", id) : id, markdown_text(row.property->level));
        for (std::size_t column = 0; column < row.cells.size(); ++column)
        {
            text += fmt::format(" {} |", cell_text(matrix, row, column));
        }
        text += '\n';
    }
    return text + '\n';
}

} // namespace

std::string to_markdown(const Matrix& matrix)
{
    std::string text =
        fmt::format("# IPC conformance by platform\n\n**{}**\n\n", summary_line(matrix)) + platforms_table(matrix);
    for (const MatrixGroup& group : matrix.groups)
    {
        text += group_table(matrix, group);
    }
    const std::string note = note_on_absences(matrix);
    return note.empty() ? text : text + note + '\n';
}

} // namespace ipc_conform::reports
