// Processes that shed their session and their mark: they belong to nothing that could be named, but came from what
// this process has started.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner
{

/// All that becomes a child of this process from now on, or what possible_orphans() says of `name` and
/// `value_prefix`. Nothing, if this process already has children: they are not to be told apart.
class Strays
{
public:
    Strays(std::string name, std::string value_prefix);

    /// Whether one of them still runs.
    [[nodiscard]] bool any() const;
    /// Ends them for good, and those whom that makes orphans.
    void end() const;

private:
    [[nodiscard]] std::vector<pid_t> all() const;

    std::string name_;
    std::string value_prefix_;
    bool had_children_;
};

} // namespace ipc_conform::runner
