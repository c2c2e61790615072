// How a process tells another a number: through a pipe, in one piece.
#pragma once

#include "fixtures/arrange.hpp"
#include "fixtures/os.hpp"

namespace ipc_conform
{

/// Writes the number; set-up, so a failure ends the case.
inline void tell(int write_end, int number)
{
    set_up(os::write(write_end, &number, sizeof number) == sizeof number);
}

/// Waits for a number and returns it; set-up likewise.
inline int hear(int read_end)
{
    int number = 0;
    set_up(os::read(read_end, &number, sizeof number) == sizeof number);
    return number;
}

} // namespace ipc_conform
