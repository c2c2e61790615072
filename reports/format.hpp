// The formats that a run can be written in once it has ended, as one table: the command line's options, the files
// of a run and the rendering of a stored one all follow from it.
#pragma once

#include "reports/model.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ipc_conform::reports
{

struct Format
{
    std::string_view name;      ///< as the option has it: --NAME FILE
    std::string_view extension; ///< of a file that is named by its platform
    std::string_view purpose;
    std::string (*render)(const Run& run);
};

std::span<const Format> formats();

/// The format of that name, or null.
const Format* format_named(std::string_view name);

/// A file name without extension that tells the run's platform: "Linux-6.1.0-13-amd64-x86_64-glibc-2.36". Letters,
/// digits, dots and dashes only, whatever the report says.
std::string platform_file_name(const Platform& platform);

} // namespace ipc_conform::reports
