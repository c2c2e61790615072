#include "runner/workspace.hpp"

#include "fixtures/names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

namespace ipc_conform::runner
{

namespace
{

namespace filesystem = std::filesystem;

constexpr std::string_view prefix = "ipc-conform-";

// Cases work in folders of their own, and a run's processes are found by the path in their mark: it has to be
// absolute, and the same by whatever way somebody comes to it. A path that leads nowhere stays as it is.
std::string real_path(const std::string& path)
{
    std::error_code error;
    const filesystem::path real = filesystem::canonical(path, error);
    return error ? path : real.string();
}

std::vector<std::string> bases()
{
    std::vector<std::string> candidates;
    if (const char* chosen = std::getenv("TMPDIR"); chosen != nullptr && *chosen != '\0')
    {
        candidates.push_back(real_path(chosen));
    }
    for (const char* usual : {"/tmp", "/var/tmp", "/dev/shm"})
    {
        candidates.push_back(real_path(usual));
    }
    std::error_code error;
    if (const filesystem::path here = filesystem::current_path(error); !error)
    {
        candidates.push_back(here.string());
    }
    return candidates;
}

// The owner's number stands in the name, because for a moment it is all that tells whose the folder is.
std::string make_folder(const std::string& base)
{
    std::string path = fmt::format("{}/{}{}-XXXXXX", base, prefix, ::getpid());
    return ::mkdtemp(path.data()) == nullptr ? std::string{} : path;
}

bool still_there(int descriptor)
{
    struct stat status
    {
    };
    return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

// A record lock, because it goes with its process: a child that a killed run had just forked does not hold it on.
bool lock_file(int descriptor)
{
    struct flock whole
    {
    };
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(descriptor, F_SETLK, &whole) == 0; // NOLINT(cppcoreguidelines-pro-type-vararg)
}

// The lock of a new folder; -1 when a cleaner took the folder away in between.
int take_lock(const std::string& folder)
{
    const int lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock >= 0 && (!lock_file(lock) || !still_there(lock)))
    {
        ::close(lock);
        return -1;
    }
    return lock;
}

bool on_disk(const std::string& folder)
{
#ifdef __linux__
    struct statfs status
    {
    };
    constexpr std::array<std::uint32_t, 2> memory{TMPFS_MAGIC, RAMFS_MAGIC};
    return ::statfs(folder.c_str(), &status) == 0
           && std::ranges::find(memory, static_cast<std::uint32_t>(status.f_type)) == memory.end();
#else
    return ::access(folder.c_str(), W_OK) == 0; // no other system keeps its temporary files in memory
#endif
}

std::string find_disk(const std::string& folder, const std::string& chosen)
{
    std::vector<std::string> candidates{folder, "/var/tmp"};
    if (const char* home = std::getenv("HOME"))
    {
        candidates.emplace_back(home);
    }
    if (!chosen.empty())
    {
        candidates = {real_path(chosen)};
    }
    for (const std::string& candidate : candidates)
    {
        // The way there is on record before it exists, so that a killed run's cleaner finds it. Whoever sees the
        // run's folder must not be able to guess it, and be there first.
        const std::string own =
            candidate == folder ? folder + "/disk" : fmt::format("{}/{}{}-disk", candidate, prefix, unique_file());
        if (!on_disk(candidate) || ::access(candidate.c_str(), W_OK) != 0
            || (candidate != folder && ::symlink(own.c_str(), (folder + "/disk").c_str()) != 0))
        {
            continue;
        }
        if (::mkdir(own.c_str(), 0700) == 0)
        {
            return own;
        }
        ::unlink((folder + "/disk").c_str());
    }
    return {};
}

bool is_own_folder(const std::string& path)
{
    struct stat status
    {
    };
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid()
           && (status.st_mode & 077) == 0;
}

void remove_folder(const std::string& folder)
{
    std::error_code ignored; // what cannot be removed stays for the next cleaner
    const filesystem::path link = folder + "/disk";
    if (filesystem::is_symlink(link, ignored))
    {
        const filesystem::path target = filesystem::read_symlink(link, ignored);
        if (target.filename().string().starts_with(prefix) && is_own_folder(target.string()))
        {
            filesystem::remove_all(target, ignored);
        }
    }
    // The lock goes last, with the folder itself: a cleaner that dies half-way leaves a folder to be found.
    for (const filesystem::directory_entry& entry : filesystem::directory_iterator(folder, ignored))
    {
        if (entry.path().filename() != "lock")
        {
            filesystem::remove_all(entry.path(), ignored);
        }
    }
    filesystem::remove_all(folder, ignored);
}

// ipc-conform-NUMBER-XXXXXX, as make_folder() has it: what is merely called alike is somebody's own.
bool is_name_of_run(std::string_view name)
{
    constexpr std::size_t random_letters = 6;
    if (!name.starts_with(prefix))
    {
        return false;
    }
    name.remove_prefix(prefix.size());
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    return digits > 0 && name.size() == digits + 1 + random_letters && name[digits] == '-'
           && std::ranges::all_of(name.substr(digits + 1),
                                  [](unsigned char letter) { return std::isalnum(letter); });
}

// Whether the process whose number stands in a folder's name lives.
bool owner_lives(const std::string& name)
{
    const long pid = std::strtol(name.c_str() + prefix.size(), nullptr, 10);
    return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

} // namespace

Workspace::Workspace(const std::string& disk)
{
    std::vector<std::string> tried;
    for (const std::string& base : bases())
    {
        folder_ = make_folder(base);
        if (folder_.empty())
        {
            tried.push_back(fmt::format("{} ({})", base, std::strerror(errno)));
            continue;
        }
        lock_ = take_lock(folder_);
        if (lock_ >= 0)
        {
            mark_ = folder_;
            disk_ = find_disk(folder_, disk);
            return;
        }
        tried.push_back(fmt::format("{} (cannot lock a file in it: {})", base, std::strerror(errno)));
        ::rmdir(folder_.c_str());
    }
    folder_.clear();
    mark_ = fmt::format("{}{}-{:08x}", prefix, ::getpid(), std::random_device{}());
    problem_ = fmt::format("no folder for temporary files: tried {}", fmt::join(tried, ", "));
}

Workspace::~Workspace()
{
    if (!folder_.empty())
    {
        remove_folder(folder_);
        ::close(lock_);
    }
}

DeadWorkspace::~DeadWorkspace()
{
    if (lock_ >= 0)
    {
        ::close(lock_);
    }
}

std::vector<std::string> journals_in(const std::string& folder)
{
    std::vector<std::string> found;
    std::error_code ignored;
    for (const filesystem::directory_entry& entry : filesystem::directory_iterator(folder, ignored))
    {
        if (entry.path().extension() == ".journal")
        {
            found.push_back(entry.path().string());
        }
    }
    return found;
}

void DeadWorkspace::remove() const
{
    remove_folder(folder_);
}

std::vector<DeadWorkspace> dead_workspaces()
{
    std::vector<std::string> candidates;
    for (const std::string& base : bases())
    {
        std::error_code ignored;
        for (const filesystem::directory_entry& entry : filesystem::directory_iterator(base, ignored))
        {
            const std::string name = entry.path().filename().string();
            if (is_name_of_run(name) && is_own_folder(entry.path().string())
                && (::access((entry.path() / "lock").c_str(), F_OK) == 0
                    || filesystem::is_empty(entry.path(), ignored))) // its lock is made first and removed last
            {
                candidates.push_back(entry.path().string());
            }
        }
    }
    std::ranges::sort(candidates);
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());

    std::vector<DeadWorkspace> dead;
    for (const std::string& folder : candidates)
    {
        const int lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        const bool taken = lock >= 0 && !lock_file(lock);
        const bool starting = lock < 0 && owner_lives(filesystem::path{folder}.filename().string());
        if (taken || starting)
        {
            if (lock >= 0)
            {
                ::close(lock);
            }
            continue;
        }
        dead.emplace_back(folder, lock);
    }
    return dead;
}

} // namespace ipc_conform::runner
