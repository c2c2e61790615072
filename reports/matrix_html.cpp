#include "reports/matrix_html.hpp"

#include "reports/html_page.hpp"
#include "reports/html_result.hpp"
#include "reports/printable.hpp"
#include "reports/provenance.hpp"

#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

/// Where a cell's evidence stands on the page: a number, since an id may be anything.
std::string anchor_of(std::size_t row, std::size_t column)
{
    return fmt::format("evidence-{}-{}", row, column);
}

/// For a heading that stays in sight: what is endless must not cover the rows.
std::string brief(std::string_view text)
{
    constexpr std::size_t longest = 80;
    return html_text(shortened(printable(text), longest));
}

std::string column_heading(const Run& run, const std::string& name)
{
    const Platform& platform = run.platform;
    return fmt::format(
        "<th scope=\"col\">{}<strong>{} {}</strong><br>{}, {}<br>sandbox: {}<br>{}<br>kit {}{}</th>\n",
        name.empty() ? "" : fmt::format("<strong>{}</strong><br>", brief(name)), brief(platform.system),
        brief(platform.release), brief(platform.machine), brief(platform.libc), brief(platform.sandbox),
        brief(run.started), brief(run.kit_version), run.partial ? "<br>cut short" : "");
}

std::string values_in(const MatrixRow& row, std::size_t column)
{
    std::string html;
    for (const MatrixValue& value : row.values)
    {
        if (!value.texts[column].empty())
        {
            const std::string text = html_text(fmt::format("{} = {}", value.name, value.texts[column]));
            html += value.differs ? fmt::format("<br><strong>{}</strong>", text) : "<br>" + text;
        }
    }
    return html.empty() ? html : fmt::format("<span class=\"values\">{}</span>", html);
}

std::string cell_html(const Matrix& matrix, const MatrixRow& row, std::size_t number, std::size_t column)
{
    const MatrixCell& cell = row.cells[column];
    if (cell.result == nullptr)
    {
        return fmt::format("<td class=\"quiet\">{}</td>\n", html_text(absence_of(*matrix.columns[column], cell)));
    }
    std::string remarks;
    for (const std::string& remark : remarks_of(cell))
    {
        remarks += fmt::format("<br><em class=\"quiet\">{}</em>", html_text(remark));
    }
    return fmt::format("<td><a href=\"#{}\">{}</a>{}{}</td>\n", anchor_of(number, column),
                       html_verdict(cell.result->verdict), values_in(row, column), remarks);
}

/// Below the row, and out of sight until a link leads there.
std::string evidence_html(const Matrix& matrix, const MatrixRow& row, std::size_t number, std::size_t column)
{
    const MatrixCell& cell = row.cells[column];
    if (cell.result == nullptr)
    {
        return {};
    }
    return fmt::format("<tr class=\"evidence{}\" id=\"{}\"><td colspan=\"{}\"><p><strong>{}</strong> {} on {} "
                       "<a class=\"close\" href=\"#row-{}\">Close</a></p>\n{}</td></tr>\n",
                       row.differs ? " differs" : "", anchor_of(number, column), matrix.columns.size() + 1,
                       html_text(cell.result->id), html_verdict(cell.result->verdict),
                       html_text(platform_words(matrix.columns[column]->platform)), number,
                       html_evidence(*cell.result));
}

std::string row_html(const Matrix& matrix, const MatrixRow& row, std::size_t number)
{
    std::string html = fmt::format(
        "<tr id=\"row-{}\"{}><th scope=\"row\">{}<code>{}</code> <span class=\"quiet\">[{}] {}</span></th>\n",
        number, row.differs ? " class=\"differs\"" : "",
        row.differs ? "<span class=\"mark\" title=\"platforms differ\">≠</span> " : "",
        html_text(row.property->id), html_text(row.property->level), html_text(row.property->statement));
    std::string evidence;
    for (std::size_t column = 0; column < row.cells.size(); ++column)
    {
        html += cell_html(matrix, row, number, column);
        evidence += evidence_html(matrix, row, number, column);
    }
    return html + "</tr>\n" + evidence;
}

std::string table_html(const Matrix& matrix)
{
    std::string html = "<table>\n<thead><tr><th scope=\"col\">Property</th>\n";
    for (std::size_t column = 0; column < matrix.columns.size(); ++column)
    {
        html += column_heading(*matrix.columns[column], matrix.names[column]);
    }
    html += "</tr></thead>\n";
    std::size_t number = 0;
    for (const MatrixGroup& group : matrix.groups)
    {
        std::string rows;
        bool differs = false;
        for (const MatrixRow& row : group.rows)
        {
            rows += row_html(matrix, row, number++);
            differs = differs || row.differs;
        }
        html +=
            fmt::format("<tbody>\n<tr class=\"mechanism{}\"><th scope=\"rowgroup\" colspan=\"{}\">{}</th></tr>\n{}"
                        "</tbody>\n",
                        differs ? " differs" : "", matrix.columns.size() + 1, html_text(group.mechanism), rows);
    }
    return html + "</table>\n";
}

} // namespace

std::string to_html(const Matrix& matrix)
{
    // The tick box stands before the table, beside it: the style sheet leads from one to the other.
    const std::string body = fmt::format(
        "<main>\n<h1>IPC conformance by platform</h1>\n<p>{}. A cell opens to its evidence. {}</p>\n"
        "<input type=\"checkbox\" id=\"only-differences\" autocomplete=\"off\">\n"
        "<label for=\"only-differences\">only differences ({})</label>\n"
        "<div class=\"matrix\" role=\"region\" aria-label=\"Properties by platform\" tabindex=\"0\">\n{}</div>\n"
        "</main>\n",
        summary_line(matrix), note_on_absences(matrix), matrix.differences(), table_html(matrix));
    return html_document({"IPC conformance by platform", {"page.css", "run.css", "matrix.css"}, {}, body});
}

} // namespace ipc_conform::reports
