// Calls that are refused, for planted cases.
#pragma once

#include "fixtures/call.hpp"

#include <cerrno>

/// A function that fails with this error, to be made a traced Call.
template <int Error>
int refuse()
{
    errno = Error;
    return -1;
}
