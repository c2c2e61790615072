// Several runs side by side: how systems differ, property by property.
#pragma once

#include "reports/model.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ipc_conform::reports
{

/// What one run says of one property. Refers to the run.
struct MatrixCell
{
    const Result* result = nullptr; ///< null: the run has none
    bool known = true;              ///< false: no run by this version of the kit tells of the property
    bool relevelled = false;        ///< this run's kit states another level than the row
    bool reworded = false;          ///< this run's kit words the statement in another way than the row
};

/// One recorded value.
struct MatrixValue
{
    std::string name;
    std::vector<std::string> texts; ///< in the order of the columns; empty where there is none
    bool differs = false;           ///< between platforms that have the property, and not by nature
};

/// One property.
struct MatrixRow
{
    const Result* property = nullptr; ///< its level and wording: of the first run that has it
    std::vector<MatrixCell> cells;    ///< in the order of the columns
    std::vector<MatrixValue> values;  ///< of a property whose outcome they are (level `may` or `defined`)
    /// The platforms that were looked at differ: in the verdict, in the checks that fail, or in a recorded value
    /// that does not vary by nature. What a platform was not asked is no difference.
    bool differs = false;
};

struct MatrixGroup
{
    std::string mechanism;
    std::vector<MatrixRow> rows; ///< in the order of the runs
};

/// Refers to the runs: they have to live as long.
struct Matrix
{
    std::vector<const Run*> columns;
    std::vector<std::string> names;  ///< what people call each column, a node or a target; may be empty
    std::vector<MatrixGroup> groups; ///< in the order of the runs
    std::size_t left_out = 0;        ///< rows that only_differences() has taken away

    /// With those that are left out.
    [[nodiscard]] std::size_t properties() const;
    [[nodiscard]] std::size_t differences() const;
};

/// Every property of every run, by whatever version of the kit; of two results with one id in a run the first
/// counts. The names of the columns may be fewer.
Matrix matrix_of(const std::vector<Run>& runs, std::vector<std::string> names = {});

/// The same with those rows alone that differ.
Matrix only_differences(Matrix matrix);

/// What stands in a cell without a result: "not run", or "not known to kit 0.1.0". As the report says it: not safe
/// for any format.
std::string absence_of(const Run& column, const MatrixCell& cell);

/// What is to be said below a matrix with such cells; empty where there are none: a report does not tell what its
/// kit was not asked for.
std::string note_on_absences(const Matrix& matrix);

/// What a cell's kit says otherwise than its row: "level: may", "statement: …". As the report says it.
std::vector<std::string> remarks_of(const MatrixCell& cell);

/// One line: "812 properties on 3 platforms, 14 differ"; "; the other 798 are left out" where they are.
std::string summary_line(const Matrix& matrix);

} // namespace ipc_conform::reports
