// A few planted properties, to select from.
#pragma once

#include "runner/selection.hpp"
#include "runner/tests/planted.hpp"

#include <string>
#include <vector>

namespace ipc_conform::runner::tests
{

inline const std::vector<Property>& all()
{
    static const std::vector<Property> planted =
        properties_of({"pipe.read-empty-blocks", "pipe.read-empty-nonblock", "pipe.byte-stream",
                       "sysv-msg.persist", "sysv-shm.persist", "posix-shm.resize-again"});
    return planted;
}

inline std::vector<std::string> ids(const Selection& selection)
{
    std::vector<std::string> names;
    for (const Property* property : selection)
    {
        names.push_back(property->id);
    }
    return names;
}

} // namespace ipc_conform::runner::tests
