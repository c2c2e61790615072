// What stands around this process: capabilities, namespaces, mounts. For the doctor.
#pragma once

#include "runner/platform.hpp"
#include "runner/remedies.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// A set of Linux capabilities in words: "all", "none", "all but sys_time", or "ipc_owner, sys_ptrace". `last`:
/// the highest that the kernel knows.
std::string capabilities_in_words(std::uint64_t set, unsigned last);

/// Where a path's files live.
struct Mount
{
    std::string path;
    std::string mounted_on; ///< the mount that holds the path; the path itself when it is one
    std::string file_system;
    std::string options;
    std::optional<std::uint64_t> size; ///< bytes
    std::optional<std::uint64_t> available;
};

/// What /proc/self/mountinfo says of a path: everything but the sizes. Nothing when it says nothing.
std::optional<Mount> mount_in(std::string_view mountinfo, const std::string& path);

/// The same for a path that exists on this system, with its sizes.
std::optional<Mount> mount_of(const std::string& path);

/// seccomp mode, capabilities, security label, user id map: name and value in words.
NamedValues restrictions_of_this_process();
/// "ipc" -> "ipc:[4026531839] (the initial one)"
NamedValues namespaces_of_this_process();
Confinement confinement_of_this_process(const std::string& sandbox);

} // namespace ipc_conform::runner
