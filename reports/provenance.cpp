#include "reports/provenance.hpp"

#include <fmt/format.h>

namespace ipc_conform::reports
{

std::string platform_words(const Platform& platform)
{
    return fmt::format("{} {} {}, {}, sandbox: {}", platform.system, platform.release, platform.machine,
                       platform.libc, platform.sandbox);
}

std::string provenance_of(const Run& run)
{
    return fmt::format("{}  {}; kit {}{}", run.started, platform_words(run.platform), run.kit_version,
                       run.partial ? "; cut short" : "");
}

} // namespace ipc_conform::reports
