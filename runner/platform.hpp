// Platform: where the kit runs, as every report tells it.
#pragma once

#include "reports/model.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// This system, its limits, and what surrounds this process. Calls nothing that needs a privilege, and
/// leaves nothing behind.
const reports::Platform& platform_of_this_system();

/// The limits that decide what IPC can do here: name and value. A limit that this system does not have, or
/// hides, is left out.
NamedValues limits_of_this_system();

/// What surrounds this process.
struct Sandbox
{
    std::string name = "none"; ///< "container (docker)", "gVisor", "WSL", "user namespace", …
    NamedValues hints;         ///< what was seen, telling or not: "/.dockerenv" -> "present"
};

/// Where Sandbox looks, so that a test can plant what it finds.
struct Surroundings
{
    std::string root; ///< stands before every path; empty for the real ones
    std::function<const char*(const char*)> environment;
    std::function<std::string()> kernel_log; ///< what the kernel lets this process read of it
};

/// What really surrounds this process.
Surroundings real_surroundings();

Sandbox sandbox_in(const Surroundings& surroundings);

} // namespace ipc_conform::runner
