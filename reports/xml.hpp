// Text for XML 1.0 documents.
#pragma once

#include <string>
#include <string_view>

namespace ipc_conform::reports
{

/// The text as it may stand in an element. Invalid UTF-8 and the characters that XML 1.0 cannot hold in any form
/// (U+FFFE, U+FFFF) become U+FFFD; control characters become their pictures (U+2400 and following).
std::string xml_text(std::string_view text);

/// The text as it may stand in an attribute within double quotes. Line ends and tabs are written as references,
/// since a parser would turn them into spaces.
std::string xml_attribute(std::string_view text);

} // namespace ipc_conform::reports
