// What the runner's unit tests are made of: properties that no case file declares.
#pragma once

#include "fixtures/registry.hpp"
#include "runner/errors.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace ipc_conform::runner::tests
{

inline Property property(const std::string& id)
{
    Property planted;
    planted.id = id;
    planted.statement = "says " + id;
    planted.level = "shall";
    planted.sources = {"POSIX.1-2024 " + planted.mechanism() + "()"};
    planted.file = "cases/" + planted.mechanism() + "/planted.cpp";
    planted.line = 7;
    return planted;
}

inline std::vector<Property> properties_of(const std::vector<std::string>& ids)
{
    std::vector<Property> all;
    for (const std::string& id : ids)
    {
        all.push_back(property(id));
    }
    return all;
}

/// The text with which something is refused as wrong usage; empty when it is not.
template <class Action>
std::string refusal(Action action)
{
    try
    {
        action();
    }
    catch (const UsageError& error)
    {
        return error.what();
    }
    return {};
}

} // namespace ipc_conform::runner::tests
