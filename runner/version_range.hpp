// Ranges of versions, as expectations give them: ">=5.14 <6.2".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// Bounds on a version, all of which must hold. Versions are compared number by number, by as many numbers as the
/// bound has: 6.1.52 is "<=6.1", "=6.1" and not ">6.1". A number that the version lacks is 0.
class VersionRange
{
public:
    /// Reads bounds separated by spaces: <, <=, =, >= or >, then numbers with dots between them; a version alone
    /// means =. Nothing for any other text.
    static std::optional<VersionRange> parse(std::string_view text);

    /// Whether the version is in the range. What follows its numbers does not count ("6.1.0-13-amd64" is 6.1.0); a
    /// version without any is in no range.
    [[nodiscard]] bool holds(std::string_view version) const;

    /// The range as it was written, without the spaces before it.
    [[nodiscard]] const std::string& text() const
    {
        return text_;
    }

    friend bool operator==(const VersionRange&, const VersionRange&) = default;

private:
    struct Bound
    {
        std::string_view relation; ///< one of the literals above
        std::vector<std::uint64_t> numbers;

        [[nodiscard]] bool holds(std::vector<std::uint64_t> version) const;
        friend bool operator==(const Bound&, const Bound&) = default;
    };

    std::string text_;
    std::vector<Bound> bounds_;
};

} // namespace ipc_conform::runner
