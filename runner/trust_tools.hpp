// What the probes of the trust base and of the doctor are made of. Private to trust_base.cpp and facilities.cpp.
//
// They use the system as directly as possible: nothing of the kit that could itself be wrong, and in a forked
// child nothing but system calls.
#pragma once

#include "fixtures/error_names.hpp"
#include "fixtures/journal_reader.hpp"
#include "runner/disposition.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace ipc_conform::runner::trust
{

using Problem = std::optional<std::string>;

inline constexpr int longest_wait_milliseconds = 2000;

inline Problem failed(const char* call)
{
    return fmt::format("{} failed: {}", call, name_of_error(errno));
}

inline void pause_for(long microseconds)
{
    const timespec time{0, microseconds * 1000};
    ::nanosleep(&time, nullptr);
}

/// Whether something comes true within the longest wait. Counted in naps, not in time: the clock is on trial too.
template <class Condition>
bool soon(Condition condition)
{
    constexpr int yields = 200; // most answers come at once
    constexpr long nap = 100;
    for (int round = 0; round < yields + longest_wait_milliseconds * 1000 / nap; ++round)
    {
        if (condition())
        {
            return true;
        }
        round < yields ? static_cast<void>(::sched_yield()) : pause_for(nap);
    }
    return false;
}

/// A child that never outlives its probe.
class Child
{
public:
    template <class Body>
    explicit Child(Body body) : kit_{::getpid()}, pid_{::fork()}
    {
        if (pid_ == 0)
        {
#ifdef __linux__
            ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(SIGKILL), 0UL, 0UL, 0UL);
#endif
            ::_exit(::getppid() == kit_ ? body()
                                        : 1); // else the kit died before it could be asked to take this along
        }
    }
    ~Child()
    {
        if (pid_ > 0)
        {
            ::kill(pid_, SIGKILL);
            soon([&] { return ::waitpid(pid_, nullptr, WNOHANG) != 0; });
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const
    {
        return pid_;
    }

    /// What is wrong with its end; nothing when wait() told the expected status.
    Problem unless_exits(int expected)
    {
        return unless_ends(fmt::format("exit status {}", expected));
    }
    Problem unless_killed_by(int signal)
    {
        return unless_ends(name_of_signal(signal));
    }

private:
    static std::string end_of(int status)
    {
        return WIFEXITED(status)     ? fmt::format("exit status {}", WEXITSTATUS(status))
               : WIFSIGNALED(status) ? name_of_signal(WTERMSIG(status))
                                     : fmt::format("status {:#x}", status);
    }

    Problem unless_ends(const std::string& expected)
    {
        if (pid_ == -1)
        {
            return failed("fork");
        }
        int status = 0;
        pid_t waited = 0;
        if (!soon([&] { return (waited = ::waitpid(pid_, &status, WNOHANG)) != 0; }))
        {
            return fmt::format("a child did not end within {} ms", longest_wait_milliseconds);
        }
        const pid_t pid = std::exchange(pid_, -1);
        if (waited == -1)
        {
            return failed("waitpid");
        }
        if (waited != pid)
        {
            return fmt::format("waitpid for process {} told of process {}", pid, waited);
        }
        const std::string end = end_of(status);
        return end == expected ? Problem{} : fmt::format("a child ended by {} instead of {}", end, expected);
    }

    pid_t kit_;
    pid_t pid_;
};

/// The disposition of SIGCHLD comes from whoever started the kit: ignored, it would take the statuses away.
class DefaultChildSignal
{
    Disposition disposition_{SIGCHLD, SIG_DFL};
};

/// A value in memory that forked children share; all zero at first. False where there is no such memory.
template <class Value>
class Shared
{
public:
    Shared() : memory_{::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)}
    {
    }
    ~Shared()
    {
        if (*this)
        {
            ::munmap(memory_, sizeof(Value));
        }
    }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    explicit operator bool() const
    {
        return memory_ != MAP_FAILED;
    }
    Value& operator*() const
    {
        return *static_cast<Value*>(memory_);
    }
    Value* operator->() const
    {
        return static_cast<Value*>(memory_);
    }

private:
    void* memory_;
};

using SharedCounter = Shared<std::atomic<std::uint32_t>>;

/// A new file in a folder, removed at the end; in memory when the folder's name is empty.
class ProbeFile
{
public:
    explicit ProbeFile(const std::string& folder)
        : path_{folder.empty() ? "" : folder + "/trust-probe"},
          descriptor_{path_.empty()
                          ? journal::memory_file()
                          : ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600)}
    {
    }
    ~ProbeFile()
    {
        if (descriptor_ != -1)
        {
            ::close(descriptor_);
            ::unlink(path_.c_str());
        }
    }
    ProbeFile(const ProbeFile&) = delete;
    ProbeFile& operator=(const ProbeFile&) = delete;

    [[nodiscard]] int descriptor() const
    {
        return descriptor_;
    }
    [[nodiscard]] Problem problem() const
    {
        const int error = errno;
        return descriptor_ != -1
                   ? Problem{}
                   : fmt::format("creating {} failed: {}",
                                 path_.empty() ? "a file in memory" : "the file " + path_, name_of_error(error));
    }

private:
    std::string path_;
    int descriptor_;
};

} // namespace ipc_conform::runner::trust
