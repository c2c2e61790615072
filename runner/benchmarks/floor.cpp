// The floor: the least that checking N properties with two processes each can cost. `floor N JOBS` starts N static
// programs, JOBS at once, each of which forks once and waits; nothing is checked, nothing is recorded.
#include <array>
#include <cstdlib>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

constexpr std::string_view one = "one";

int fork_once()
{
    const pid_t child = ::fork();
    if (child == 0)
    {
        ::_exit(0);
    }
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child ? status : 1;
}

bool start(char* program)
{
    std::array<char, one.size() + 1> argument{};
    one.copy(argument.data(), one.size());
    const std::array<char*, 3> arguments{program, argument.data(), nullptr};
    pid_t pid = 0;
    return ::posix_spawn(&pid, program, nullptr, nullptr, arguments.data(), ::environ) == 0;
}

} // namespace

int main(int argument_count, char** arguments)
{
    if (argument_count == 2 && arguments[1] == one)
    {
        return fork_once();
    }
    if (argument_count != 3)
    {
        return 2;
    }
    int running = 0;
    const int jobs = std::atoi(arguments[2]);
    for (int left = std::atoi(arguments[1]); left > 0 || running > 0;)
    {
        int status = 0;
        if (left > 0 && running < jobs)
        {
            if (!start(arguments[0]))
            {
                return 3;
            }
            --left;
            ++running;
        }
        else if (::wait(&status) == -1 || status != 0)
        {
            return 3;
        }
        else
        {
            --running;
        }
    }
    return 0;
}
