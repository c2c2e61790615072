#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <mqueue.h>
#endif

namespace ipc_conform::runner::tests
{

namespace
{

namespace filesystem = std::filesystem;

constexpr std::chrono::seconds longest_run{60};

void nap()
{
    const timespec moment{0, 1'000'000};
    ::nanosleep(&moment, nullptr);
}

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

std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    std::ranges::transform(words, std::back_inserter(pointers), [](std::string& word) { return word.data(); });
    pointers.push_back(nullptr);
    return pointers;
}

bool exists(const std::string& kind, const std::string& name)
{
    const auto number = [&] { return std::atoi(name.c_str()); };
    if (kind == "message-queue")
    {
        return ::msgget(number(), 0) != -1;
    }
    if (kind == "segment")
    {
        return ::shmget(number(), 0, 0) != -1;
    }
    if (kind == "segment-id")
    {
        shmid_ds status{};
        return ::shmctl(number(), IPC_STAT, &status) == 0;
    }
    if (kind == "process")
    {
        return lives(number());
    }
    const int descriptor = ::shm_open(name.c_str(), O_RDWR, 0);
    if (kind == "shared-object" && descriptor >= 0)
    {
        ::close(descriptor);
        return true;
    }
#ifdef __linux__
    const mqd_t queue = ::mq_open(name.c_str(), O_RDWR);
    if (kind == "posix-queue" && queue != static_cast<mqd_t>(-1))
    {
        ::mq_close(queue);
        return true;
    }
#endif
    return false;
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

Answer Running::wait()
{
    int status = 0;
    rusage usage{};
    bool in_time = true;
    while (::wait4(pid_, &status, WNOHANG, &usage) == 0)
    {
        if (std::chrono::steady_clock::now() - start_ > longest_run)
        {
            in_time = false;
            signal(SIGKILL);
            ::wait4(pid_, &status, 0, &usage);
            break;
        }
        nap();
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
    line.insert(line.end(), arguments.begin(), arguments.end());
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

std::string remaining(const std::multimap<std::string, std::string>& diary)
{
    std::string text;
    for (const auto& [kind, name] : diary)
    {
        text += exists(kind, name) ? kind + " " + name + "\n" : "";
    }
    return text;
}

bool lives(pid_t pid)
{
    if (::kill(pid, 0) == -1 && errno == ESRCH)
    {
        return false;
    }
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t end = stat.rfind(')');
    return end == std::string::npos || (stat.compare(end, 3, ") Z") != 0 && stat.compare(end, 3, ") X") != 0);
}

bool soon(const std::function<bool()>& condition)
{
    for (int turn = 0; turn < 5000; ++turn)
    {
        if (condition())
        {
            return true;
        }
        nap();
    }
    return false;
}

std::string read_file(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write_file(const std::string& path, const std::string& text)
{
    std::ofstream file{path, std::ios::binary};
    file << text;
}

Words ids_of(const Json& report)
{
    Words ids;
    for (const Json& result : report["results"])
    {
        ids.push_back(result["id"]);
    }
    return ids;
}

bool says_unexpected(const Json& report, const std::string& beginning)
{
    return std::ranges::any_of(report["unexpected"],
                               [&](const Json& line) { return line.get<std::string>().starts_with(beginning); });
}

} // namespace ipc_conform::runner::tests
