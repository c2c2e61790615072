#include "reports/tap.hpp"

#include "reports/outcome.hpp"
#include "reports/printable.hpp"

#include <fmt/format.h>
#include <sstream>
#include <string_view>

namespace ipc_conform::reports
{
namespace
{

/// One line, in which `#` begins no directive.
std::string description(std::string_view text)
{
    std::string escaped;
    for (const char letter : printable(text))
    {
        if (letter == '#' || letter == '\\')
        {
            escaped += '\\';
        }
        escaped += letter;
    }
    return escaped;
}

/// A YAML scalar: quoted, because what is quoted can hold anything.
std::string yaml_scalar(std::string_view text)
{
    std::string scalar = "\"";
    for (const char letter : printable(text))
    {
        if (letter == '"' || letter == '\\')
        {
            scalar += '\\';
        }
        scalar += letter;
    }
    return scalar + '"';
}

bool is_ok(const Ending& ending)
{
    return ending.outcome == Outcome::passed || ending.outcome == Outcome::skipped;
}

std::string_view directive(Outcome outcome)
{
    return outcome == Outcome::departure ? " # TODO " : outcome == Outcome::skipped ? " # SKIP " : "";
}

std::string yaml_of(const Result& result, const Ending& ending)
{
    std::string yaml = fmt::format("  ---\n  verdict: {}\n  message: {}\n  statement: {}\n", ending.type,
                                   yaml_scalar(ending.message), yaml_scalar(result.statement));
    if (!result.failures.empty())
    {
        yaml += "  checks:\n";
    }
    for (const Failure& failure : result.failures)
    {
        yaml +=
            fmt::format("    - process: {}\n      expected: {}\n      observed: {}\n      at: {}\n",
                        yaml_scalar(failure.process), yaml_scalar(failure.expected), yaml_scalar(failure.observed),
                        yaml_scalar(fmt::format("{}:{}", failure.file, failure.line)));
    }
    return yaml + fmt::format("  again: {}\n  ...\n", yaml_scalar(result.rerun));
}

std::string test_point(std::size_t number, std::string_view name, const Ending& ending)
{
    const std::string_view words = directive(ending.outcome);
    return fmt::format("{}ok {} - {}{}{}\n", is_ok(ending) ? "" : "not ", number, description(name), words,
                       words.empty() ? "" : printable(ending.message));
}

std::string comment(std::string_view text)
{
    return fmt::format("# {}\n", printable(text));
}

std::string heading(const Run& run)
{
    const Platform& platform = run.platform;
    return comment(fmt::format("ipc-conform {}: {} {} {}, {}, sandbox: {}{}", run.kit_version, platform.system,
                               platform.release, platform.machine, platform.libc, platform.sandbox,
                               run.via.empty() ? "" : ", via: " + run.via));
}

} // namespace

std::string to_tap(const Run& run)
{
    const std::optional<Ending> whole = ending_of_the_run(run);
    const std::size_t points = run.results.size() + (whole ? 1 : 0);
    std::string tap = "TAP version 13\n" + heading(run);
    tap += points == 0 ? "1..0 # SKIP nothing was selected\n" : fmt::format("1..{}\n", points);
    std::size_t number = 0;
    for (const Result& result : run.results)
    {
        const Ending ending = ending_of(result);
        tap += test_point(++number, result.id, ending);
        if (ending.outcome == Outcome::failure || ending.outcome == Outcome::error)
        {
            tap += yaml_of(result, ending);
        }
    }
    if (whole)
    {
        tap += test_point(++number, test_of_the_run, *whole);
        tap += fmt::format("  ---\n  message: {}\n  ...\n", yaml_scalar(whole->message));
    }
    return tap;
}

KtapWriter::KtapWriter(std::ostream& out) : out_{out}
{
}

void KtapWriter::begin(const Run& run, std::size_t planned)
{
    out_ << "KTAP version 1\n" << heading(run) << "1.." << planned << '\n' << std::flush;
}

void KtapWriter::result(const Result& result)
{
    const Ending ending = ending_of(result);
    const bool trouble = ending.outcome == Outcome::failure || ending.outcome == Outcome::error;
    std::istringstream details{trouble ? ending.message + '\n' + ending.details : ""};
    for (std::string line; std::getline(details, line);)
    {
        out_ << comment(line);
    }
    const std::string_view words = ending.outcome == Outcome::departure ? " # XFAIL "
                                   : ending.outcome == Outcome::skipped ? " # SKIP "
                                                                        : "";
    out_ << fmt::format("{}ok {} {}{}{}\n", trouble ? "not " : "", ++written_, description(result.id), words,
                        words.empty() ? "" : printable(ending.message))
         << std::flush;
}

void KtapWriter::end(const Run& run)
{
    if (const std::optional<Ending> whole = ending_of_the_run(run))
    {
        out_ << comment(fmt::format("{}: {}", test_of_the_run, whole->message)) << std::flush;
    }
}

} // namespace ipc_conform::reports
