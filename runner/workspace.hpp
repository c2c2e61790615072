// The workspace: a run's private folder, and how a later run knows that its owner is gone.
//
// It holds a folder and a journal for each case. Its lock file is locked as long as the run lives, so a
// folder whose lock can be taken belongs to a run that was killed.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ipc_conform::runner
{

/// A run's folder, mode 0700, with an unpredictable name. Removed with all it holds at the end.
class Workspace
{
public:
    /// In the first of TMPDIR, /tmp, /var/tmp, /dev/shm and the working directory that takes it, if there is one;
    /// `disk` names a folder for files that must be on a disk file system, or is empty to look for one.
    explicit Workspace(const std::string& disk);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    /// Empty when no folder takes it: `problem` then names what was tried, and journals are kept in memory.
    [[nodiscard]] const std::string& folder() const
    {
        return folder_;
    }
    [[nodiscard]] const std::string& problem() const
    {
        return problem_;
    }
    /// What marks the run's processes: the folder, or without one a name of this run alone.
    [[nodiscard]] const std::string& mark() const
    {
        return mark_;
    }
    /// A private folder on a disk file system; empty when there is none.
    [[nodiscard]] const std::string& disk() const
    {
        return disk_;
    }

private:
    std::string folder_;
    std::string mark_;
    std::string problem_;
    std::string disk_;
    int lock_ = -1;
};

/// A folder left by a run that is gone. It stays locked, so that only one cleaner works on it, until
/// remove() has removed it.
class DeadWorkspace
{
public:
    DeadWorkspace(std::string folder, int lock) : folder_{std::move(folder)}, lock_{lock}
    {
    }
    ~DeadWorkspace();
    DeadWorkspace(DeadWorkspace&& other) noexcept
        : folder_{std::move(other.folder_)}, lock_{std::exchange(other.lock_, -1)}
    {
    }
    DeadWorkspace(const DeadWorkspace&) = delete;
    DeadWorkspace& operator=(const DeadWorkspace&) = delete;
    DeadWorkspace& operator=(DeadWorkspace&&) = delete;

    [[nodiscard]] const std::string& folder() const
    {
        return folder_;
    }
    /// Removes the folder and all it holds, and its folder on a disk file system.
    void remove() const;

private:
    std::string folder_;
    int lock_;
};

/// The journals in a workspace: one for each case that has not been concluded.
std::vector<std::string> journals_in(const std::string& folder);

/// The workspaces of this user's dead runs.
std::vector<DeadWorkspace> dead_workspaces();

} // namespace ipc_conform::runner
