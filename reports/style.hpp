// How a text report looks. The runner decides: from the terminal, NO_COLOR and the locale.
#pragma once

#include <cstddef>

namespace ipc_conform::reports
{

struct Style
{
    bool colour = false;     ///< ANSI colours
    bool unicode = true;     ///< characters beyond ASCII, in drawings and in what results say
    std::size_t width = 100; ///< columns that a drawing may take
};

} // namespace ipc_conform::reports
