// Files compiled into the program (cmake/embed.cmake), so that one executable is the whole kit.
#pragma once

#include "reports/embedded.hpp"

#include <span>

namespace ipc_conform::runner::embedded
{

using reports::embedded::File;

/// The files of reports/expectations/.
std::span<const File> expectations();

/// cases/claims.toml.
std::span<const File> claims();

} // namespace ipc_conform::runner::embedded
