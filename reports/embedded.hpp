// Files compiled into the program (cmake/embed.cmake), so that one executable is the whole kit.
#pragma once

#include <span>
#include <string_view>

namespace ipc_conform::reports::embedded
{

struct File
{
    std::string_view name; ///< without its folder
    std::string_view content;
    std::string_view sha256; ///< of the content, in hexadecimal digits
};

/// The files of reports/page/: style sheets and scripts of the HTML pages.
std::span<const File> page();

} // namespace ipc_conform::reports::embedded
