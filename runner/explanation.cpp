#include "runner/explanation.hpp"

#include "reports/printable.hpp"
#include "runner/errors.hpp"
#include "runner/selection.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

using Lines = std::vector<std::string>;

std::string meaning_of_level(const Property& property)
{
    if (property.level == "shall")
    {
        return "a standard requires it";
    }
    if (property.level == "may")
    {
        return "a standard allows several outcomes; the one seen is recorded";
    }
    if (property.level == "defined")
    {
        return "implementation-defined; the value seen is recorded";
    }
    return fmt::format("documented by {}; elsewhere it does not apply", property.system);
}

/// "name   value", further values below the first; nothing without a value.
std::string row(std::string_view name, const Lines& values)
{
    std::string text;
    for (const std::string& value : values)
    {
        text += fmt::format("  {:<10} {}\n", text.empty() ? name : "", reports::printable(value));
    }
    return text;
}

std::string verdict_without_entry(const Property& property, const KnownSystem& system)
{
    if (!property.untested.empty())
    {
        return "UNTESTED";
    }
    if (property.level == "platform" && property.system != system.name)
    {
        return "does not apply";
    }
    return system.has_run ? "PASS" : "PASS, though nobody has run it there yet";
}

/// What each entry for the property says; and what holds where none of them does.
Lines verdicts_expected(const Property& property, const KnownSystem& system)
{
    Lines lines;
    bool everywhere = false;
    for (const Expectation& entry : system.expectations.entries)
    {
        if (entry.id == property.id)
        {
            const std::string where = text_of(entry.where);
            everywhere = everywhere || where.empty();
            lines.push_back(fmt::format("{}: {} by {}{}{}: {}; {}", system.name, name_of(entry.verdict),
                                        system.expectations.name, where.empty() ? "" : " on ", where, entry.reason,
                                        entry.link));
        }
    }
    if (!everywhere)
    {
        lines.push_back(fmt::format("{}{}: {}", system.name, lines.empty() ? "" : " otherwise",
                                    verdict_without_entry(property, system)));
    }
    return lines;
}

Lines expected_on(const Property& property, const KnownSystem& system)
{
    Lines lines = verdicts_expected(property, system);
    for (const auto& [name, answer] : property.on_systems)
    {
        if (name == system.name)
        {
            lines.push_back("  " + answer);
        }
    }
    return lines;
}

Lines expected(const Property& property, const std::vector<KnownSystem>& systems)
{
    Lines all;
    for (const KnownSystem& system : systems)
    {
        std::ranges::move(expected_on(property, system), std::back_inserter(all));
    }
    return all;
}

Lines claims_decided(const Property& property, const std::vector<ClaimRule>& claims)
{
    Lines lines;
    for (const ClaimRule& claim : claims)
    {
        for (const Clue& clue : claim.clues)
        {
            if (clue.id == property.id)
            {
                lines.push_back(fmt::format("{} ({}): {}", claim.number, clue.role, claim.english));
            }
        }
    }
    return lines;
}

// Those for which the kit has a file of expectations. Darwin's has been read in its source only.
Knowledge own_knowledge()
{
    return {{{"Linux", true, embedded_expectations("Linux")}, {"Darwin", false, embedded_expectations("Darwin")}},
            claim_rules()};
}

} // namespace

std::string explanation(const Property& property, const Knowledge& knowledge)
{
    Lines faults;
    std::ranges::transform(property.faults, std::back_inserter(faults), &Fault::description);
    std::string text = fmt::format("{}\n{}\n\n", property.id, reports::printable(property.statement));
    text += row("level", {fmt::format("{}: {}", property.level, meaning_of_level(property))});
    text += row("sources", property.sources);
    text += row("observed", property.observed_by.empty() ? Lines{} : Lines{property.observed_by});
    text += row("faults", faults);
    text += row("expected", expected(property, knowledge.systems));
    text += row("claims", claims_decided(property, knowledge.claims));
    text += row("case", {fmt::format("{}:{}", property.file, property.line)});
    if (!property.untested.empty())
    {
        return text + row("UNTESTED", {property.untested});
    }
    text += row("run", {fmt::format("ipc-conform run {}", property.id)});
    text += row("prove", {fmt::format("ipc-conform run {} --prove", property.id)});
    return text;
}

const Property& property_named(const std::string& id)
{
    const std::vector<Property>& all = properties();
    const auto found = std::ranges::find(all, id, &Property::id);
    if (found == all.end())
    {
        Lines ids;
        std::ranges::transform(all, std::back_inserter(ids), &Property::id);
        throw UsageError{fmt::format("no property is called \"{}\"{}",
                                     reports::shortened(reports::printable(id), 100), nearest_text(ids, id))};
    }
    return *found;
}

std::string explanation(const std::string& id)
{
    return explanation(property_named(id), own_knowledge());
}

} // namespace ipc_conform::runner
