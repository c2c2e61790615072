// Where expectations come from: files, the kit's own, and which of their entries apply to a run.
#include "reports/printable.hpp"
#include "runner/embedded.hpp"
#include "runner/errors.hpp"
#include "runner/expectations.hpp"
#include "runner/untrusted_file.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <iterator>

namespace ipc_conform::runner
{
namespace
{

using reports::printable;

// Far more than any list of known departures; a device or a wrong file is not read to its end.
constexpr std::size_t largest_file = 1U << 20U;
// In place of a path. A file of that name is still to be had as ./built-in.
constexpr std::string_view own_file = "built-in";

[[noreturn]] void refuse_both(const Expectation& one, const Expectation& other)
{
    throw UsageError{fmt::format("{} and {} both say what is expected of {} here; remove one, or give each the "
                                 "platforms it speaks of (system, release, sandbox, libc)",
                                 text_of(one.place), text_of(other.place), printable(one.id))};
}

} // namespace

Expectations read_expectations(const std::string& path, std::string_view system)
{
    if (path == own_file)
    {
        return embedded_expectations(system);
    }
    return parse_expectations(read_untrusted_file(path, "the expectations file", largest_file), path);
}

Expectations embedded_expectations(std::string_view system)
{
    std::string name{system};
    std::ranges::transform(name, name.begin(), [](unsigned char letter) { return std::tolower(letter); });
    name += ".toml";
    const auto files = embedded::expectations();
    const auto found = std::ranges::find(files, name, &embedded::File::name);
    Expectations expectations =
        found == files.end() ? Expectations{} : parse_expectations(found->content, name + " (embedded)");
    if (found == files.end())
    {
        expectations.name = fmt::format("none: the kit has no {}", name);
    }
    for (Expectation& entry : expectations.entries)
    {
        entry.own = true;
    }
    return expectations;
}

Expectations in_force(const std::vector<Expectations>& files, const reports::Platform& platform,
                      std::chrono::sys_days today)
{
    Expectations all;
    for (const Expectations& file : files)
    {
        all.name += fmt::format("{}{}", all.name.empty() ? "" : ", ", file.name);
        for (const Expectation& entry : file.entries)
        {
            if (!entry.where.holds(platform))
            {
                continue;
            }
            if (const Expectation* other = all.entry_for(entry.id); other != nullptr)
            {
                refuse_both(*other, entry);
            }
            all.entries.push_back(entry);
            all.entries.back().expired = entry.expires && std::chrono::sys_days{*entry.expires} < today;
        }
    }
    return all;
}

Expectations in_force(const std::vector<std::string>& paths, const reports::Platform& platform)
{
    std::vector<Expectations> files;
    std::ranges::transform(paths, std::back_inserter(files),
                           [&](const std::string& path) { return read_expectations(path, platform.system); });
    if (files.empty())
    {
        files.push_back(embedded_expectations(platform.system));
    }
    return in_force(files, platform, std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

} // namespace ipc_conform::runner
