#include "runner/copied_case.hpp"

#include "fixtures/case_process.hpp"
#include "fixtures/descriptors.hpp"
#include "fixtures/error_names.hpp"
#include "fixtures/journal.hpp"
#include "runner/settle.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <iostream>
#include <unistd.h>

namespace ipc_conform::runner
{

namespace
{

// Others see the memory in which a process was given its words: what is written over them is what they see.
bool write_over(char* begin, const char* end, std::string_view text)
{
    if (static_cast<std::size_t>(end - begin) < text.size())
    {
        return false;
    }
    std::fill(std::ranges::copy(text, begin).out, const_cast<char*>(end), '\0');
    return true;
}

void set_environment(const std::string& name, const std::string& value)
{
    char* const old = std::getenv(name.c_str());
    if (old == nullptr || !write_over(old, old + std::strlen(old), value))
    {
        ::setenv(name.c_str(), value.c_str(), 1);
    }
}

// From the second word to the last they stand one behind the other, as the kernel has laid them down.
void show_case(char** arguments, const CaseName& name)
{
    char** last = arguments + 1;
    while (last[0] != nullptr && last[1] != nullptr)
    {
        ++last;
    }
    if (*last != nullptr)
    {
        using namespace std::string_literals;
        write_over(arguments[1], *last + std::strlen(*last), "case\0"s + name.id + "\0"s + name.fault);
    }
}

// What main() does in an executed kit. Nobody unwinds beyond this into the parent's frames.
[[noreturn]] void be_the_case(const LaunchPlan& plan) noexcept
{
    close_descriptors_from(journal::journal_descriptor + 1);
    for (const auto& [name, value] : plan.environment)
    {
        set_environment(name, value);
    }
    const int status = run_case(plan.name);
    std::fflush(nullptr);
    ::_exit(status); // what is to be done at exit is the parent's to do
}

} // namespace

void continue_as_case(const LaunchPlan& plan, int input, pid_t parent, char** arguments)
{
    if (settle(plan, input, parent))
    {
        if (arguments != nullptr)
        {
            show_case(arguments, plan.name);
        }
        be_the_case(plan);
    }
    const int error = errno;
    journal::open(plan.journal);
    journal::append(journal::Kind::verdict,
                    {"UNRESOLVED", fmt::format("the case's process: {}", name_of_error(error)), ""});
    ::_exit(1);
}

pid_t launch_copy(const LaunchPlan& plan)
{
    const int input = empty_input();
    const pid_t kit = ::getpid();
    std::cout.flush();
    std::fflush(nullptr); // or the child would write it, too
    const pid_t pid = ::fork();
    if (pid == 0)
    {
        continue_as_case(plan, input, kit);
    }
    if (pid == -1)
    {
        refuse_launch(plan.purpose, "fork", errno);
    }
    return pid;
}

} // namespace ipc_conform::runner
