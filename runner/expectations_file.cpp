// How expectations are read.
#include "reports/printable.hpp"
#include "runner/errors.hpp"
#include "runner/expectations.hpp"
#include "runner/toml.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace ipc_conform::runner
{
namespace
{

using reports::printable;
using reports::Verdict;

constexpr std::string_view array_name = "expectation";

struct Field
{
    std::string_view name;
    std::string_view meaning;
};
constexpr std::array<Field, 10> fields{{{"property", "its id"},
                                        {"verdict", "FAIL, UNSUPPORTED or RESTRICTED"},
                                        {"signature", "what the failure says"},
                                        {"reason", "why the system does so"},
                                        {"link", "where that is documented"},
                                        {"system", "the system it speaks of"},
                                        {"release", "the kernel releases it speaks of"},
                                        {"sandbox", "the sandbox it speaks of"},
                                        {"libc", "the C library it speaks of"},
                                        {"expires", "the last day on which it holds"}}};
constexpr std::array expectable{Verdict::fail, Verdict::unsupported, Verdict::restricted};

/// Reads one file's tables and knows how to complain about a place in it.
class Reader
{
public:
    explicit Reader(std::string name) : name_{std::move(name)}
    {
    }

    Expectations read(std::string_view text)
    {
        const toml::parse_result parsed = toml::parse(text, name_);
        if (!parsed)
        {
            refuse(parsed.error().source(), parsed.error().description());
        }
        Expectations expectations;
        expectations.name = name_;
        const toml::node* entries = the_only_key(parsed.table());
        if (entries == nullptr)
        {
            return expectations;
        }
        const toml::array* array = entries->as_array();
        if (array == nullptr)
        {
            refuse(entries->source(), "expectation must be written [[expectation]], with two brackets");
        }
        for (const toml::node& node : *array)
        {
            const toml::table* table = node.as_table();
            if (table == nullptr)
            {
                refuse(node.source(), "every expectation must be a table, written [[expectation]]");
            }
            add(expectations, *table);
        }
        return expectations;
    }

private:
    [[noreturn]] void refuse(const toml::source_region& where, std::string_view why) const
    {
        throw UsageError{fmt::format("{}:{}: {}", printable(name_), where.begin.line, printable(why))};
    }

    [[nodiscard]] const toml::node* the_only_key(const toml::table& document) const
    {
        for (const auto& [key, value] : document)
        {
            if (key.str() != array_name)
            {
                refuse(key.source(),
                       fmt::format("unknown key \"{}\"; a file holds only [[expectation]] tables", key.str()));
            }
        }
        return document.get(array_name);
    }

    void add(Expectations& expectations, const toml::table& table) const
    {
        for (const auto& [key, value] : table)
        {
            if (std::ranges::find(fields, key.str(), &Field::name) == fields.end())
            {
                refuse(key.source(),
                       fmt::format("unknown key \"{}\"; an expectation has {}", key.str(), all_names()));
            }
        }
        Expectation entry;
        entry.place = {printable(name_), table.source().begin.line};
        entry.id = needed(table, "property");
        entry.where = predicate_of(table);
        refuse_second(expectations, entry, table.get("property")->source());
        entry.verdict = verdict_of(table);
        const bool wants_signature = entry.verdict == Verdict::fail || table.contains("signature");
        entry.signature = wants_signature ? needed(table, "signature") : "";
        entry.reason = needed(table, "reason");
        entry.link = needed(table, "link");
        entry.expires = day_of(table);
        expectations.entries.push_back(std::move(entry));
    }

    [[nodiscard]] Verdict verdict_of(const toml::table& table) const
    {
        const std::string text = needed(table, "verdict");
        const auto verdict = reports::verdict_named(text);
        if (!verdict || std::ranges::find(expectable, *verdict) == expectable.end())
        {
            refuse(table.get("verdict")->source(),
                   fmt::format("verdict \"{}\" {}; it must be FAIL, UNSUPPORTED or RESTRICTED", text,
                               verdict ? "needs no expectation" : "is unknown"));
        }
        return *verdict;
    }

    // Two entries for an id are one too many only where both speak of the same platforms.
    void refuse_second(const Expectations& expectations, const Expectation& entry,
                       const toml::source_region& where) const
    {
        if (std::ranges::any_of(expectations.entries, [&](const Expectation& other) {
                return other.id == entry.id && other.where == entry.where;
            }))
        {
            refuse(where, fmt::format("property \"{}\" has two entries", entry.id));
        }
    }

    [[nodiscard]] PlatformPredicate predicate_of(const toml::table& table) const
    {
        return {table.contains("system") ? needed(table, "system") : "",
                range_of<VersionRange>(table, "release", R"(a range of versions such as ">=5.14 <6.2")"),
                table.contains("sandbox") ? needed(table, "sandbox") : "",
                range_of<LibcRange>(table, "libc", R"(a C library such as "musl" or "glibc <2.38")")};
    }

    template <class Range>
    [[nodiscard]] std::optional<Range> range_of(const toml::table& table, std::string_view key,
                                                std::string_view form) const
    {
        if (!table.contains(key))
        {
            return std::nullopt;
        }
        const std::string text = needed(table, key);
        std::optional<Range> range = Range::parse(text);
        if (!range)
        {
            refuse(table.get(key)->source(), fmt::format("{} \"{}\" is not {}", key, text, form));
        }
        return range;
    }

    [[nodiscard]] std::optional<std::chrono::year_month_day> day_of(const toml::table& table) const
    {
        const toml::node* node = table.get("expires");
        if (node == nullptr)
        {
            return std::nullopt;
        }
        const auto* date = node->as_date();
        if (date == nullptr)
        {
            refuse(node->source(), "expires must be a date without quotation marks, such as 2027-01-31");
        }
        const toml::date day = date->get();
        return std::chrono::year{day.year} / day.month / day.day;
    }

    [[nodiscard]] std::string needed(const toml::table& table, std::string_view key) const
    {
        const toml::node* node = table.get(key);
        if (node == nullptr)
        {
            refuse(table.source(), fmt::format("the expectation{} lacks {}{}", owner(table), key,
                                               key == "signature" ? ", which a FAIL needs" : ""));
        }
        const auto* text = node->as_string();
        if (text == nullptr)
        {
            refuse(node->source(), fmt::format("{} must be a text in quotation marks", key));
        }
        if (text->get().find_first_not_of(" \t\r\n") == std::string::npos)
        {
            refuse(node->source(), fmt::format("{} is empty", key));
        }
        if (text->get().find_first_not_of(" ?") == std::string::npos)
        {
            refuse(node->source(), fmt::format("the expectation{} lacks its {}: write {} in place of \"{}\"",
                                               owner(table), key, meaning_of(key), text->get()));
        }
        return text->get();
    }

    static std::string_view meaning_of(std::string_view key)
    {
        return std::ranges::find(fields, key, &Field::name)->meaning;
    }

    static std::string all_names()
    {
        std::string names;
        for (const Field& field : fields)
        {
            names += fmt::format("{}{}", names.empty() ? "" : ", ", field.name);
        }
        return names;
    }

    static std::string owner(const toml::table& table)
    {
        const toml::node* property = table.get("property");
        return property != nullptr && property->is_string() ? fmt::format(" of {}", property->as_string()->get())
                                                            : "";
    }

    std::string name_;
};

} // namespace

Expectations parse_expectations(std::string_view text, const std::string& name)
{
    return Reader{name}.read(text);
}

} // namespace ipc_conform::runner
