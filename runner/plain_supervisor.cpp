#include "runner/plain_supervisor.hpp"

#include "fixtures/journal_reader.hpp"
#include "runner/copied_case.hpp"
#include "runner/custody.hpp"
#include "runner/disposition.hpp"
#include "runner/errors.hpp"
#include "runner/processes.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace ipc_conform::runner
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr auto tick_interval = std::chrono::milliseconds{100};

volatile std::sig_atomic_t interrupted_by = 0;

void note_interrupt(int signal)
{
    interrupted_by = signal;
}

/// The file that takes what a case prints; removed at the end.
class OutputFile
{
public:
    /// Beside that folder; in memory, if it has no name.
    explicit OutputFile(const std::string& folder)
        : path_{folder.empty() ? "" : folder + ".output"},
          descriptor_{path_.empty()
                          ? journal::memory_file()
                          : ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600)}
    {
        if (descriptor_ < 0)
        {
            throw CannotJudge{fmt::format("cannot make a file for a case's output: {}", std::strerror(errno))};
        }
    }
    ~OutputFile()
    {
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    [[nodiscard]] int descriptor() const
    {
        return descriptor_;
    }
    /// A flood must not fill the disk: all but the beginning is given up. What is written next is appended there.
    void cut() const
    {
        struct stat status
        {
        };
        if (::fstat(descriptor_, &status) == 0 && status.st_size > off_t{most_output})
        {
            [[maybe_unused]] const int cut = ::ftruncate(descriptor_, off_t{most_output});
        }
    }
    [[nodiscard]] std::string beginning() const
    {
        std::array<char, most_output> bytes{};
        const ssize_t size = ::pread(descriptor_, bytes.data(), bytes.size(), 0);
        return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

private:
    std::string path_;
    int descriptor_;
};

void nap()
{
    constexpr timespec millisecond{0, 1'000'000};
    ::nanosleep(&millisecond, nullptr);
}

class PlainSupervisor
{
public:
    PlainSupervisor(const SupervisorOptions& options, const TaskFlow& flow) : options_{options}, flow_{flow}
    {
        interrupted_by = 0;
    }

    int run()
    {
        while (interrupted_by == 0)
        {
            const std::optional<Task> task = flow_.next();
            if (!task)
            {
                break;
            }
            execute(*task);
        }
        return interrupted_by;
    }

private:
    void execute(const Task& task)
    {
        Custody custody{options_, spaces_, task, started_++};
        const OutputFile output{custody.folder()};
        custody.take(launch_copy(custody.plan(output.descriptor())));
        flow_.started(task);
        const int status = await_end(custody, output);
        Execution execution = custody.conclude(custody.pid(), status, others_);
        execution.output = output.beginning();
        if (interrupted_by == 0)
        {
            flow_.ended(std::move(execution));
        }
    }

    // Reaped before it is concluded, the case has its number no longer; but only the kit's own cases and those who
    // belong to them lead groups of such numbers until the system has gone once round all of them.
    int await_end(Custody& custody, const OutputFile& output)
    {
        for (bool given_up = false;; nap())
        {
            // Before it is looked whether the case has ended: a kit that was held up itself (stopped, or its
            // machine paused) finds both together.
            const bool due = Clock::now() >= custody.deadline();
            int status = 0;
            pid_t ended = 0;
            while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) // orphans come to us by adoption
            {
                if (ended == custody.pid())
                {
                    return status;
                }
            }
            if (ended == -1 && errno != EINTR)
            {
                throw CannotJudge{fmt::format("a case's end cannot be told: waitpid: {}", std::strerror(errno))};
            }
            if (interrupted_by != 0)
            {
                custody.kill();
            }
            else if (due && !given_up)
            {
                custody.give_up();
                given_up = true;
            }
            tick(output);
        }
    }

    void tick(const OutputFile& output)
    {
        output.cut();
        if (const Clock::time_point now = Clock::now(); now >= next_tick_)
        {
            next_tick_ = now + tick_interval;
            flow_.tick();
        }
    }

    const SupervisorOptions& options_;
    const TaskFlow& flow_;
    const Disposition interrupt_{SIGINT, note_interrupt};
    const Disposition termination_{SIGTERM, note_interrupt};
    const Disposition hang_up_{SIGHUP, note_interrupt};
    const Disposition child_{SIGCHLD, SIG_DFL}; ///< ignored, it would take the statuses away
    const std::vector<pid_t> others_ = possible_orphans(journal::environment_case, options_.mark + "/");
    ScratchSpaces spaces_{options_.workspace};
    Clock::time_point next_tick_ = Clock::now();
    std::size_t started_ = 0;
};

} // namespace

int supervise_plainly(const SupervisorOptions& options, const TaskFlow& flow)
{
    return PlainSupervisor{options, flow}.run();
}

} // namespace ipc_conform::runner
