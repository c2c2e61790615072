// Recorded calls, read back from a timeline's text.
#pragma once

#include "reports/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ipc_conform::runner
{

/// An address whose target is not on record.
struct UnknownTarget
{
};
/// "[4, 5]"
struct DescriptorPair
{
    std::int64_t first = 0;
    std::int64_t second = 0;
};
using RecordedArgument = std::variant<std::int64_t, UnknownTarget, DescriptorPair>;

/// A call that has returned.
struct RecordedCall
{
    std::string text; ///< "read(3, …, 1) = 1", of the characters that calls consist of
    std::string name;
    std::vector<RecordedArgument> arguments;
    std::int64_t result = 0;
    std::string error; ///< "EAGAIN"; empty when it succeeded
};

/// Nothing for a call that has not returned, or has an argument that is only partly on record (a text, null). The
/// text may come from a report: whatever it holds, what is returned is well-formed.
std::optional<RecordedCall> recorded_call(const reports::TimedCall& call);

/// Whether that is how errno's values are called: "EAGAIN".
bool names_an_error(std::string_view text);

/// The whole text as a decimal number.
std::optional<std::int64_t> whole_number(std::string_view text);

} // namespace ipc_conform::runner
