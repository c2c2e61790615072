#include "runner/strays.hpp"

#include "runner/processes.hpp"
#include "runner/remains.hpp"

#include <algorithm>
#include <utility>

namespace ipc_conform::runner
{

Strays::Strays(std::string name, std::string value_prefix)
    : name_{std::move(name)}, value_prefix_{std::move(value_prefix)}, had_children_{!all().empty()}
{
}

bool Strays::any() const
{
    return !had_children_ && !std::ranges::all_of(all(), is_zombie);
}

void Strays::end() const
{
    constexpr int generations = 100; // ending one makes orphans of its children
    for (int turn = 0; turn < generations && !had_children_ && !all().empty(); ++turn)
    {
        std::ranges::for_each(all(), end_process);
    }
}

std::vector<pid_t> Strays::all() const
{
    return possible_orphans(name_, value_prefix_);
}

} // namespace ipc_conform::runner
