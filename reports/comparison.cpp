#include "reports/comparison.hpp"

#include "reports/outcome.hpp"
#include "reports/painter.hpp"
#include "reports/recorded_value.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <unordered_map>

namespace ipc_conform::reports
{
namespace
{

struct Words
{
    Change change;
    std::string_view name;
    std::string_view plural;
    std::string_view heading;
};

constexpr std::array words{
    Words{Change::same, "same", "same", "As before"},
    Words{Change::regression, "regression", "regressions", "Regressions"},
    Words{Change::changed_signature, "changed signature", "changed signatures", "Changed signatures"},
    Words{Change::undecided, "undecided", "undecided", "Could not be decided this time"},
    Words{Change::no_longer_judged, "no longer judged", "no longer judged", "No longer judged"},
    Words{Change::fix, "fix", "fixes", "Fixes"},
    Words{Change::now_judged, "now judged", "now judged", "Now judged"},
    Words{Change::other_obstacle, "other obstacle", "other obstacles", "Not judged, for another reason"},
    Words{Change::appeared, "new", "new", "New"},
    Words{Change::gone, "gone", "gone", "Gone"},
};

const Words& words_of(Change change)
{
    return *std::ranges::find(words, change, &Words::change);
}

bool is_judged(Verdict verdict)
{
    return verdict == Verdict::pass || verdict == Verdict::fail;
}

std::string without_numbers(std::string_view text)
{
    std::string kept;
    for (const char letter : text)
    {
        const bool digit = letter >= '0' && letter <= '9';
        if (!digit)
        {
            kept += letter;
        }
        else if (!kept.ends_with('#'))
        {
            kept += '#';
        }
    }
    return kept;
}

/// By id; of two with the same one the first counts.
std::unordered_map<std::string_view, const Result*> by_id(const Run& run)
{
    std::unordered_map<std::string_view, const Result*> results;
    for (const Result& result : run.results)
    {
        results.emplace(result.id, &result);
    }
    return results;
}

const Result* found(const std::unordered_map<std::string_view, const Result*>& results, const std::string& id)
{
    const auto place = results.find(id);
    return place == results.end() ? nullptr : place->second;
}

void compare_values(const Result& before, const Result& after, std::vector<ChangedValue>& changed)
{
    if (!records_its_outcome(after))
    {
        return;
    }
    const ValuesByName earlier = values_by_name(before);
    const ValuesByName later = values_by_name(after);
    const auto note = [&](const std::string& name) {
        const Value* old = value_named(earlier, name);
        const Value* now = value_named(later, name);
        const auto text = [](const Value* value) { return value == nullptr ? std::string{} : text_of(*value); };
        if (!same_value(name, old, now))
        {
            changed.push_back({&after, name, text(old), text(now)});
        }
    };
    for (const auto& [name, value] : before.observed)
    {
        note(name);
    }
    for (const auto& [name, value] : after.observed)
    {
        if (!earlier.contains(name))
        {
            note(name);
        }
    }
}

} // namespace

std::string_view name_of(Change change)
{
    return words_of(change).name;
}

std::string_view heading_of(Change change)
{
    return words_of(change).heading;
}

Change change_between(Verdict before, Verdict after)
{
    if (before == after)
    {
        return Change::same;
    }
    if (!is_judged(before) && !is_judged(after))
    {
        return Change::other_obstacle;
    }
    if (before == Verdict::pass && (after == Verdict::fail || after == Verdict::unsupported))
    {
        return Change::regression;
    }
    if (after == Verdict::pass && (before == Verdict::fail || before == Verdict::unsupported))
    {
        return Change::fix;
    }
    if (is_judged(after))
    {
        return Change::now_judged;
    }
    return after == Verdict::unresolved ? Change::undecided : Change::no_longer_judged;
}

Change change_between(const Result& before, const Result& after, bool same_system)
{
    const Change change = change_between(before.verdict, after.verdict);
    if (!same_system && after.level == "platform")
    {
        if (change == Change::regression && after.verdict == Verdict::unsupported)
        {
            return Change::no_longer_judged;
        }
        if (change == Change::fix && before.verdict == Verdict::unsupported)
        {
            return Change::now_judged;
        }
    }
    return change == Change::same && signature_of(before) != signature_of(after) ? Change::changed_signature
                                                                                 : change;
}

std::vector<std::string> signature_of(const Result& result)
{
    if (result.verdict != Verdict::fail)
    {
        return {};
    }
    std::set<std::string> checks;
    for (const Failure& failure : result.failures)
    {
        checks.insert(fmt::format("{}: {}", failure.process, failure.expected));
    }
    if (checks.empty())
    {
        checks.insert(without_numbers(result.reason));
    }
    return {checks.begin(), checks.end()};
}

std::string joined_signature(const Result& result)
{
    return joined(signature_of(result), "; ");
}

std::size_t Comparison::count(Change change) const
{
    return static_cast<std::size_t>(std::ranges::count(changes, change, &PropertyChange::change));
}

Comparison compare(const Run& before, const Run& after)
{
    Comparison comparison;
    comparison.before = &before;
    comparison.after = &after;
    const bool same_system = before.platform.system == after.platform.system;
    const auto earlier = by_id(before);
    const auto later = by_id(after);
    for (const Result& result : before.results)
    {
        if (found(earlier, result.id) == &result && found(later, result.id) == nullptr)
        {
            comparison.changes.push_back({Change::gone, &result, nullptr});
        }
    }
    for (const Result& result : after.results)
    {
        if (found(later, result.id) != &result)
        {
            continue;
        }
        const Result* old = found(earlier, result.id);
        const Change change = old == nullptr ? Change::appeared : change_between(*old, result, same_system);
        if (change == Change::same)
        {
            ++comparison.same;
        }
        else
        {
            comparison.changes.push_back({change, old, &result});
        }
        if (old != nullptr)
        {
            compare_values(*old, result, comparison.values);
        }
    }
    std::ranges::stable_sort(comparison.changes, {}, [](const PropertyChange& changed) {
        return std::ranges::find(every_change, changed.change) - every_change.begin();
    });
    return comparison;
}

Exit exit_status(const Comparison& comparison)
{
    if (comparison.count(Change::regression) != 0)
    {
        return Exit::unexpected;
    }
    if (comparison.count(Change::undecided) != 0 || comparison.after->partial)
    {
        return Exit::not_judged;
    }
    const std::size_t apart = comparison.count(Change::appeared) + comparison.count(Change::gone);
    const bool in_common = comparison.same != 0 || comparison.changes.size() != apart;
    return in_common ? Exit::as_expected : Exit::nothing_ran;
}

std::string summary_line(const Comparison& comparison)
{
    std::vector<std::string> parts;
    for (const Change change : every_change)
    {
        if (const std::size_t count = comparison.count(change); count != 0)
        {
            parts.push_back(quantity(count, words_of(change).name, words_of(change).plural));
        }
    }
    return fmt::format("{}{} {} as before", comparison.after->partial ? "the later run was cut short: " : "",
                       parts.empty() ? "equal:" : joined(parts, ", ") + ";",
                       quantity(comparison.same, "property", "properties"));
}

} // namespace ipc_conform::reports
