#include "reports/format.hpp"

#include "reports/html.hpp"
#include "reports/json.hpp"
#include "reports/junit.hpp"
#include "reports/markdown.hpp"
#include "reports/ndjson.hpp"
#include "reports/tap.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace ipc_conform::reports
{
namespace
{

std::string to_json_text(const Run& run)
{
    return to_json(run);
}

std::string to_markdown_text(const Run& run)
{
    return to_markdown(run);
}

std::string to_ndjson(const Run& run)
{
    std::ostringstream lines;
    NdjsonWriter writer{lines};
    writer.begin(run);
    for (const Result& result : run.results)
    {
        writer.result(result);
    }
    writer.end(run);
    return lines.str();
}

constexpr std::array all_formats{
    Format{"json", "json", "the whole run; reports/schema.json documents it", to_json_text},
    Format{"ndjson", "ndjson", "a JSON object a line, as it comes", to_ndjson},
    Format{"html", "html", "one HTML page for people, which needs no network", to_html},
    Format{"junit", "xml", "JUnit XML, for continuous integration", to_junit},
    Format{"tap", "tap", "TAP 14, for prove and its like", to_tap},
    Format{"markdown", "md", "Markdown, for a job's summary", to_markdown_text},
};

} // namespace

std::span<const Format> formats()
{
    return all_formats;
}

const Format* format_named(std::string_view name)
{
    const auto* const found = std::ranges::find(all_formats, name, &Format::name);
    return found == all_formats.end() ? nullptr : found;
}

std::string platform_file_name(const Platform& platform)
{
    constexpr std::string_view kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    constexpr std::size_t longest = 120;
    std::string name;
    for (const std::string& part : {platform.system, platform.release, platform.machine, platform.libc,
                                    platform.sandbox == "none" ? std::string{} : platform.sandbox})
    {
        for (const char letter : part.empty() ? part : '-' + part)
        {
            const bool fits = kept.find(letter) != std::string_view::npos && !(name.empty() && letter == '.');
            if (fits || (!name.empty() && name.back() != '-'))
            {
                name += fits ? letter : '-';
            }
        }
    }
    name.resize(std::min(name.size(), longest));
    while (name.ends_with('-'))
    {
        name.pop_back();
    }
    return name.empty() ? "unknown" : name;
}

} // namespace ipc_conform::reports
