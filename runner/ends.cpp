#include "runner/ends.hpp"

#include <array>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

Ends closed_on_execution(int made, const std::array<int, 2>& numbers)
{
    if (made != 0)
    {
        return {};
    }
    for (const int number : numbers)
    {
        ::fcntl(number, F_SETFD, FD_CLOEXEC);
    }
    return {Descriptor{numbers[0]}, Descriptor{numbers[1]}};
}

} // namespace

Ends pipe_ends()
{
    std::array<int, 2> numbers{-1, -1};
    const int made = ::pipe(numbers.data());
    return closed_on_execution(made, numbers);
}

Ends socket_ends()
{
    std::array<int, 2> numbers{-1, -1};
    const int made = ::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, numbers.data());
    return closed_on_execution(made, numbers);
}

} // namespace ipc_conform::runner
