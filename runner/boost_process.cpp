#include "runner/boost_process.hpp"

#if defined(__linux__) && !defined(__GLIBC__)
#include <sys/syscall.h>
#include <unistd.h>

// Boost's code calls it where the kernel's headers know it; musl has none.
static int close_range(unsigned first, unsigned last, unsigned flags)
{
    return static_cast<int>(::syscall(SYS_close_range, first, last, flags));
}
#endif

#include <boost/process/v2/src.hpp> // its own code, once
