#include "runner/program.hpp"

#include "fixtures/descriptors.hpp"
#include "fixtures/platform.hpp"
#include "runner/errors.hpp"
#include "runner/processes.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#ifdef __APPLE__
#include <array>
#include <mach-o/dyld.h>
#endif

namespace ipc_conform::runner
{

namespace
{

namespace filesystem = std::filesystem;

std::string started_as;

std::string path_from_system()
{
#ifdef __APPLE__
    std::array<char, 4096> path{};
    auto size = static_cast<std::uint32_t>(path.size());
    return ::_NSGetExecutablePath(path.data(), &size) == 0 ? path.data() : "";
#else
    std::error_code ignored;
    return filesystem::read_symlink("/proc/self/exe", ignored).string();
#endif
}

} // namespace

// As execvp would look for it.
std::string path_of_program(const std::string& name)
{
    if (name.find('/') != std::string::npos)
    {
        return filesystem::absolute(name).string();
    }
    const char* path = std::getenv("PATH");
    std::istringstream folders{path == nullptr ? "/usr/bin:/bin" : path};
    for (std::string folder; std::getline(folders, folder, ':');)
    {
        const std::string candidate = folder + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0)
        {
            return candidate;
        }
    }
    return {};
}

void remember_program(const char* argument)
{
    started_as = argument == nullptr ? "" : argument;
}

std::string program_path()
{
    for (const std::string& path : {path_from_system(), path_of_program(started_as)})
    {
        if (!path.empty() && ::access(path.c_str(), X_OK) == 0)
        {
            return path;
        }
    }
    throw CannotJudge{"the kit cannot find its own executable: mount /proc, or start it by its full path"};
}

void prepare_process()
{
    while (true)
    {
        // Not to be written: what goes to a closed standard output is an error, as it would be without us.
        const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (descriptor < 0 || descriptor > 2)
        {
            ::close(descriptor);
            break;
        }
        ::fcntl(descriptor, F_SETFD, 0); // it fills a gap among the standard three
    }
    for (const int descriptor : open_descriptors())
    {
        if (descriptor > 2)
        {
            ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        }
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr); // a blocked SIGCHLD would let the kit wait for ever
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // beyond RLIMIT_FSIZE a write then fails, which can be told
    adopt_orphans();
}

std::size_t default_jobs()
{
    constexpr std::size_t per_processor = 4; // measured: more adds nothing, fewer leaves processors idle
    constexpr std::size_t descriptors_of_the_kit = 24;
    constexpr std::size_t descriptors_of_a_case = 4;
    std::size_t jobs = per_processor * std::max(1U, std::thread::hardware_concurrency());
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    {
        const std::size_t spare = limit.rlim_cur > descriptors_of_the_kit
                                      ? static_cast<std::size_t>(limit.rlim_cur) - descriptors_of_the_kit
                                      : 0;
        jobs = std::min(jobs, spare / descriptors_of_a_case);
    }
    return std::clamp<std::size_t>(jobs, 1, 256);
}

} // namespace ipc_conform::runner
