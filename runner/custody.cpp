#include "runner/custody.hpp"

#include "fixtures/execution.hpp"
#include "fixtures/shake.hpp"
#include "runner/processes.hpp"
#include "runner/remains.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipc_conform::runner
{

Custody::Custody(const SupervisorOptions& options, ScratchSpaces& spaces, const Task& task, std::size_t number)
    : options_{options},
      task_{task},
      number_{number},
      spaces_{spaces},
      scratch_{spaces.take()},
      mark_{fmt::format("{}/{}", options.mark, number)},
      started_{std::chrono::steady_clock::now()}
{
    scratch_->begin(options.seed, task.deadline);
}

Custody::~Custody()
{
    if (pid_ > 0)
    {
        abandon();
    }
    else
    {
        kill(); // where only its starter can
    }
}

// The open journal tells what there is to remove, also when it has no name, or somebody has removed that.
void Custody::abandon()
{
    try
    {
        kill();
        static_cast<void>(end_orphans({pid_}));
        static_cast<void>(end_named(journal::Reader{scratch_->journal()}, {pid_}));
        end_process(pid_);
        remove_objects(journal::Reader{scratch_->journal()}.records());
    }
    catch (const std::exception&) // no memory even for that: a later clean finds what is left
    {
    }
}

LaunchPlan Custody::plan(int output) const
{
    LaunchPlan plan{
        .purpose = "a case",
        .words = {},
        .name = {task_.property->id, task_.fault ? std::to_string(*task_.fault) : "-"},
        .environment = {{journal::environment_case, mark_},
                        {journal::environment_program, options_.program},
                        {journal::environment_disk, options_.disk}},
        .folder = folder(),
        .journal = scratch_->journal(),
        .output = output,
        .errors = output,
    };
    if (!options_.program.empty())
    {
        plan.words = words_to_execute(options_.program);
        plan.words.insert(plan.words.end(), {"case", plan.name.id, plan.name.fault});
    }
    if (options_.thorough)
    {
        plan.environment.emplace_back(journal::environment_thorough, "yes");
    }
    if (options_.shake && !task_.property->alone) // what measures time would measure the shaking
    {
        plan.environment.emplace_back(shake::environment_seed, std::to_string(*options_.shake));
    }
    return plan;
}

void Custody::kill() const
{
    if (pid_ > 0) // concluded, it has no number: -1 would mean every process there is
    {
        kill_with_group(pid_);
    }
    else if (kill_)
    {
        kill_();
    }
}

void Custody::give_up()
{
    timed_out_ = true;
    const journal::Reader journal{scratch_->journal()};
    for (const journal::Lane* lane : journal.lanes())
    {
        const pid_t pid = lane->pid.load();
        if (lane->state.load() == journal::LaneState::running && pid > 0)
        {
            stuck_.emplace_back(pid, kernel_state_of(pid));
        }
    }
    kill();
}

// What was forked and not executed shows no mark; but where nothing is executed, one case runs at a time.
bool Custody::is_mine(pid_t pid) const
{
    return options_.program.empty() || ::getsid(pid) == pid_
           || is_marked(pid, journal::environment_case, mark_ + '\0');
}

// A stranger that has done its last step may still be on its way out: that is no leak.
bool Custody::has_finished(pid_t pid) const
{
    const journal::Reader journal{scratch_->journal()};
    const std::vector<const journal::Lane*> lanes = journal.lanes();
    return std::ranges::any_of(lanes, [pid](const journal::Lane* lane) {
        return lane->pid.load() == pid && lane->state.load() != journal::LaneState::running;
    });
}

// Killing one makes orphans of its children, which then are there to be seen; so look until there is nothing.
std::vector<reports::Leak> Custody::end_orphans(const std::vector<pid_t>& others) const
{
    std::vector<reports::Leak> ended;
    for (bool found = true; found;)
    {
        found = false;
        for (const pid_t orphan : possible_orphans(journal::environment_case, mark_ + '\0'))
        {
            if (std::ranges::find(others, orphan) != others.end() || !is_mine(orphan))
            {
                continue;
            }
            if (!has_finished(orphan) && !is_zombie(orphan))
            {
                ended.push_back({"process", fmt::format("{} ({})", orphan, command_of(orphan))});
            }
            end_process(orphan);
            found = true;
        }
    }
    if (pid_ > 0)
    {
        ::kill(-pid_, SIGKILL); // what a system without a view of processes could not show
    }
    return ended;
}

// Those that the journal names.
std::vector<reports::Leak> Custody::end_named(const journal::Reader& journal,
                                              const std::vector<pid_t>& others) const
{
    std::vector<reports::Leak> ended;
    for (const journal::Lane* lane : journal.lanes())
    {
        const pid_t pid = lane->pid.load();
        const bool running = lane->state.load() == journal::LaneState::running;
        if (!running || pid <= 0 || pid == pid_ || std::ranges::find(others, pid) != others.end())
        {
            continue;
        }
        const pid_t waited = ::waitpid(pid, nullptr, WNOHANG);
        if (waited != -1) // a child of ours: also one that has come to us as an orphan
        {
            ended.push_back({"process", fmt::format("{} ({})", pid, lane->process.data())});
        }
        if (waited == 0)
        {
            end_process(pid);
        }
    }
    return ended;
}

Execution Custody::conclude(pid_t pid, int status, const std::vector<pid_t>& others)
{
    pid_ = pid;
    kill_ = nullptr;
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - started_;
    Execution execution;
    execution.task = task_;
    execution.status = status;
    // A kit that was held up itself (stopped, or its machine paused) finds end and deadline together.
    execution.timed_out = timed_out_ && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    execution.milliseconds = taken.count();
    if (execution.timed_out)
    {
        execution.stuck = std::move(stuck_);
    }
    const auto charge = [&](const std::vector<reports::Leak>& leaks) {
        execution.leaks.insert(execution.leaks.end(), leaks.begin(), leaks.end());
    };
    charge(end_orphans(others));
    execution.journal = std::make_unique<journal::Reader>(scratch_->journal());
    if (const std::vector<reports::Leak> ended = end_named(*execution.journal, others); !ended.empty())
    {
        charge(ended);
        execution.journal = std::make_unique<journal::Reader>(scratch_->journal()); // until then they wrote
    }
    if (execution.was_killed())
    {
        execution.leaks.clear(); // the processes of a killed case are killed with it
    }
    pid_ = -1;
    charge(remove_objects(execution.journal->records()));
    charge(scratch_->remove_files());
    if (execution.leaks.empty() && !execution.was_killed())
    {
        spaces_.give_back(std::move(scratch_));
    }
    else
    {
        scratch_->remove(); // whoever left something may have left what cannot be seen
    }
    return execution;
}

} // namespace ipc_conform::runner
