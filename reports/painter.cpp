#include "reports/painter.hpp"

#include "reports/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipc_conform::reports
{
namespace
{

/// A text that is longer stands whole in the JSON report.
constexpr std::size_t longest_text = 1000;

std::string_view colour_of(Verdict verdict)
{
    switch (verdict)
    {
    case Verdict::pass:
        return "32";
    case Verdict::fail:
        return "1;31";
    case Verdict::unresolved:
        return "35";
    case Verdict::unsupported:
    case Verdict::restricted:
    case Verdict::untested:
        return "33";
    }
    return "0";
}

} // namespace

std::string Painter::safe(std::string_view text) const
{
    return shortened(printable(text, style.unicode), longest_text, style.unicode);
}

std::string Painter::safe(const std::vector<std::string>& texts, std::string_view separator) const
{
    return safe(fmt::format("{}", fmt::join(texts, separator)));
}

std::string Painter::safe(const std::vector<std::pair<std::string, Value>>& values) const
{
    std::vector<std::string> texts;
    for (const auto& [name, value] : values)
    {
        texts.push_back(fmt::format("{} = {}", name, text_of(value)));
    }
    return safe(texts, "; ");
}

std::string Painter::heading(std::string_view text) const
{
    return painted("1", text);
}

std::string Painter::faint(std::string_view text) const
{
    return painted("2", text);
}

std::string Painter::as(Verdict verdict, std::string_view text) const
{
    return painted(colour_of(verdict), text);
}

std::string Painter::painted(std::string_view code, std::string_view text) const
{
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

std::string counts_text(const std::vector<std::pair<Verdict, std::size_t>>& counts)
{
    std::vector<std::string> parts;
    for (const auto& [verdict, count] : counts)
    {
        if (count != 0)
        {
            parts.push_back(fmt::format("{} {}", count, name_of(verdict)));
        }
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string said(const Proof& proof)
{
    const std::string_view verdict = name_of(proof.verdict);
    return proof.reason.empty() ? std::string{verdict} : fmt::format("{}: {}", verdict, proof.reason);
}

std::string quantity(std::size_t count, std::string_view singular, std::string_view plural)
{
    return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

} // namespace ipc_conform::reports
