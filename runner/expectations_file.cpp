// How expectations are read.
#include "reports/printable.hpp"
#include "runner/embedded.hpp"
#include "runner/errors.hpp"
#include "runner/expectations.hpp"
#include "runner/toml.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <sys/utsname.h>

namespace ipc_conform::runner
{
namespace
{

using reports::printable;
using reports::Verdict;

// Far more than any list of known departures; a device or a wrong file is not read to its end.
constexpr std::size_t largest_file = 1U << 20U;
constexpr std::string_view array_name = "expectation";
constexpr std::array<std::string_view, 5> field_names{"property", "verdict", "signature", "reason", "link"};
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
            if (std::ranges::find(field_names, key.str()) == field_names.end())
            {
                refuse(key.source(), fmt::format("unknown key \"{}\"; an expectation has {}", key.str(),
                                                 fmt::join(field_names, ", ")));
            }
        }
        Expectation entry;
        entry.id = needed(table, "property");
        if (expectations.entry_for(entry.id) != nullptr)
        {
            refuse(table.get("property")->source(), fmt::format("property \"{}\" has two entries", entry.id));
        }
        entry.verdict = verdict_of(table);
        const bool wants_signature = entry.verdict == Verdict::fail || table.contains("signature");
        entry.signature = wants_signature ? needed(table, "signature") : "";
        entry.reason = needed(table, "reason");
        entry.link = needed(table, "link");
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
        return text->get();
    }

    static std::string owner(const toml::table& table)
    {
        const toml::node* property = table.get("property");
        return property != nullptr && property->is_string() ? fmt::format(" of {}", property->as_string()->get())
                                                            : "";
    }

    std::string name_;
};

[[noreturn]] void cannot_read(const std::string& path, const char* why)
{
    throw UsageError{fmt::format("cannot read the expectations file {}: {}", printable(path), why)};
}

} // namespace

Expectations parse_expectations(std::string_view text, const std::string& name)
{
    return Reader{name}.read(text);
}

Expectations read_expectations(const std::string& path)
{
    struct Close
    {
        void operator()(std::FILE* file) const
        {
            std::fclose(file);
        }
    };
    const std::unique_ptr<std::FILE, Close> file{std::fopen(path.c_str(), "rbe")};
    if (!file)
    {
        cannot_read(path, std::strerror(errno));
    }
    std::string text(largest_file + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0)
    {
        cannot_read(path, std::strerror(errno));
    }
    if (text.size() > largest_file)
    {
        cannot_read(path, "it is larger than a megabyte");
    }
    return parse_expectations(text, path);
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
    expectations.embedded = true;
    return expectations;
}

Expectations embedded_expectations()
{
    utsname names{};
    ::uname(&names);
    return embedded_expectations(names.sysname);
}

} // namespace ipc_conform::runner
