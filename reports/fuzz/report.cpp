// A fuzz target (libFuzzer's interface): a text is read as a report and as a line of a stream, and what can be
// read is written in every format.
#include "reports/format.hpp"
#include "reports/json.hpp"
#include "reports/ndjson_read.hpp"
#include "reports/printable.hpp"
#include "reports/terminal.hpp"
#include "reports/utf8.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

using namespace ipc_conform::reports;

namespace
{

void demand(bool holds, std::string_view what)
{
    if (!holds)
    {
        std::fprintf(stderr, "violated: %.*s\n", static_cast<int>(what.size()), what.data());
        std::abort();
    }
}

/// Valid UTF-8 without a control character but those that end or indent a line.
bool is_inert(const std::string& text)
{
    return text.find_first_of(std::string_view{"\0\x1b\x7f", 3}) == std::string::npos
           && text.find("\xc2\x9b") == std::string::npos && text == repaired_utf8(text);
}

void write_in_every_format(const Run& run)
{
    demand(is_inert(terminal_report(run, {})), "what a person reads is inert");
    for (const Format& format : formats())
    {
        demand(is_inert(format.render(run)), format.name);
    }
    const std::string stored = to_json(run);
    demand(to_json(run_from_json(stored)) == stored, "a report read and written is the same report");
    demand(!platform_file_name(run.platform).empty(), "a platform names a file");
}

void write_in_every_format(const StreamedLine& line)
{
    Run run;
    if (const auto* header = std::get_if<Run>(&line))
    {
        run = *header;
    }
    else if (const auto* result = std::get_if<Result>(&line))
    {
        run.results.push_back(*result);
    }
    write_in_every_format(run);
}

template <typename Read>
void write_what_is_read(Read read)
{
    try
    {
        write_in_every_format(read());
    }
    catch (const ReadError& error)
    {
        const std::string message = error.what();
        demand(!message.empty() && message.size() < 2000 && message == printable(message),
               "a refusal is one printable line");
    }
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(bytes), size};
    write_what_is_read([&] { return run_from_json(text); });
    write_what_is_read([&] { return line_from_ndjson(text); });
    return 0;
}
