#include "reports/ndjson.hpp"

#include "reports/json_parts.hpp"

#include <ostream>

namespace ipc_conform::reports
{
namespace
{

void write_line(std::ostream& out, const char* type, const Json& fields)
{
    Json line = Json::object();
    line["type"] = type;
    line.update(fields);
    out << dumped(line, -1) << '\n' << std::flush;
}

} // namespace

NdjsonWriter::NdjsonWriter(std::ostream& stream) : out_(stream)
{
}

void NdjsonWriter::begin(const Run& run)
{
    write_line(out_, "run", header_json(run));
}

void NdjsonWriter::result(const Result& result)
{
    write_line(out_, "result", result_json(result));
}

void NdjsonWriter::alive()
{
    write_line(out_, "alive", Json::object());
}

void NdjsonWriter::end(const Run& run)
{
    write_line(out_, "end",
               {{"milliseconds", milliseconds_json(run.milliseconds)},
                {"totals", totals_json(run.results)},
                {"partial", run.partial},
                {"exit_status", static_cast<int>(exit_status(run))},
                {"unexpected", run.unexpected}});
}

} // namespace ipc_conform::reports
