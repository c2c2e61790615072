#include "runner/fork_request.hpp"

#include <vector>

namespace ipc_conform::runner
{

std::string packed(const LaunchPlan& plan)
{
    std::string request;
    const auto add = [&](const std::string& word) { request.append(word).push_back('\0'); };
    add(plan.folder);
    add(plan.name.id);
    add(plan.name.fault);
    for (const auto& [name, value] : plan.environment)
    {
        add(name);
        add(value);
    }
    return request;
}

LaunchPlan unpacked(std::string_view request)
{
    std::vector<std::string> words;
    for (std::size_t end = 0; (end = request.find('\0')) != std::string_view::npos; request.remove_prefix(end + 1))
    {
        words.emplace_back(request.substr(0, end));
    }
    constexpr std::size_t fixed = 3;
    LaunchPlan plan{.purpose = "a case", .words = {}, .name = {"", "-"}, .environment = {}, .folder = {}};
    if (!request.empty() || words.size() < fixed || words.size() % 2 != fixed % 2)
    {
        return plan;
    }
    plan.folder = words[0];
    plan.name = {words[1], words[2]};
    for (std::size_t index = fixed; index < words.size(); index += 2)
    {
        plan.environment.emplace_back(words[index], words[index + 1]);
    }
    return plan;
}

} // namespace ipc_conform::runner
