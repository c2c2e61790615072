#include "runner/trust.hpp"

#include <chrono>
#include <exception>
#include <fmt/format.h>

namespace ipc_conform::runner
{
namespace
{

std::optional<std::string> problem_of(const TrustProbe& probe)
{
    try
    {
        return probe.problem();
    }
    catch (const std::exception& error)
    {
        return error.what();
    }
}

} // namespace

TrustReport evaluate(const std::vector<TrustProbe>& probes)
{
    const auto begun = std::chrono::steady_clock::now();
    TrustReport report;
    std::string notes;
    std::size_t held = 0;
    for (const TrustProbe& probe : probes)
    {
        const auto problem = problem_of(probe);
        if (!problem)
        {
            ++held;
        }
        else if (probe.needed)
        {
            report.holds = false;
            report.problem = fmt::format("the trust base does not hold: {}: {}. The kit itself stands on this, "
                                         "so nothing can be judged here",
                                         probe.name, *problem);
            report.summary = fmt::format("does not hold: {}: {}", probe.name, *problem);
            return report;
        }
        else
        {
            notes += fmt::format("; {}: {}", probe.name, *problem);
        }
    }
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begun;
    report.summary = fmt::format("holds: {} probes in {:.1f} ms{}", held, taken.count(), notes);
    return report;
}

TrustReport probe(const std::string& folder, const std::string& self)
{
    return evaluate(trust_base(folder, self));
}

} // namespace ipc_conform::runner
