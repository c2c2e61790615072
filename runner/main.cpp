// ipc-conform: the kit's one executable. It starts itself again to fork the cases, or for each of them, and for
// each peer that must be a stranger; those command lines are not for people.
#include "fixtures/case_process.hpp"
#include "fixtures/stranger.hpp"
#include "runner/command_line.hpp"
#include "runner/fork_server.hpp"
#include "runner/init.hpp"
#include "runner/program.hpp"
#include "runner/trust.hpp"

#include <string_view>

#ifdef __SANITIZE_ADDRESS__
// A case's crash is the kit's to see; AddressSanitizer would make an ordinary exit of it.
extern "C" const char* __asan_default_options()
{
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0";
}
#endif

int main(int argument_count, char** arguments)
{
    const std::string_view command = argument_count > 1 ? arguments[1] : "";
    if (command == "case" && argument_count == 4)
    {
        return ipc_conform::run_case({arguments[2], arguments[3]});
    }
    if (command == ipc_conform::runner::fork_server_argument)
    {
        return ipc_conform::runner::serve_forks(arguments);
    }
    if (command == "stranger" && argument_count >= 6)
    {
        ipc_conform::run_stranger({arguments + 2, arguments + argument_count});
    }
    if (command == ipc_conform::runner::trust_probe_argument)
    {
        return ipc_conform::runner::trust_probe_status;
    }
    ipc_conform::runner::remember_program(arguments[0]);
    if (ipc_conform::runner::is_init(argument_count))
    {
        return ipc_conform::runner::run_as_init(arguments[0]);
    }
    return ipc_conform::runner::run_command_line(argument_count, arguments);
}
