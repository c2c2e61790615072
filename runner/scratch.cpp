#include "runner/scratch.hpp"

#include "fixtures/journal_reader.hpp"
#include "runner/errors.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

constexpr mode_t private_folder = 0700;

bool is_as_made(const std::string& folder)
{
    struct stat status
    {
    };
    constexpr mode_t permissions = 07777;
    return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)
           && (status.st_mode & permissions) == private_folder && status.st_uid == ::geteuid();
}

} // namespace

Scratch::Scratch(const std::string& workspace, std::size_t number)
    : folder_{workspace.empty() ? "" : fmt::format("{}/{}", workspace, number)},
      journal_path_{folder_.empty() ? "" : folder_ + ".journal"}
{
    if (!folder_.empty() && ::mkdir(folder_.c_str(), private_folder) != 0)
    {
        refuse();
    }
    journal_ = Descriptor{journal::make_file(journal_path_)};
    if (journal_ < 0)
    {
        refuse();
    }
}

void Scratch::begin(std::uint64_t seed, std::chrono::nanoseconds deadline) const
{
    if (!journal::begin(journal_, seed, static_cast<std::uint64_t>(deadline.count())))
    {
        refuse();
    }
}

void Scratch::refuse() const
{
    const int error = errno;
    remove();
    const std::string reason = fmt::format(
        "cannot prepare a case in {}: {}",
        folder_.empty() ? "memory" : std::filesystem::path{folder_}.parent_path().string(), std::strerror(error));
    if (error == ENOSPC || error == EDQUOT)
    {
        throw NoRoom{reason + "; free space there, or set TMPDIR to another folder"};
    }
    throw CannotJudge{reason};
}

std::vector<reports::Leak> Scratch::remove_files() const
{
    std::vector<reports::Leak> removed;
    std::error_code ignored;
    if (!std::filesystem::is_directory(std::filesystem::symlink_status(folder_, ignored)))
    {
        return removed; // a link that a case has put there leads to what is not its own
    }
    for (std::filesystem::directory_iterator entries{folder_, ignored}; const auto& entry : entries)
    {
        removed.push_back({"file", entry.path().filename().string()});
        std::filesystem::remove_all(entry.path(), ignored);
    }
    return removed;
}

bool Scratch::restore() const
{
    return ::ftruncate(journal_, 0) == 0 && (folder_.empty() || is_as_made(folder_));
}

void Scratch::remove() const
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    ::unlink(journal_path_.c_str());
}

std::unique_ptr<Scratch> ScratchSpaces::take()
{
    if (spare_.empty())
    {
        return std::make_unique<Scratch>(workspace_, made_++);
    }
    std::unique_ptr<Scratch> scratch = std::move(spare_.back());
    spare_.pop_back();
    return scratch;
}

void ScratchSpaces::give_back(std::unique_ptr<Scratch> scratch)
{
    if (scratch->restore())
    {
        spare_.push_back(std::move(scratch));
    }
    else
    {
        scratch->remove();
    }
}

} // namespace ipc_conform::runner
