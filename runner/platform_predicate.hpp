// Platform predicates: on which platforms an expectation holds.
#pragma once

#include "reports/model.hpp"
#include "runner/version_range.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// A C library, and which of its versions.
struct LibcRange
{
    std::string name;
    std::optional<VersionRange> versions;

    /// Reads "musl" or "glibc <2.38"; nothing for any other text.
    static std::optional<LibcRange> parse(std::string_view text);
    /// Whether the library, as a platform tells it ("glibc 2.36"), is one of these. Without a version it is in no
    /// range of versions.
    [[nodiscard]] bool holds(std::string_view libc) const;

    friend bool operator==(const LibcRange&, const LibcRange&) = default;
};

/// What a platform must be; all that is given must hold, so that nothing given holds everywhere. Names are
/// compared without regard to the case of ASCII letters.
struct PlatformPredicate
{
    std::string system;                  ///< by uname's name: "Linux", "Darwin"; empty: any
    std::optional<VersionRange> release; ///< of the kernel
    /// A glob over the sandbox as the platform tells it, or over one of the words of that: "container (docker)" is
    /// "container*", "container" and "docker". Empty: any, and none.
    std::string sandbox;
    std::optional<LibcRange> libc;

    [[nodiscard]] bool holds(const reports::Platform& platform) const;

    friend bool operator==(const PlatformPredicate&, const PlatformPredicate&) = default;
};

/// "system Linux, release >=5.14 <6.2"; empty for one that holds everywhere.
std::string text_of(const PlatformPredicate& predicate);

} // namespace ipc_conform::runner
