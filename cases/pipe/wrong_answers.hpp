// Systems that answer without doing: misbehaviours that fit any call which returns -1 and sets errno.
#pragma once

#include "fixtures/os.hpp"

namespace ipc_conform::wrong_answer
{

/// The call fails with this error, always.
template <int error>
inline constexpr auto failing_with = [](auto /*real*/, auto... /*arguments*/) {
    errno = error;
    return -1;
};

/// The call succeeds with this result, and nothing has been done.
template <int result>
inline constexpr auto returning = [](auto /*real*/, auto... /*arguments*/) { return result; };

/// The call is made; where it fails with `due`, it says `told`.
template <int due, int told>
inline constexpr auto misreporting = [](auto real, auto... arguments) {
    const auto result = real(arguments...);
    errno = result == -1 && errno == due ? told : errno;
    return result;
};

/// The call is made; where it fails with `due`, it says that it succeeded with this result.
template <int due, int result>
inline constexpr auto hiding = [](auto real, auto... arguments) {
    const auto seen = real(arguments...);
    return seen == -1 && errno == due ? static_cast<decltype(seen)>(result) : seen;
};

/// The call is made; where it fails, a descriptor stays behind.
inline constexpr auto leaking = [](auto real, auto... arguments) {
    const auto result = real(arguments...);
    if (result == -1)
    {
        const int error = errno;
        ::fcntl(STDIN_FILENO, F_DUPFD, 3);
        errno = error;
    }
    return result;
};

} // namespace ipc_conform::wrong_answer
