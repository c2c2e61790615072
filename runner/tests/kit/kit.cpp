#include "runner/tests/kit/kit.hpp"

#include "fixtures/platform.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipc_conform::runner::tests
{

namespace
{

namespace filesystem = std::filesystem;

int unnamed_file(const Folder& folder)
{
    std::string path = folder.file("output-XXXXXX");
    const int descriptor = ::mkstemp(path.data());
    ::unlink(path.c_str());
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return descriptor;
}

std::string content_of(int descriptor)
{
    std::string text;
    std::array<char, 65536> chunk{};
    ::lseek(descriptor, 0, SEEK_SET);
    for (ssize_t size = 0; (size = ::read(descriptor, chunk.data(), chunk.size())) > 0;)
    {
        text.append(chunk.data(), static_cast<std::size_t>(size));
    }
    return text;
}

// Only a run has these options.
Words as_run_here(Words arguments)
{
    if (way_of_running().empty() || arguments.empty()
        || (arguments.front() != "run" && arguments.front() != "--all"))
    {
        return arguments;
    }
    const auto jobs = plainly() ? std::ranges::find(arguments, "--jobs") : arguments.end();
    if (jobs != arguments.end())
    {
        arguments.erase(jobs, jobs + 2);
    }
    arguments.push_back(way_of_running());
    return arguments;
}

std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    std::ranges::transform(words, std::back_inserter(pointers), [](std::string& word) { return word.data(); });
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

Json Answer::json() const
{
    Json parsed = Json::parse(out, nullptr, false);
    if (parsed.is_discarded())
    {
        FAIL("no JSON (status " << status << "): " << out.substr(0, 400) << " | " << err.substr(0, 400));
    }
    return parsed;
}

bool Answer::is_one_complaint() const
{
    return out.empty() && err.starts_with("ipc-conform: ") && std::ranges::count(err, '\n') == 1
           && err.back() == '\n';
}

Folder::Folder() : path_{(filesystem::temp_directory_path() / "kit-test-XXXXXX").string()}
{
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
}

Folder::~Folder()
{
    std::error_code ignored;
    filesystem::remove_all(path_, ignored);
}

Running::Running(Running&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, out_{other.out_}, err_{other.err_}, start_{other.start_}
{
}

Running::~Running()
{
    if (pid_ > 0)
    {
        signal(SIGKILL);
        wait();
    }
}

void Running::signal(int number) const
{
    ::kill(pid_, number);
}

Answer Running::wait(std::chrono::seconds patience)
{
    int status = 0;
    rusage usage{};
    bool in_time = true;
    while (::wait4(pid_, &status, WNOHANG, &usage) == 0)
    {
        if (std::chrono::steady_clock::now() - start_ > patience)
        {
            in_time = false;
            signal(SIGKILL);
            ::wait4(pid_, &status, 0, &usage);
            break;
        }
        moment();
    }
    pid_ = -1;
    Answer answer;
    answer.status = !in_time ? -1 : WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    answer.seconds = std::chrono::duration<double>{std::chrono::steady_clock::now() - start_}.count();
    answer.kilobytes = usage.ru_maxrss;
    answer.out = content_of(out_);
    answer.err = content_of(err_);
    ::close(out_);
    ::close(err_);
    return answer;
}

Kit::Kit() : Kit{PLANTED_KIT}
{
}

Kit::Kit(std::string program) : program_{std::move(program)}
{
    for (char** entry = ::environ; *entry != nullptr; ++entry)
    {
        const std::string pair{*entry};
        const std::size_t equals = pair.find('=');
        environment_[pair.substr(0, equals)] = equals == std::string::npos ? "" : pair.substr(equals + 1);
    }
    with("TMPDIR", temporary_.path());
    with("PLANTED_DIARY", files_.file("diary"));
    with("PLANTED_COUNTER", files_.file("counter"));
    write_file(files_.file("none.toml"), "");
}

Kit& Kit::with(const std::string& name, const std::string& value)
{
    environment_[name] = value;
    return *this;
}

Kit& Kit::before(std::function<void()> prepare)
{
    prepare_ = std::move(prepare);
    return *this;
}

Running Kit::start(const Words& arguments)
{
    // Everything is made before the fork: the child only calls the system.
    Words line{program_};
    const Words given = as_run_here(arguments);
    line.insert(line.end(), given.begin(), given.end());
    Words environment;
    for (const auto& [name, value] : environment_)
    {
        environment.push_back(name + "=" + value);
    }
    const std::vector<char*> arguments_given = pointers_to(line);
    const std::vector<char*> environment_given = pointers_to(environment);
    const int out = unnamed_file(files_);
    const int err = unnamed_file(files_);
    const pid_t pid = ::fork();
    if (pid == 0)
    {
        ::dup2(out, 1);
        ::dup2(err, 2);
        if (prepare_)
        {
            prepare_();
        }
        ::execve(program_.c_str(), arguments_given.data(), environment_given.data());
        ::_exit(127);
    }
    return {pid, out, err};
}

Answer Kit::run(const Words& arguments)
{
    return start(arguments).wait();
}

Json Kit::report(const Words& arguments)
{
    Words line{"--expect", files_.file("none.toml"), "--json", "-"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    line.insert(line.begin(), "run");
    return run(line).json();
}

Json Kit::result(const std::string& id, const Words& arguments)
{
    Words line{id};
    line.insert(line.end(), arguments.begin(), arguments.end());
    Json all = report(line);
    REQUIRE(all["results"].size() == 1);
    CHECK(all["results"][0]["id"] == id);
    return all["results"][0];
}

const std::string& way_of_running()
{
    static const std::string option = [] {
        const char* const wanted = std::getenv("IPC_CONFORM_TEST_WAY");
        return wanted == nullptr ? "" : wanted;
    }();
    return option;
}

bool plainly()
{
    return way_of_running() == "--plain";
}

std::string with_stranger(const std::string& verdict)
{
    return plainly() ? "RESTRICTED" : verdict;
}

bool Kit::left_nothing() const
{
    return filesystem::is_empty(temporary_.path());
}

std::multimap<std::string, std::string> Kit::diary() const
{
    std::multimap<std::string, std::string> entries;
    std::istringstream lines{read_file(files_.file("diary"))};
    for (std::string kind, name; lines >> kind >> name;)
    {
        entries.emplace(kind, name);
    }
    return entries;
}

} // namespace ipc_conform::runner::tests
