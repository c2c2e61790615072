// Systems whose attaches are not what they seem: misbehaviours of shmat() that several cases must notice.
#pragma once

#include "fixtures/os.hpp"

#include <cstring>

namespace ipc_conform::attach_faults
{

/// What an attach is on a system that shares nothing: the segment's bytes as they are now, in private memory.
inline void* private_copy(int id, void* address)
{
    shmid_ds state{};
    ::shmctl(id, IPC_STAT, &state);
    void* const copy =
        ::mmap(nullptr, state.shm_segsz, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memcpy(copy, address, state.shm_segsz);
    ::shmdt(address);
    return copy;
}

/// All attaches but the first are copies.
inline constexpr auto copy_per_attach = [](auto real, int id, const void* wish, int flags) -> void* {
    void* const address = real(id, wish, flags);
    shmid_ds state{};
    ::shmctl(id, IPC_STAT, &state);
    return state.shm_nattch > 1 ? private_copy(id, address) : address;
};

} // namespace ipc_conform::attach_faults
