// Scratch spaces: where a case works and writes down what it sees. A file system takes its time to make and remove
// files, so a space is used again as long as every case leaves it as it was found.
#pragma once

#include "fixtures/descriptors.hpp"
#include "reports/model.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ipc_conform::runner
{

/// One case's working folder and its journal beside it.
class Scratch
{
public:
    /// Makes both in that folder; where it is empty, there is no folder, and the journal is kept in memory.
    /// `number` names them. Throws CannotJudge when they cannot be made, NoRoom for want of space.
    Scratch(const std::string& workspace, std::size_t number);

    /// Empty where no folder takes files.
    [[nodiscard]] const std::string& folder() const
    {
        return folder_;
    }
    [[nodiscard]] int journal() const
    {
        return journal_;
    }

    /// Begins the journal of a case. Throws as the constructor.
    void begin(std::uint64_t seed, std::chrono::nanoseconds deadline) const;

    /// The entries of the folder, which are removed.
    [[nodiscard]] std::vector<reports::Leak> remove_files() const;
    /// Empties the journal. Whether folder and journal are now as they were made.
    [[nodiscard]] bool restore() const;
    /// Removes both.
    void remove() const;

private:
    [[noreturn]] void refuse() const;

    std::string folder_;
    std::string journal_path_; ///< empty: it is kept in memory
    Descriptor journal_;
};

/// The scratch spaces of a run; no more than cases have run at once.
class ScratchSpaces
{
public:
    explicit ScratchSpaces(std::string workspace) : workspace_{std::move(workspace)}
    {
    }

    /// One that is as new.
    std::unique_ptr<Scratch> take();
    /// For the next case, unless the last one has changed it.
    void give_back(std::unique_ptr<Scratch> scratch);

private:
    std::string workspace_;
    std::vector<std::unique_ptr<Scratch>> spare_;
    std::size_t made_ = 0;
};

} // namespace ipc_conform::runner
