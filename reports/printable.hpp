// Text from results made safe for a terminal.
//
// What a result says may come from the system under test: error texts, names, a case's output. None of
// it may move the cursor, recolour the screen or reorder the line it stands on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ipc_conform::reports
{

/// The text on one line: control characters, line ends among them, and characters that are invisible or
/// change the direction of writing are escaped (`\n`, `\x1b`, `\u202e`); invalid UTF-8 becomes U+FFFD.
/// Without unicode, everything beyond ASCII is escaped as well ("…" becomes "...").
std::string printable(std::string_view text, bool unicode = true);

/// Valid UTF-8 cut to a number of columns; the end of what was cut is marked with an ellipsis.
std::string shortened(std::string_view text, std::size_t columns, bool unicode = true);

/// The same with the middle taken out: of a call, the name and the result stay.
std::string shortened_in_the_middle(std::string_view text, std::size_t columns, bool unicode = true);

} // namespace ipc_conform::reports
