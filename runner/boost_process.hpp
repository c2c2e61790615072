// Boost.Process v2, as far as the kit uses it. Its 1.81 headers lean on two others that they do not include
// when std::filesystem is chosen.
#pragma once

#include <boost/optional.hpp>
#include <boost/type_traits.hpp>

#include <boost/process/v2/posix/vfork_launcher.hpp>
#include <boost/process/v2/process.hpp>
