#include "runner/recording.hpp"

#include "fixtures/registry.hpp"
#include "runner/claims.hpp"
#include "runner/platform.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <iterator>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

std::vector<std::string> ids_of(const std::vector<Property>& all)
{
    std::vector<std::string> ids;
    std::ranges::transform(all, std::back_inserter(ids), &Property::id);
    return ids;
}

void add_survivors(reports::Run& run)
{
    for (const reports::Result& result : run.results)
    {
        for (const reports::Proof& proof : result.proofs)
        {
            if (!proof.killed())
            {
                run.unexpected.push_back(fmt::format("surviving fault: {}: {} ({})", result.id, proof.fault,
                                                     reports::name_of(proof.verdict)));
            }
        }
    }
}

std::string now()
{
    const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

} // namespace

Recording::Recording(const std::vector<std::string>& expect, ReportFiles& files)
    : expect_{expect}, files_{files}, started_{now()}, expectations_{in_force(expect, platform_of_this_system())}
{
}

void Recording::begin(reports::Run header, std::size_t planned)
{
    run_ = std::move(header);
    run_.started = started_;
    if (run_.platform != platform_of_this_system()) // a target's
    {
        expectations_ = in_force(expect_, run_.platform);
    }
    run_.expectations = expectations_.name;
    files_.begin(run_, planned);
}

reports::Result Recording::judged(reports::Result result) const
{
    apply(expectations_, result);
    return result;
}

void Recording::tell(const reports::Result& result)
{
    files_.result(result);
}

void Recording::alive()
{
    files_.alive();
}

reports::Run Recording::conclude(Measured measured)
{
    run_.results = std::move(measured.results);
    run_.partial = measured.partial;
    run_.unexpected = std::move(measured.unexpected);
    apply(expectations_, run_, ids_of(properties()));
    add_survivors(run_);
    run_.claims = judge_claims(run_.results, true);
    run_.milliseconds =
        std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - start_}.count();
    return std::move(run_);
}

} // namespace ipc_conform::runner
