// Systems that answer without doing: misbehaviours that fit any call which returns -1 and sets errno.
#pragma once

#include "fixtures/os.hpp"

namespace ipc_conform::wrong_answer
{

/// The call fails with this error, always.
template <int Error>
inline constexpr auto failing_with = [](auto /*real*/, auto... /*arguments*/) {
    errno = Error;
    return -1;
};

/// The call succeeds with this result, and nothing has been done.
template <int Result>
inline constexpr auto returning = [](auto /*real*/, auto... /*arguments*/) { return Result; };

/// The call is made; where it fails with `Due`, it says `Told`.
template <int Due, int Told>
inline constexpr auto misreporting = [](auto real, auto... arguments) {
    const auto result = real(arguments...);
    errno = result == -1 && errno == Due ? Told : errno;
    return result;
};

/// The call is made; where it fails with `Due`, it says that it succeeded with `Result`.
template <int Due, int Result>
inline constexpr auto hiding = [](auto real, auto... arguments) {
    const auto seen = real(arguments...);
    return seen == -1 && errno == Due ? static_cast<decltype(real(arguments...))>(Result) : seen;
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
