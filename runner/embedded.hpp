// Files compiled into the program (cmake/embed.cmake), so that one executable is the whole kit.
#pragma once

#include <span>
#include <string_view>

namespace ipc_conform::runner::embedded
{

struct File
{
    std::string_view name; ///< without its folder
    std::string_view content;
};

/// The files of reports/expectations/.
std::span<const File> expectations();

/// cases/claims.toml.
std::span<const File> claims();

} // namespace ipc_conform::runner::embedded
