#include "runner/doctor.hpp"

#include "fixtures/error_names.hpp"
#include "runner/facilities.hpp"

#include <csignal>
#include <fmt/format.h>

namespace ipc_conform::runner
{
namespace
{

constexpr const char* paths[] = {"/dev/shm", "/dev/mqueue", "/tmp", "/proc", "/sys", "/"};

std::string in_words(const Refusal& refusal)
{
    return refusal.ended.empty() ? fmt::format("{}: {}", refusal.call, name_of_error(refusal.error))
                                 : refusal.ended;
}

} // namespace

Diagnosis diagnose()
{
    std::signal(SIGXFSZ, SIG_IGN); // beyond RLIMIT_FSIZE a facility then fails, which can be told
    Diagnosis diagnosis;
    diagnosis.platform = platform_of_this_system();
    diagnosis.restrictions = restrictions_of_this_process();
    diagnosis.namespaces = namespaces_of_this_process();
    for (const char* path : paths)
    {
        diagnosis.mounts.emplace_back(path, mount_of(path));
    }
    const Confinement confinement = confinement_of_this_process(diagnosis.platform.sandbox);
    for (const Facility& facility : facilities())
    {
        const auto refusal = refusal_of(facility);
        diagnosis.facilities.emplace_back(facility.name, refusal ? in_words(*refusal) : "works");
        if (refusal && !facility.mechanisms.empty())
        {
            diagnosis.impediments.push_back(
                impediment_of(facility, *refusal, confinement, diagnosis.platform.limits));
        }
    }
    for (Impediment& further : further_impediments(diagnosis.platform.limits, diagnosis.platform.sandbox, ""))
    {
        diagnosis.impediments.push_back(std::move(further));
    }
    return diagnosis;
}

std::string doctor_text()
{
    return doctor_text(diagnose(), properties());
}

std::string doctor_json()
{
    return doctor_json(diagnose());
}

} // namespace ipc_conform::runner
