// A system that misbehaves, for whatever program it is preloaded into: of three bytes, read() gives two at most,
// and of one that is not there it says that the data has ended. No other size is touched, so that programs still
// start.
#include <cerrno>
#include <cstddef>
#include <sys/types.h>
#include <sys/uio.h>

extern "C" ssize_t read(int descriptor, void* bytes, std::size_t size)
{
    const iovec room{bytes, size == 3 ? 2 : size};
    const ssize_t got = ::readv(descriptor, &room, 1);
    return got == -1 && errno == EAGAIN && size == 1 ? 0 : got;
}
