// Reading cases/claims.toml.
#include "runner/claims.hpp"

#include "runner/embedded.hpp"
#include "runner/errors.hpp"
#include "runner/toml.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace ipc_conform::runner
{

namespace
{

constexpr std::array<std::string_view, 4> roles{"supports", "limits", "refutes", "fully"};
constexpr std::array<std::string_view, 6> verdicts{
    "true", "true with limits", "false", "depends on the OS", "not testable", "undecided here"};

[[noreturn]] void refuse(std::string_view number, std::string_view what)
{
    throw UsageError{fmt::format("claims.toml: claim {}: {}", number, what)};
}

std::string text_at(const toml::table& table, std::string_view key, std::string_view number)
{
    const auto value = table[key].value<std::string>();
    if (!value || value->empty())
    {
        refuse(number, fmt::format("\"{}\" is missing or empty", key));
    }
    return *value;
}

// "id" or "id?name=value"
Clue clue_of(const std::string& text, std::string_view role, std::string_view number)
{
    const std::size_t mark = text.find('?');
    Clue clue{text.substr(0, mark), std::string{role}, std::nullopt};
    if (mark != std::string::npos)
    {
        const std::size_t equals = text.find('=', mark);
        if (equals == std::string::npos)
        {
            refuse(number, fmt::format("\"{}\" is not id?name=value", text));
        }
        clue.observed = {text.substr(mark + 1, equals - mark - 1), text.substr(equals + 1)};
    }
    return clue;
}

void read_clues(const toml::table& table, ClaimRule& rule)
{
    for (const std::string_view role : roles)
    {
        const toml::array* ids = table[role].as_array();
        if (ids == nullptr)
        {
            continue;
        }
        for (const toml::node& id : *ids)
        {
            const auto text = id.value<std::string>();
            if (!text)
            {
                refuse(rule.number, fmt::format("\"{}\" holds something other than ids", role));
            }
            rule.clues.push_back(clue_of(*text, role, rule.number));
        }
    }
}

void refuse_unknown_keys(const toml::table& table, std::string_view number)
{
    constexpr std::array<std::string_view, 8> known{"number", "mechanism", "korean", "english",
                                                    "kind",   "finding",   "why",    "why_ko"};
    for (const auto& [key, value] : table)
    {
        if (std::ranges::find(known, key.str()) == known.end()
            && std::ranges::find(roles, key.str()) == roles.end())
        {
            refuse(number, fmt::format("unknown key \"{}\"", key.str()));
        }
    }
}

ClaimRule rule_of(const toml::table& table)
{
    ClaimRule rule;
    rule.number = text_at(table, "number", "?");
    refuse_unknown_keys(table, rule.number);
    rule.mechanism = text_at(table, "mechanism", rule.number);
    rule.korean = text_at(table, "korean", rule.number);
    rule.english = text_at(table, "english", rule.number);
    rule.kind = table["kind"].value_or(std::string{});
    rule.finding = text_at(table, "finding", rule.number);
    rule.why = text_at(table, "why", rule.number);
    rule.why_korean = text_at(table, "why_ko", rule.number);
    if (std::ranges::find(verdicts, rule.finding) == verdicts.end())
    {
        refuse(rule.number, fmt::format("\"{}\" is no verdict", rule.finding));
    }
    read_clues(table, rule);
    return rule;
}

} // namespace

std::vector<ClaimRule> parse_claims(std::string_view text)
{
    const toml::parse_result parsed = toml::parse(text, std::string_view{"claims.toml"});
    if (!parsed)
    {
        throw UsageError{
            fmt::format("claims.toml:{}: {}", parsed.error().source().begin.line, parsed.error().description())};
    }
    const toml::array* claims = parsed.table()["claim"].as_array();
    if (claims == nullptr)
    {
        throw UsageError{"claims.toml: no [[claim]] in it"};
    }
    std::vector<ClaimRule> rules;
    for (const toml::node& claim : *claims)
    {
        if (const toml::table* table = claim.as_table())
        {
            rules.push_back(rule_of(*table));
        }
    }
    return rules;
}

const std::vector<ClaimRule>& claim_rules()
{
    static const std::vector<ClaimRule> rules = parse_claims(embedded::claims().front().content);
    return rules;
}

} // namespace ipc_conform::runner
