// The doctor: is it the kernel, or this sandbox and its limits? What is denied or missing here, what that
// disables, and the exact remedy.
#pragma once

#include "fixtures/registry.hpp"
#include "runner/remedies.hpp"
#include "runner/surroundings.hpp"

#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// Everything the doctor found out.
struct Diagnosis
{
    reports::Platform platform;
    NamedValues restrictions;
    NamedValues namespaces;
    std::vector<std::pair<std::string, std::optional<Mount>>> mounts; ///< nothing: the path does not exist
    NamedValues facilities;                                           ///< name -> "works", or "mq_open: ENOSYS"
    std::vector<Impediment> impediments;
};

/// Looks at this system by harmless calls; leaves nothing behind.
Diagnosis diagnose();

/// For a person. Mechanisms are told with the number of their properties among `known`.
std::string doctor_text(const Diagnosis& diagnosis, const std::vector<Property>& known);
/// One JSON object: platform, restrictions, namespaces, mounts, facilities, impediments.
std::string doctor_json(const Diagnosis& diagnosis);

/// The same for this system and this program's properties.
std::string doctor_text();
std::string doctor_json();

} // namespace ipc_conform::runner
