// What planted cases leave behind, and what their reports say.
#include "runner/tests/kit/kit.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <unistd.h>
#ifdef __linux__
#include <mqueue.h>
#endif

namespace ipc_conform::runner::tests
{

namespace
{

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

void moment()
{
    const timespec time{0, 1'000'000};
    ::nanosleep(&time, nullptr);
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
        moment();
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
