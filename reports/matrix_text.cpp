#include "reports/matrix_text.hpp"

#include "reports/painter.hpp"
#include "reports/printable.hpp"
#include "reports/provenance.hpp"
#include "reports/utf8.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t widest_cell = 28;
constexpr std::size_t widest_name = 48;
constexpr std::string_view mark = "! ";
constexpr std::string_view no_mark = "  ";

/// Everything that is not known before the whole matrix has been seen.
struct Layout
{
    std::size_t name = 0;           ///< columns of the first column
    std::vector<std::size_t> cells; ///< of the others
};

std::string word_of(const Matrix& matrix, const MatrixRow& row, std::size_t column)
{
    const MatrixCell& cell = row.cells[column];
    return cell.result != nullptr ? std::string{name_of(cell.result->verdict)}
                                  : absence_of(*matrix.columns[column], cell);
}

Layout layout_of(const Matrix& matrix, const Painter& painter)
{
    Layout layout{0, std::vector<std::size_t>(matrix.columns.size())};
    const auto widen = [&](std::size_t& columns, const std::string& text, std::size_t widest) {
        columns = std::max(columns, std::min(columns_of(painter.safe(text)), widest));
    };
    for (const MatrixGroup& group : matrix.groups)
    {
        for (const MatrixRow& row : group.rows)
        {
            widen(layout.name, row.property->id, widest_name);
            for (std::size_t column = 0; column < layout.cells.size(); ++column)
            {
                widen(layout.cells[column], word_of(matrix, row, column), widest_cell);
                for (const MatrixValue& value : row.values)
                {
                    widen(layout.name, "  " + value.name, widest_name);
                    widen(layout.cells[column], value.texts[column], widest_cell);
                }
            }
        }
    }
    return layout;
}

std::string padded(std::string_view text, std::size_t columns, const Painter& painter)
{
    std::string cut = shortened(painter.safe(text), columns, painter.style.unicode);
    cut.append(columns - std::min(columns, columns_of(cut)), ' ');
    return cut;
}

std::string without_trailing_spaces(std::string line)
{
    line.resize(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string verdicts_line(const Matrix& matrix, const MatrixRow& row, const Layout& layout, const Painter& painter)
{
    const std::string name = padded(row.property->id, layout.name, painter);
    std::string line{row.differs ? mark : no_mark};
    line += row.differs ? painter.heading(name) : name;
    for (std::size_t column = 0; column < row.cells.size(); ++column)
    {
        const std::string cell = padded(word_of(matrix, row, column), layout.cells[column], painter);
        const Result* result = row.cells[column].result;
        line += "  " + (result == nullptr ? painter.faint(cell) : painter.as(result->verdict, cell));
    }
    return without_trailing_spaces(line);
}

std::string values_lines(const MatrixRow& row, const Layout& layout, const Painter& painter)
{
    std::string lines;
    for (const MatrixValue& value : row.values)
    {
        std::string line{value.differs ? mark : no_mark};
        line += "  " + padded(value.name, layout.name - std::min<std::size_t>(layout.name, 2), painter);
        for (std::size_t column = 0; column < value.texts.size(); ++column)
        {
            line += "  " + padded(value.texts[column], layout.cells[column], painter);
        }
        lines += without_trailing_spaces(line);
    }
    return lines;
}

std::string remarks_lines(const MatrixRow& row, const Painter& painter)
{
    std::string lines;
    for (std::size_t column = 0; column < row.cells.size(); ++column)
    {
        for (const std::string& remark : remarks_of(row.cells[column]))
        {
            lines += painter.faint(painter.safe(fmt::format("    [{}] {}", column + 1, remark))) + '\n';
        }
    }
    return lines;
}

std::string head_of(const Matrix& matrix, const Layout& layout, const Painter& painter)
{
    std::string legend;
    std::string heading(no_mark.size() + layout.name, ' ');
    for (std::size_t column = 0; column < matrix.columns.size(); ++column)
    {
        const std::string number = fmt::format("[{}]", column + 1);
        const std::string& name = matrix.names[column];
        legend += fmt::format("{} {}{}\n", number, name.empty() ? "" : painter.safe(name) + "  ",
                              painter.safe(provenance_of(*matrix.columns[column])));
        heading += "  " + padded(number, layout.cells[column], painter);
    }
    return legend + '\n' + painter.heading(without_trailing_spaces(heading));
}

} // namespace

std::string to_text(const Matrix& matrix, const Style& style)
{
    const Painter painter{style};
    const Layout layout = layout_of(matrix, painter);
    std::string text = head_of(matrix, layout, painter);
    for (const MatrixGroup& group : matrix.groups)
    {
        text += painter.heading(painter.safe(group.mechanism)) + '\n';
        for (const MatrixRow& row : group.rows)
        {
            text += verdicts_line(matrix, row, layout, painter) + values_lines(row, layout, painter)
                    + remarks_lines(row, painter);
        }
        text += '\n';
    }
    const std::string note = note_on_absences(matrix);
    return text + (note.empty() ? "" : note + '\n') + summary_line(matrix) + '\n';
}

} // namespace ipc_conform::reports
