// Explanation: all that the kit knows about one property.
#pragma once

#include "fixtures/registry.hpp"
#include "runner/claims.hpp"
#include "runner/expectations.hpp"

#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// A system that the kit knows.
struct KnownSystem
{
    std::string name;          ///< as uname() tells it
    bool has_run = false;      ///< whether the kit has ever run there; otherwise what it expects is read, not seen
    Expectations expectations; ///< its known departures
};

/// What is known of properties beyond their own declarations.
struct Knowledge
{
    std::vector<KnownSystem> systems;
    std::vector<ClaimRule> claims;
};

/// Statement, what its level means, sources, how it is observed, its faults, what each system is expected to
/// answer, the claims it decides, where the case stands, and how to run and prove it.
std::string explanation(const Property& property, const Knowledge& knowledge);

/// The property of that id. Throws UsageError with the nearest ids for an unknown one.
const Property& property_named(const std::string& id);

/// The same for an id of this program, with the kit's own knowledge. Throws UsageError with the nearest ids for an
/// unknown one.
std::string explanation(const std::string& id);

} // namespace ipc_conform::runner
