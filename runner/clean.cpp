#include "runner/clean.hpp"

#include "fixtures/journal_reader.hpp"
#include "reports/printable.hpp"
#include "runner/processes.hpp"
#include "runner/remains.hpp"
#include "runner/workspace.hpp"

#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

// Killing one may leave another that it had just started, so look until there is nothing.
void end_processes(const std::string& mark, std::vector<reports::Leak>& removed)
{
    for (bool found = true; found;)
    {
        found = false;
        // Its journal first: whoever has it mapped no longer, because he has executed the kit, is marked by then.
        std::vector<pid_t> processes = processes_mapping(mark + "/");
        const std::vector<pid_t> marked = marked_processes(journal::environment_case, mark + "/");
        processes.insert(processes.end(), marked.begin(), marked.end());
        for (const pid_t pid : processes)
        {
            if (is_zombie(pid) || ::kill(pid, 0) != 0) // or it is in both lists, and gone
            {
                continue;
            }
            removed.push_back({"process", fmt::format("{} ({})", pid, command_of(pid))});
            end_process(pid);
            found = true;
        }
    }
}

void remove_objects_of(const std::string& journal_path, std::vector<reports::Leak>& removed)
{
    const int descriptor = ::open(journal_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
    {
        return;
    }
    const std::vector<reports::Leak> objects = remove_objects(journal::Reader{descriptor}.records());
    removed.insert(removed.end(), objects.begin(), objects.end());
    ::close(descriptor);
}

} // namespace

std::vector<reports::Leak> clean_run(const std::string& folder, const std::string& mark)
{
    std::vector<reports::Leak> removed;
    end_processes(mark, removed);
    for (const std::string& journal : journals_in(folder))
    {
        remove_objects_of(journal, removed);
    }
    return removed;
}

std::vector<reports::Leak> clean_dead_runs()
{
    std::vector<reports::Leak> removed;
    for (const DeadWorkspace& dead : dead_workspaces())
    {
        const std::vector<reports::Leak> remains = clean_run(dead.folder(), dead.folder());
        removed.insert(removed.end(), remains.begin(), remains.end());
        dead.remove();
        removed.push_back({"folder", dead.folder()});
    }
    return removed;
}

std::string clean_text(const std::vector<reports::Leak>& removed)
{
    if (removed.empty())
    {
        return "nothing to clean: no killed run of this user has left anything\n";
    }
    std::string text;
    for (const reports::Leak& leak : removed)
    {
        text += fmt::format("removed {}: {}\n", leak.kind, reports::printable(leak.name));
    }
    return text;
}

} // namespace ipc_conform::runner
