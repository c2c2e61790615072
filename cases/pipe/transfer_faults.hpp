// Systems that transfer bytes wrongly: misbehaviours of read and write that several cases must notice.
#pragma once

#include "fixtures/os.hpp"
#include "fixtures/wrong_answers.hpp"

#include <cerrno>
#include <cstddef>

namespace ipc_conform::transfer_faults
{

/// Whether a call on this descriptor may wait.
inline bool may_wait(int descriptor)
{
    return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
}

/// A transfer that fails with this error is reported as done.
template <int Error>
inline constexpr auto failure_becomes_success =
    [](auto real, int descriptor, auto* bytes, std::size_t size) -> ssize_t {
    const ssize_t result = real(descriptor, bytes, size);
    return result == -1 && errno == Error ? static_cast<ssize_t>(size) : result;
};

/// A transfer that is done in part is reported as done.
inline constexpr auto part_reported_as_all = [](auto real, int descriptor, auto* bytes,
                                                std::size_t size) -> ssize_t {
    const ssize_t result = real(descriptor, bytes, size);
    return result > 0 ? static_cast<ssize_t>(size) : result;
};

/// A write that is done in part reports this many bytes more than it took.
template <int Difference>
inline constexpr auto part_miscounted =
    [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
    const ssize_t result = real(descriptor, bytes, size);
    return result > 0 && result < static_cast<ssize_t>(size) ? result + Difference : result;
};

/// A transfer that is done in part fails with this error, as if nothing had moved.
template <int Error>
inline constexpr auto part_becomes_failure =
    [](auto real, int descriptor, auto* bytes, std::size_t size) -> ssize_t {
    const ssize_t result = real(descriptor, bytes, size);
    if (result <= 0 || result == static_cast<ssize_t>(size))
    {
        return result;
    }
    errno = Error;
    return -1;
};

/// Comes back to the first process that asks; the others stay in the call as if nothing had woken them.
inline void wake_only_one()
{
    while (!wrong_answer::first_to_come())
    {
        ::pause();
    }
}

} // namespace ipc_conform::transfer_faults
