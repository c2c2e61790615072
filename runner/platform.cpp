#include "runner/platform.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>
#if defined(__linux__)
#include <features.h>
#endif
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

namespace ipc_conform::runner
{
namespace
{

std::string libc()
{
#if defined(__GLIBC__)
    return fmt::format("glibc {}", ::gnu_get_libc_version());
#elif defined(__BIONIC__)
    return "bionic";
#elif defined(__linux__)
    return "musl"; // it tells neither its name nor its version, and no other C library is like that
#elif defined(__APPLE__)
    return "libSystem"; // its version is the system's
#else
    return "the system's";
#endif
}

reports::Platform look_around()
{
    utsname names{};
    ::uname(&names);
    const Sandbox sandbox = sandbox_in(real_surroundings());
    return {.system = names.sysname,
            .release = names.release,
            .version = names.version,
            .machine = names.machine,
            .libc = libc(),
            .processors = ::sysconf(_SC_NPROCESSORS_ONLN),
            .user_id = ::geteuid(),
            .sandbox = sandbox.name,
            .hints = sandbox.hints,
            .limits = limits_of_this_system()};
}

} // namespace

// Looked at once: a run asks several times, and the kernel's log alone takes half a millisecond.
const reports::Platform& platform_of_this_system()
{
    static const reports::Platform here = look_around();
    return here;
}

} // namespace ipc_conform::runner
