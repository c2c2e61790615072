// Selection: from the patterns of a command line to the properties they mean.
#pragma once

#include "fixtures/registry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

using Selection = std::vector<const Property*>;

/// Whether the whole text fits a glob: `*` stands for any characters, `?` for one.
bool matches(std::string_view glob, std::string_view text);

/// The properties that any of the patterns means, in the order of `all`, each once. A pattern is an id, a
/// glob over ids ("pipe.*", "*.persist") or the bare name of a mechanism ("pipe"). No patterns at all mean
/// everything. Throws UsageError with the nearest ids when a pattern means nothing.
Selection select(const std::vector<Property>& all, const std::vector<std::string>& patterns);

/// Those of the candidates that someone who typed `wanted` probably meant, best first, at most five: near by
/// edit distance (of the whole, or of its beginning), or one a part of the other.
std::vector<std::string> nearest_ids(const std::vector<std::string>& candidates, std::string_view wanted);

/// "; nearest: pipe, pipe.byte-stream", or nothing: how every message that names an unknown id goes on.
std::string nearest_text(const std::vector<std::string>& candidates, std::string_view wanted);

} // namespace ipc_conform::runner
