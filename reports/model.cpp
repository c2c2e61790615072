#include "reports/model.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ipc_conform::reports
{

std::string_view name_of(Verdict verdict)
{
    switch (verdict)
    {
    case Verdict::pass:
        return "PASS";
    case Verdict::fail:
        return "FAIL";
    case Verdict::unsupported:
        return "UNSUPPORTED";
    case Verdict::restricted:
        return "RESTRICTED";
    case Verdict::unresolved:
        return "UNRESOLVED";
    case Verdict::untested:
        return "UNTESTED";
    }
    return "UNRESOLVED";
}

std::optional<Verdict> verdict_named(std::string_view name)
{
    const auto found = std::ranges::find(every_verdict, name, name_of);
    return found == every_verdict.end() ? std::nullopt : std::optional{*found};
}

std::string text_of(const Value& value)
{
    return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

std::array<std::size_t, every_verdict.size()> totals(const std::vector<Result>& results)
{
    std::array<std::size_t, every_verdict.size()> counted{};
    for (std::size_t index = 0; index < every_verdict.size(); ++index)
    {
        counted[index] =
            static_cast<std::size_t>(std::ranges::count(results, every_verdict[index], &Result::verdict));
    }
    return counted;
}

Exit exit_status(const Run& run)
{
    if (!run.unexpected.empty())
    {
        return Exit::unexpected;
    }
    const auto has = [&](Verdict verdict) {
        return std::ranges::find(run.results, verdict, &Result::verdict) != run.results.end();
    };
    if (run.partial || has(Verdict::unresolved))
    {
        return Exit::not_judged;
    }
    return has(Verdict::pass) || has(Verdict::fail) ? Exit::as_expected : Exit::nothing_ran;
}

} // namespace ipc_conform::reports
