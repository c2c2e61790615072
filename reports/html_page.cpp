#include "reports/html_page.hpp"

#include "reports/embedded.hpp"
#include "reports/printable.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <stdexcept>

namespace ipc_conform::reports
{
namespace
{

constexpr std::size_t longest_text = 4000;
constexpr std::size_t most_lines = 200;

const embedded::File& page_file(std::string_view name)
{
    const auto files = embedded::page();
    const auto found = std::ranges::find(files, name, &embedded::File::name);
    if (found == files.end())
    {
        throw std::logic_error{fmt::format("reports/page/ has no {}", name)};
    }
    return *found;
}

/// A policy states a hash in base64.
std::string base64(std::string_view hexadecimal)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::size_t digits_of_a_group = 6; // three bytes, which become four letters
    std::string text;
    for (; !hexadecimal.empty(); hexadecimal.remove_prefix(std::min(digits_of_a_group, hexadecimal.size())))
    {
        std::string group{hexadecimal.substr(0, digits_of_a_group)};
        const std::size_t missing = (digits_of_a_group - group.size()) / 2;
        group.resize(digits_of_a_group, '0');
        std::uint32_t bits = 0;
        std::from_chars(group.data(), group.data() + group.size(), bits, 16);
        for (std::size_t letter = 0; letter < 4; ++letter)
        {
            text += letter < 4 - missing ? alphabet[bits >> (18 - 6 * letter) & 0x3FU] : '=';
        }
    }
    return text;
}

/// What a policy allows of one kind: these files, by their hashes.
std::string allowed(const std::vector<std::string_view>& names)
{
    std::string text;
    for (const std::string_view name : names)
    {
        text += fmt::format("{}'sha256-{}'", text.empty() ? "" : " ", base64(page_file(name).sha256));
    }
    return text.empty() ? "'none'" : text;
}

/// The files as elements. Nothing stands between tag and content: it would count for the hash.
std::string elements(std::string_view tag, const std::vector<std::string_view>& names)
{
    std::string text;
    for (const std::string_view name : names)
    {
        text += fmt::format("<{0}>{1}</{0}>\n", tag, page_file(name).content);
    }
    return text;
}

} // namespace

std::string html_text(std::string_view text)
{
    std::string html;
    for (const char letter : shortened(printable(text), longest_text))
    {
        switch (letter)
        {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '>':
            html += "&gt;";
            break;
        case '"':
            html += "&quot;";
            break;
        case '\'':
            html += "&#39;";
            break;
        default:
            html += letter;
        }
    }
    return html;
}

std::string html_lines(std::string_view text)
{
    std::string html;
    for (std::size_t lines = 0; !text.empty(); ++lines)
    {
        if (lines == most_lines)
        {
            const auto left = std::ranges::count(text, '\n') + (text.ends_with('\n') ? 0 : 1);
            return html + fmt::format("… and {} more lines\n", left);
        }
        const std::size_t end = std::min(text.find('\n'), text.size());
        html += html_text(text.substr(0, end)) + '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return html;
}

std::string html_link(std::string_view address)
{
    const std::string safe = html_text(address);
    const bool is_web_address = address.starts_with("https://") || address.starts_with("http://");
    return is_web_address ? fmt::format(R"(<a href="{0}" rel="noopener noreferrer">{0}</a>)", safe) : safe;
}

std::string html_class(Verdict verdict)
{
    std::string name{name_of(verdict)};
    std::ranges::transform(name, name.begin(), [](char letter) { return static_cast<char>(letter - 'A' + 'a'); });
    return name;
}

std::string html_verdict(Verdict verdict)
{
    return fmt::format(R"(<span class="verdict {}">{}</span>)", html_class(verdict), name_of(verdict));
}

std::string html_document(const HtmlPage& page)
{
    return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{}</title>
{}</head>
<body>
{}{}</body>
</html>
)",
                       allowed(page.style_sheets), allowed(page.scripts), html_text(page.title),
                       elements("style", page.style_sheets), page.body, elements("script", page.scripts));
}

} // namespace ipc_conform::reports
