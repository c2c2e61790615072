// The source of a case with the bodies it shares with others.
#pragma once

#include "fixtures/case_sources.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ipc_conform::runner
{

/// The TEST_CASE (or UNTESTED) that stands at that line, behind the includes of its file and whatever it uses,
/// directly or not, of its own file and of the headers of cases that it includes; each part under a comment that
/// says where it stands. Empty when the file is not among `files` or nothing stands there.
std::string case_source(std::span<const SourceFile> files, std::string_view path, int line);

} // namespace ipc_conform::runner
