// The two ends of something between this process and one that it starts.
#pragma once

#include "fixtures/descriptors.hpp"

namespace ipc_conform::runner
{

/// Both are closed when a program is executed: whoever is to have one gets it by another number.
struct Ends
{
    Descriptor ours;
    Descriptor theirs;
};

/// A pipe that we read. Without one both ends are -1, and errno says why.
Ends pipe_ends();

/// Two connected sockets that keep messages apart and tell of the other end's close; as above.
Ends socket_ends();

} // namespace ipc_conform::runner
