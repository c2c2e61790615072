#include "reports/matrix.hpp"

#include "reports/comparison.hpp"
#include "reports/painter.hpp"
#include "reports/recorded_value.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace ipc_conform::reports
{
namespace
{

/// Which properties each version of the kit is seen to have.
class Knowledge
{
public:
    explicit Knowledge(const std::vector<Run>& runs)
    {
        for (const Run& run : runs)
        {
            auto& ids = ids_[run.kit_version];
            for (const Result& result : run.results)
            {
                ids.insert(result.id);
            }
            for (const Claim& claim : run.claims)
            {
                for (const ClaimEvidence& evidence : claim.properties)
                {
                    ids.insert(evidence.id); // also of those that were not run
                }
            }
        }
    }

    [[nodiscard]] bool has(const std::string& version, const std::string& id) const
    {
        return ids_.at(version).contains(id);
    }

private:
    std::unordered_map<std::string_view, std::unordered_set<std::string_view>> ids_;
};

/// Puts each property into its row.
class Builder
{
public:
    explicit Builder(const std::vector<Run>& runs) : runs_{runs}
    {
        for (std::size_t column = 0; column < runs.size(); ++column)
        {
            matrix_.columns.push_back(&runs[column]);
            for (const Result& result : runs[column].results)
            {
                add(result, column);
            }
        }
    }

    Matrix finished()
    {
        const Knowledge knowledge{runs_};
        for (MatrixGroup& group : matrix_.groups)
        {
            for (MatrixRow& row : group.rows)
            {
                for (std::size_t column = 0; column < runs_.size(); ++column)
                {
                    MatrixCell& cell = row.cells[column];
                    cell.known = knowledge.has(runs_[column].kit_version, row.property->id);
                }
                complete(row);
            }
        }
        return std::move(matrix_);
    }

private:
    void add(const Result& result, std::size_t column)
    {
        const auto [place, is_new] = places_.try_emplace(result.id);
        if (is_new)
        {
            const auto [group, first_of_group] = groups_.try_emplace(result.mechanism, matrix_.groups.size());
            if (first_of_group)
            {
                matrix_.groups.push_back({result.mechanism, {}});
            }
            std::vector<MatrixRow>& rows = matrix_.groups[group->second].rows;
            place->second = {group->second, rows.size()};
            rows.push_back({&result, std::vector<MatrixCell>(runs_.size()), {}, false});
        }
        MatrixCell& cell = matrix_.groups[place->second.first].rows[place->second.second].cells[column];
        if (cell.result == nullptr)
        {
            cell.result = &result;
        }
    }

    static void complete(MatrixRow& row)
    {
        const Result& first = *row.property;
        bool records = false;
        for (MatrixCell& cell : row.cells)
        {
            if (cell.result != nullptr)
            {
                cell.relevelled = cell.result->level != first.level;
                cell.reworded = cell.result->statement != first.statement;
                records = records || records_its_outcome(*cell.result);
                row.differs = row.differs || change_between(first, *cell.result, true) != Change::same;
            }
        }
        if (records)
        {
            row.values = values_of(row);
            row.differs = row.differs || std::ranges::any_of(row.values, &MatrixValue::differs);
        }
    }

    static std::vector<MatrixValue> values_of(const MatrixRow& row)
    {
        std::vector<ValuesByName> values;
        std::vector<std::string_view> names; // in the order of the runs
        std::unordered_set<std::string_view> named;
        for (const MatrixCell& cell : row.cells)
        {
            values.push_back(cell.result == nullptr ? ValuesByName{} : values_by_name(*cell.result));
            for (const auto& [name, value] : (cell.result == nullptr ? row.property : cell.result)->observed)
            {
                if (named.insert(name).second)
                {
                    names.push_back(name);
                }
            }
        }
        const ValuesByName of_first = values_by_name(*row.property);
        std::vector<MatrixValue> rows;
        for (const std::string_view name : names)
        {
            MatrixValue& row_of_value = rows.emplace_back(MatrixValue{std::string{name}, {}, false});
            for (std::size_t column = 0; column < row.cells.size(); ++column)
            {
                const Value* value = value_named(values[column], name);
                row_of_value.texts.push_back(value == nullptr ? "" : text_of(*value));
                row_of_value.differs = row_of_value.differs
                                       || (row.cells[column].result != nullptr
                                           && !same_value(name, value_named(of_first, name), value));
            }
        }
        return rows;
    }

    const std::vector<Run>& runs_;
    Matrix matrix_;
    std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> places_; ///< group and row by id
    std::unordered_map<std::string_view, std::size_t> groups_;
};

} // namespace

std::size_t Matrix::properties() const
{
    std::size_t count = left_out;
    for (const MatrixGroup& group : groups)
    {
        count += group.rows.size();
    }
    return count;
}

std::size_t Matrix::differences() const
{
    std::size_t count = 0;
    for (const MatrixGroup& group : groups)
    {
        count += static_cast<std::size_t>(std::ranges::count(group.rows, true, &MatrixRow::differs));
    }
    return count;
}

Matrix matrix_of(const std::vector<Run>& runs, std::vector<std::string> names)
{
    Matrix matrix = Builder{runs}.finished();
    matrix.names = std::move(names);
    matrix.names.resize(runs.size());
    return matrix;
}

Matrix only_differences(Matrix matrix)
{
    for (MatrixGroup& group : matrix.groups)
    {
        matrix.left_out += std::erase_if(group.rows, [](const MatrixRow& row) { return !row.differs; });
    }
    std::erase_if(matrix.groups, [](const MatrixGroup& group) { return group.rows.empty(); });
    return matrix;
}

std::string absence_of(const Run& column, const MatrixCell& cell)
{
    return cell.known ? "not run" : fmt::format("not known to kit {}", column.kit_version);
}

std::string note_on_absences(const Matrix& matrix)
{
    const auto is_unknown = [](const MatrixCell& cell) { return !cell.known; };
    const auto has_unknown = [&](const MatrixRow& row) { return std::ranges::any_of(row.cells, is_unknown); };
    const bool any = std::ranges::any_of(
        matrix.groups, [&](const MatrixGroup& group) { return std::ranges::any_of(group.rows, has_unknown); });
    return any ? "Not known to a kit: no report by that version has the property, or names it." : "";
}

std::vector<std::string> remarks_of(const MatrixCell& cell)
{
    std::vector<std::string> remarks;
    if (cell.relevelled)
    {
        remarks.push_back("level: " + cell.result->level);
    }
    if (cell.reworded)
    {
        remarks.push_back("statement: " + cell.result->statement);
    }
    return remarks;
}

std::string summary_line(const Matrix& matrix)
{
    const std::string left_out =
        matrix.left_out == 0 ? "" : fmt::format("; the other {} are left out", matrix.left_out);
    return fmt::format("{} on {}, {}{}", quantity(matrix.properties(), "property", "properties"),
                       quantity(matrix.columns.size(), "platform", "platforms"),
                       quantity(matrix.differences(), "differs", "differ"), left_out);
}

} // namespace ipc_conform::reports
