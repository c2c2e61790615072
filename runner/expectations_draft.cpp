#include "runner/expectations_draft.hpp"

#include "reports/printable.hpp"
#include "reports/utf8.hpp"
#include "runner/expectations.hpp"
#include "runner/judge.hpp"
#include "runner/stored_report.hpp"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <iostream>
#include <set>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

using reports::Result;
using reports::Run;
using reports::Verdict;

// Enough to tell one failure from another; what a case prints into its checks may be endless.
constexpr std::size_t longest_signature = 300;
constexpr std::size_t longest_comment = 300;

/// A TOML string of the text: on one line, and nothing in it that a reader of the file would not see.
std::string toml_string(std::string_view text)
{
    std::string toml = "\"";
    while (!text.empty())
    {
        const reports::CodePoint point = reports::first_code_point(text);
        const std::string_view character = text.substr(0, point.bytes);
        if (character == "\"" || character == "\\")
        {
            toml.append("\\").append(character);
        }
        else if (reports::printable(character) == character)
        {
            toml += character;
        }
        else
        {
            const auto number = static_cast<std::uint32_t>(point.value);
            toml += number < 0x10000 ? fmt::format("\\u{:04X}", number) : fmt::format("\\U{:08X}", number);
        }
        text.remove_prefix(point.bytes);
    }
    return toml + '"';
}

std::string comment(std::string_view text)
{
    return fmt::format("# {}\n", reports::shortened(reports::printable(text), longest_comment));
}

/// The text's first characters, which are a part of it, too.
std::string_view beginning_of(std::string_view text, std::size_t most_bytes)
{
    std::size_t bytes = 0;
    while (bytes < text.size())
    {
        const std::size_t next = bytes + reports::first_code_point(text.substr(bytes)).bytes;
        if (next > most_bytes)
        {
            break;
        }
        bytes = next;
    }
    return text.substr(0, bytes);
}

/// What the result says that another failure of the same property would not say.
std::string signature_of(const Result& result)
{
    if (result.reason.starts_with(hung))
    {
        return std::string{hung}; // the deadline that follows it is an option's, not the system's
    }
    const bool by_a_check = result.verdict == Verdict::fail && !result.failures.empty();
    const std::string said = by_a_check ? said_by(result.failures.front()) : result.reason;
    const bool says_something = said.find_first_not_of(" \t\r\n") != std::string::npos;
    return says_something ? std::string{beginning_of(said, longest_signature)} : "?";
}

bool is_about_an_entry(std::string_view line)
{
    return line.starts_with(unexpected_fail) || line.starts_with(changed_signature);
}

/// Whether an entry can make the result expected: not when all that is unexpected is what it left behind.
bool may_be_expected(const Run& run, const Result& result)
{
    if (result.expected
        || (result.verdict != Verdict::fail && result.verdict != Verdict::unsupported
            && result.verdict != Verdict::restricted))
    {
        return false;
    }
    return result.leaks.empty() || std::ranges::any_of(run.unexpected, [&](const std::string& line) {
               return is_about_an_entry(line) && line.find(fmt::format(": {}: ", result.id)) != std::string::npos;
           });
}

std::string entry_for(const Result& result)
{
    return fmt::format("\n[[expectation]]\nproperty = {}\nverdict = \"{}\"\nsignature = {}\nreason = \"?\"\n"
                       "link = \"?\"\n",
                       toml_string(result.id), name_of(result.verdict), toml_string(signature_of(result)));
}

std::string head_of(const Run& run)
{
    const reports::Platform& platform = run.platform;
    return comment(fmt::format("Drafted from a run on {} {} ({}, {}, sandbox: {}), {}.", platform.system,
                               platform.release, platform.machine, platform.libc, platform.sandbox, run.started))
           + "#\n# Write why, and where that is documented, in place of each \"?\": a file that has one is "
             "refused.\n"
             "# Shorten a signature that holds what differs from run to run. An entry may also say where and how "
             "long\n"
             "# it holds: system, release, sandbox, libc, expires.\n"
           + comment(fmt::format("It adds to what that run expected ({}): give that with --expect, too; built-in "
                                 "names the kit's own.",
                                 run.expectations));
}

} // namespace

std::string expectations_draft(const Run& run)
{
    std::string entries;
    std::set<std::string> written;
    for (const Result& result : run.results)
    {
        if (may_be_expected(run, result) && written.insert(result.id).second)
        {
            entries += entry_for(result);
        }
    }
    std::string others;
    for (const std::string& line : run.unexpected)
    {
        others += is_about_an_entry(line) ? "" : comment("  " + line);
    }
    return head_of(run)
           + (others.empty() ? "" : "#\n# Unexpected, too, but nothing that an entry can expect:\n" + others)
           + (entries.empty() ? "\n# Nothing in that run needs an entry.\n" : entries);
}

int draft_expectations(const std::string& report)
{
    std::cout << expectations_draft(read_report(report));
    return static_cast<int>(reports::Exit::as_expected);
}

} // namespace ipc_conform::runner
