#include "runner/stored_report.hpp"

#include "reports/json.hpp"
#include "runner/errors.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace ipc_conform::runner
{

reports::Run read_report(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
    {
        throw UsageError{fmt::format("cannot read {}", path)};
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    try
    {
        return reports::run_from_json(text);
    }
    catch (const reports::ReadError& error)
    {
        throw UsageError{fmt::format("{} is no report of this kit: {}", path, error.what())};
    }
}

} // namespace ipc_conform::runner
