// The kit under test: the runner with planted cases, started as its users start it.
#pragma once

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ipc_conform::runner::tests
{

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// Whether kit and tests are built with AddressSanitizer, whose runtime starts threads and takes its time.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// What a program that has ended gave.
struct Answer
{
    int status = 0; ///< exit status; 128 + signal when it was killed; -1 when the time was up
    std::string out;
    std::string err;
    double seconds = 0;
    long kilobytes = 0; ///< most memory it, or a process it waited for, has had

    /// Standard output as JSON; a failed requirement when it is none.
    [[nodiscard]] Json json() const;
    /// Whether the message on standard error is one line, and standard output empty.
    [[nodiscard]] bool is_one_complaint() const;
};

/// A private folder, removed with all it holds.
class Folder
{
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] const std::string& path() const
    {
        return path_;
    }
    [[nodiscard]] std::string file(const std::string& name) const
    {
        return path_ + "/" + name;
    }

private:
    std::string path_;
};

/// A program that runs.
class Running
{
public:
    Running(pid_t pid, int out, int err) : pid_{pid}, out_{out}, err_{err}
    {
    }
    ~Running();
    Running(Running&& other) noexcept;
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    Running& operator=(Running&&) = delete;

    [[nodiscard]] pid_t pid() const
    {
        return pid_;
    }
    void signal(int number) const;
    /// Waits for its end, at most so long since its start; then it is killed.
    Answer wait(std::chrono::seconds patience = std::chrono::seconds{60});

private:
    pid_t pid_;
    int out_;
    int err_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// One kit with folders of its own: what it leaves behind is easily seen.
class Kit
{
public:
    /// The planted kit, or another program.
    Kit();
    explicit Kit(std::string program);

    Running start(const Words& arguments);
    /// start() and wait().
    Answer run(const Words& arguments);
    /// The report of `run PATTERN… --json -` with these further arguments, expecting nothing of this platform.
    Json report(const Words& arguments);
    /// The only result of such a report.
    Json result(const std::string& id, const Words& arguments = {});

    /// Environment of the next starts.
    Kit& with(const std::string& name, const std::string& value);
    /// Done in the child before the program is executed: only system calls.
    Kit& before(std::function<void()> prepare);

    /// Temporary folder of the kit: empty unless it has left something.
    [[nodiscard]] const Folder& temporary() const
    {
        return temporary_;
    }
    /// For a test's own files.
    [[nodiscard]] const Folder& files() const
    {
        return files_;
    }
    /// Whether the kit has left nothing in its temporary folder.
    [[nodiscard]] bool left_nothing() const;
    /// What the planted cases wrote down: kind -> names.
    [[nodiscard]] std::multimap<std::string, std::string> diary() const;

private:
    std::string program_;
    Folder temporary_;
    Folder files_;
    std::map<std::string, std::string> environment_;
    std::function<void()> prepare_;
};

/// What the diary names and still exists, one line each.
std::string remaining(const std::multimap<std::string, std::string>& diary);

/// The option that every run of this process's kits is given, --plain or --execute (IPC_CONFORM_TEST_WAY in the
/// environment); empty: none.
const std::string& way_of_running();

/// Whether that is --plain. Such a run loses its --jobs.
bool plainly();

/// What a case with a stranger comes to that otherwise has this verdict.
std::string with_stranger(const std::string& verdict);

/// Whether a process of that number lives: a zombie does not.
bool lives(pid_t pid);

/// Sleeps for a millisecond, as those do who look again and again.
void moment();

/// Comes true within some seconds.
bool soon(const std::function<bool()>& condition);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

/// The ids of a report's results.
Words ids_of(const Json& report);

/// Whether one of the report's unexpected lines begins so.
bool says_unexpected(const Json& report, const std::string& beginning);

} // namespace ipc_conform::runner::tests
