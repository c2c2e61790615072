// Systems whose mappings are not what they seem: misbehaviours of mmap() that several cases must notice.
#pragma once

#include "fixtures/os.hpp"

namespace ipc_conform::mapping_faults
{

/// A shared mapping is made as a private one.
inline constexpr auto private_copy = [](auto real, void* hint, std::size_t size, int protection, int flags,
                                        int descriptor, off_t offset) -> void* {
    return real(hint, size, protection, (flags & ~MAP_SHARED) | MAP_PRIVATE, descriptor, offset);
};

/// A mapping holds the bytes that the file has when it is mapped, and has nothing to do with it afterwards.
inline constexpr auto snapshot = [](auto real, void* hint, std::size_t size, int /*protection*/, int /*flags*/,
                                    int descriptor, off_t offset) -> void* {
    void* address = real(hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ::pread(descriptor, address, size, offset) == -1 ? MAP_FAILED : address;
};

/// The mapping made last in this process, for misbehaviours of later calls.
struct LatestMapping
{
    void* address = nullptr;
    std::size_t size = 0;
    int descriptor = -1;
    off_t offset = 0;
};
inline LatestMapping latest;

inline constexpr auto remembered = [](auto real, void* hint, std::size_t size, int protection, int flags,
                                      int descriptor, off_t offset) -> void* {
    void* address = real(hint, size, protection, flags, descriptor, offset);
    latest = {.address = address, .size = size, .descriptor = descriptor, .offset = offset};
    return address;
};

} // namespace ipc_conform::mapping_faults
