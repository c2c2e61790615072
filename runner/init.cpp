#include "runner/init.hpp"

#ifdef __linux__

#include "fixtures/error_names.hpp"
#include "runner/command_line.hpp"
#include "runner/init_mounts.hpp"
#include "runner/kernel_parameters.hpp"
#include "runner/program.hpp"
#include "runner/system_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <iterator>
#include <net/if.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vector>

namespace ipc_conform::runner
{

namespace
{

void complain(const std::string& what)
{
    std::fprintf(stderr, "ipc-conform: %s: %s\n", what.c_str(), std::strerror(errno));
}

// Where the kernel found no /dev/console, it started us without standard descriptors.
void open_console()
{
    for (int descriptor = 0; descriptor < 2;)
    {
        descriptor = ::open("/dev/console", O_RDWR | O_NOCTTY);
        if (descriptor < 0 || descriptor > 2)
        {
            ::close(descriptor);
            break;
        }
    }
}

void bring_loopback_up()
{
    const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    bool done = ::ioctl(any, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    done = done && ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
    if (!done)
    {
        complain("no loopback interface");
    }
    ::close(any);
}

std::vector<std::string> arguments_given(const std::string& command_line)
{
    if (const auto value = kernel_parameter(command_line, "ipc_conform.args"))
    {
        return arguments_in(*value);
    }
    if (const auto file = file_text("/ipc-conform.arguments"))
    {
        return lines_of(*file);
    }
    return {"--all", "--ktap"};
}

// A terminal's translation of ends of lines is not wanted in a stream that programs read.
void use_as_output(const std::string& device)
{
    const int descriptor = ::open(device.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
    {
        complain(device + " cannot be the standard output, which stays the console");
        return;
    }
    termios settings{};
    if (::tcgetattr(descriptor, &settings) == 0)
    {
        ::cfmakeraw(&settings);
        ::tcsetattr(descriptor, TCSANOW, &settings);
    }
    ::dup2(descriptor, STDOUT_FILENO);
}

// The kit's own process: PID 1 has more to do, and cases shall not find it special.
[[noreturn]] void become_kit(char* program, const std::string& command_line)
{
    ::setsid();
    ::setenv("TERM", "dumb", 1);                // a console that is a log
    ::setenv("IPC_CONFORM_DEADLINE", "120", 0); // what has nothing but us is often emulated, and slow
    if (const auto device = kernel_parameter(command_line, "ipc_conform.output"))
    {
        use_as_output(*device);
    }
    std::vector<std::string> given = arguments_given(command_line);
    std::vector<char*> arguments{program};
    std::ranges::transform(given, std::back_inserter(arguments), [](std::string& one) { return one.data(); });
    arguments.push_back(nullptr);
    std::exit(run_command_line(static_cast<int>(given.size()) + 1, arguments.data()));
}

int wait_among_orphans(pid_t kit)
{
    for (int status = 0;;)
    {
        const pid_t ended = ::waitpid(-1, &status, 0);
        if (ended == kit)
        {
            return status;
        }
    }
}

int exit_status(int status)
{
    if (WIFEXITED(status))
    {
        std::fprintf(stderr, "ipc-conform: exit status %d\n", WEXITSTATUS(status));
        return WEXITSTATUS(status);
    }
    const int signal = WTERMSIG(status);
    std::fprintf(stderr, "ipc-conform: killed by %s, exit status %d\n", name_of_signal(signal).c_str(),
                 128 + signal);
    return 128 + signal;
}

} // namespace

bool is_init(int argument_count)
{
    // The initial namespace has had this number since Linux 3.8; without namespaces there is no such link.
    const auto name_space = link_target("/proc/self/ns/pid");
    return ::getpid() == 1 && argument_count == 1 && (!name_space || *name_space == "pid:[4026531836]");
}

int run_as_init(char* program)
{
    mount_what_is_missing();
    open_console();
    bring_loopback_up();
    const pid_t kit = ::fork();
    if (kit == 0)
    {
        become_kit(program, file_text("/proc/cmdline").value_or(""));
    }
    if (kit < 0)
    {
        complain("cannot start a process");
        return 3;
    }
    const int status = exit_status(wait_among_orphans(kit));
    ::sync();
    if (::reboot(RB_POWER_OFF) != 0)
    {
        complain("the power stays on");
    }
    return status;
}

} // namespace ipc_conform::runner

#else

namespace ipc_conform::runner
{

bool is_init(int /*argument_count*/)
{
    return false;
}

int run_as_init(char* /*program*/)
{
    return 0;
}

} // namespace ipc_conform::runner

#endif
