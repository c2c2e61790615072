#include "reports/ndjson_read.hpp"

#include "reports/json_parse.hpp"
#include "reports/json_read.hpp"

namespace ipc_conform::reports
{
namespace
{

/// How every line of the stream begins.
constexpr std::string_view beginning = R"({"type":")";

Run header_of(const JsonObject& object)
{
    Run run;
    read_header(object, run);
    return run;
}

StreamedEnd end_of(const JsonObject& object)
{
    StreamedEnd end;
    object.required("partial", end.partial);
    return end;
}

} // namespace

StreamedLine line_from_ndjson(std::string_view line)
{
    const std::size_t begin = line.find(beginning);
    if (begin == std::string_view::npos)
    {
        return {};
    }
    const std::string_view text = line.substr(begin);
    const auto is_of = [text](std::string_view type) {
        return text.substr(beginning.size()).starts_with(type)
               && text.substr(beginning.size() + type.size()).starts_with('"');
    };
    if (is_of("alive"))
    {
        return StreamedSign{};
    }
    if (!is_of("run") && !is_of("result") && !is_of("end"))
    {
        return {};
    }
    const Json json = parsed(text);
    const JsonPlace place{json, ""};
    if (is_of("result"))
    {
        Result result;
        read_value(place, result);
        return result;
    }
    const JsonObject object{place};
    if (is_of("run"))
    {
        return header_of(object);
    }
    return end_of(object);
}

} // namespace ipc_conform::reports
