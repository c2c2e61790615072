#include "runner/boost_process.hpp"

#include <boost/process/v2/src.hpp> // its own code, once
