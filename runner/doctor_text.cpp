#include "reports/printable.hpp"
#include "runner/doctor.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ipc_conform::runner
{
namespace
{

using Json = nlohmann::ordered_json;

std::string row(std::string_view name, std::string_view value)
{
    return fmt::format("  {:<27} {}\n", name, reports::printable(value));
}

std::string section(const char* title, const NamedValues& values)
{
    std::string text = values.empty() ? "" : fmt::format("\n{}\n", title);
    for (const auto& [name, value] : values)
    {
        text += row(reports::printable(name), value);
    }
    return text;
}

std::string bytes(std::uint64_t count)
{
    constexpr std::array units{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    auto value = static_cast<double>(count);
    for (; value >= 1024 && unit + 1 < units.size(); ++unit)
    {
        value /= 1024;
    }
    return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 100 ? 0 : 1, units.at(unit));
}

std::string in_words(const Mount& mount)
{
    std::string text = mount.file_system.empty() ? "unknown file system" : mount.file_system;
    if (mount.size && *mount.size != 0)
    {
        text += fmt::format(", {}, {} available", bytes(*mount.size), bytes(mount.available.value_or(0)));
    }
    text += mount.options.empty() ? "" : fmt::format(", {}", mount.options);
    const bool own = mount.mounted_on.empty() || mount.mounted_on == mount.path;
    return own ? text : fmt::format("{} (on {})", text, mount.mounted_on);
}

NamedValues system_in_words(const reports::Platform& platform)
{
    NamedValues values{{"kernel", fmt::format("{} {} {}", platform.system, platform.release, platform.version)},
                       {"machine", fmt::format("{}, {} processors", platform.machine, platform.processors)},
                       {"C library", platform.libc},
                       {"user id", fmt::format("{}{}", platform.user_id, platform.user_id == 0 ? " (root)" : "")},
                       {"sandbox", platform.sandbox}};
    for (const auto& [name, value] : platform.hints)
    {
        values.emplace_back("", fmt::format("{}: {}", name, value));
    }
    return values;
}

/// "pipe (19 properties)"; what is no mechanism of this build stays as it is.
std::string counted(const std::string& disabled, const std::vector<Property>& known)
{
    const auto count =
        std::ranges::count_if(known, [&](const Property& property) { return property.mechanism() == disabled; });
    return count == 0 ? disabled
                      : fmt::format("{} ({} {})", disabled, count, count == 1 ? "property" : "properties");
}

std::string in_words(const std::vector<Impediment>& impediments, const std::vector<Property>& known)
{
    if (impediments.empty())
    {
        return "  nothing: every facility that the kit uses works here\n";
    }
    std::string text;
    for (const Impediment& one : impediments)
    {
        std::vector<std::string> disabled;
        std::ranges::transform(one.disables, std::back_inserter(disabled),
                               [&](const std::string& name) { return counted(name, known); });
        text += fmt::format("  {}\n", reports::printable(one.what));
        text += one.cause.empty() ? "" : fmt::format("    cause:    {}\n", one.cause);
        text += fmt::format("    disables: {}\n", disabled.empty() ? "nothing that the kit checks"
                                                                   : fmt::format("{}", fmt::join(disabled, ", ")));
        text += fmt::format("    remedy:   {}\n", reports::printable(one.remedy));
    }
    return text;
}

Json object_of(const NamedValues& values)
{
    Json object = Json::object();
    for (const auto& [name, value] : values)
    {
        object[name] = value;
    }
    return object;
}

Json json_of(const reports::Platform& platform)
{
    return {{"system", platform.system},
            {"release", platform.release},
            {"version", platform.version},
            {"machine", platform.machine},
            {"libc", platform.libc},
            {"processors", platform.processors},
            {"user_id", platform.user_id},
            {"sandbox", platform.sandbox},
            {"container_hints", object_of(platform.hints)},
            {"limits", object_of(platform.limits)}};
}

Json json_of(const std::optional<Mount>& mount)
{
    const auto number = [](const std::optional<std::uint64_t>& value) {
        return value ? Json(*value) : Json(nullptr);
    };
    return !mount ? Json(nullptr)
                  : Json{{"mounted_on", mount->mounted_on},
                         {"file_system", mount->file_system},
                         {"options", mount->options},
                         {"size", number(mount->size)},
                         {"available", number(mount->available)}};
}

} // namespace

std::string doctor_text(const Diagnosis& diagnosis, const std::vector<Property>& known)
{
    NamedValues mounts;
    for (const auto& [path, mount] : diagnosis.mounts)
    {
        mounts.emplace_back(path, mount ? in_words(*mount) : "absent");
    }
    return section("System", system_in_words(diagnosis.platform)).substr(1)
           + section("Restrictions", diagnosis.restrictions) + section("Namespaces", diagnosis.namespaces)
           + section("Mounts", mounts) + section("Limits", diagnosis.platform.limits)
           + section("Facilities", diagnosis.facilities) + "\nWhat this disables\n"
           + in_words(diagnosis.impediments, known);
}

std::string doctor_json(const Diagnosis& diagnosis)
{
    Json mounts = Json::object();
    for (const auto& [path, mount] : diagnosis.mounts)
    {
        mounts[path] = json_of(mount);
    }
    Json impediments = Json::array();
    for (const Impediment& one : diagnosis.impediments)
    {
        impediments.push_back(
            {{"what", one.what}, {"cause", one.cause}, {"disables", one.disables}, {"remedy", one.remedy}});
    }
    const Json all{
        {"platform", json_of(diagnosis.platform)},       {"restrictions", object_of(diagnosis.restrictions)},
        {"namespaces", object_of(diagnosis.namespaces)}, {"mounts", mounts},
        {"facilities", object_of(diagnosis.facilities)}, {"impediments", impediments}};
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace ipc_conform::runner
