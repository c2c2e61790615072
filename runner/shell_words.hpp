// Command lines as people type them: one text into words, and words back into a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ipc_conform::runner
{

/// Splits as a shell does: at blanks, save within quotes and behind a backslash. Nothing is expanded or
/// redirected: `sh -c 'exec ssh "$HOST" "$@"' sh` is a prefix for what needs a shell. Throws UsageError when a
/// quote is not closed or nothing stands behind the last backslash.
std::vector<std::string> shell_words(std::string_view text);

/// The word as a shell has to be given it: in quotes when it needs them.
std::string shell_quoted(const std::string& word);

} // namespace ipc_conform::runner
