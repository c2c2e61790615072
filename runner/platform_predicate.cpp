#include "runner/platform_predicate.hpp"

#include "runner/selection.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::runner
{
namespace
{

char small_letter(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string in_small_letters(std::string_view text)
{
    std::string small{text};
    std::ranges::transform(small, small.begin(), small_letter);
    return small;
}

bool same(std::string_view left, std::string_view right)
{
    return std::ranges::equal(left, right, {}, small_letter, small_letter);
}

/// Takes the text up to one of the marks, and the marks that follow it.
std::string_view take_word(std::string_view& text, std::string_view marks)
{
    const std::string_view word = text.substr(0, text.find_first_of(marks));
    text.remove_prefix(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(marks), text.size()));
    return word;
}

bool fits(const std::string& glob, const std::string& sandbox)
{
    const std::string wanted = in_small_letters(glob);
    const std::string found = in_small_letters(sandbox);
    std::string_view words = found;
    bool any = matches(wanted, found);
    while (!any && !words.empty())
    {
        any = matches(wanted, take_word(words, " ()"));
    }
    return any;
}

} // namespace

std::optional<LibcRange> LibcRange::parse(std::string_view text)
{
    LibcRange libc{std::string{text.substr(0, text.find_first_of(" <>="))}, std::nullopt};
    text.remove_prefix(libc.name.size());
    if (text.find_first_not_of(' ') != std::string_view::npos)
    {
        libc.versions = VersionRange::parse(text);
        if (!libc.versions)
        {
            return std::nullopt;
        }
    }
    const bool begins_with_digit = !libc.name.empty() && libc.name.front() >= '0' && libc.name.front() <= '9';
    return libc.name.empty() || begins_with_digit ? std::nullopt : std::optional{std::move(libc)};
}

bool LibcRange::holds(std::string_view libc) const
{
    return same(name, take_word(libc, " ")) && (!versions || versions->holds(libc));
}

bool PlatformPredicate::holds(const reports::Platform& platform) const
{
    return (system.empty() || same(system, platform.system)) && (!release || release->holds(platform.release))
           && (sandbox.empty() || fits(sandbox, platform.sandbox)) && (!libc || libc->holds(platform.libc));
}

std::string text_of(const PlatformPredicate& predicate)
{
    std::string text;
    const auto add = [&](std::string_view name, std::string_view value) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
    };
    if (!predicate.system.empty())
    {
        add("system", predicate.system);
    }
    if (predicate.release)
    {
        add("release", predicate.release->text());
    }
    if (!predicate.sandbox.empty())
    {
        add("sandbox", predicate.sandbox);
    }
    if (predicate.libc)
    {
        const auto& versions = predicate.libc->versions;
        add("libc",
            versions ? fmt::format("{} {}", predicate.libc->name, versions->text()) : predicate.libc->name);
    }
    return text;
}

} // namespace ipc_conform::runner
