#include "reports/matrix_json.hpp"

#include "reports/json_parts.hpp"

namespace ipc_conform::reports
{
namespace
{

Json cell_json(const Run& column, const MatrixCell& cell)
{
    if (cell.result == nullptr)
    {
        return {{"absent", absence_of(column, cell)}};
    }
    Json json = result_json(*cell.result);
    for (const char* left_out : {"id", "mechanism", "records", "timeline", "output"})
    {
        json.erase(left_out);
    }
    json["relevelled"] = cell.relevelled;
    json["reworded"] = cell.reworded;
    return json;
}

Json row_json(const Matrix& matrix, const MatrixRow& row)
{
    const Result& property = *row.property;
    Json cells = Json::array();
    for (std::size_t column = 0; column < row.cells.size(); ++column)
    {
        cells.push_back(cell_json(*matrix.columns[column], row.cells[column]));
    }
    return {{"id", property.id},       {"mechanism", property.mechanism},
            {"level", property.level}, {"statement", property.statement},
            {"differs", row.differs},  {"cells", std::move(cells)}};
}

} // namespace

std::string to_json(const Matrix& matrix)
{
    Json platforms = Json::array();
    for (std::size_t column = 0; column < matrix.columns.size(); ++column)
    {
        const Run& run = *matrix.columns[column];
        platforms.push_back(header_json(run));
        platforms.back()["partial"] = run.partial;
        platforms.back()["name"] = matrix.names[column];
    }
    Json rows = Json::array();
    for (const MatrixGroup& group : matrix.groups)
    {
        for (const MatrixRow& row : group.rows)
        {
            rows.push_back(row_json(matrix, row));
        }
    }
    const Json json = {{"platforms", std::move(platforms)},
                       {"properties", matrix.properties()},
                       {"differences", matrix.differences()},
                       {"rows", std::move(rows)}};
    return dumped(json, 2) + '\n';
}

} // namespace ipc_conform::reports
