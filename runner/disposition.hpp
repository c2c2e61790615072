// What a signal does to this process, changed for a while.
#pragma once

#include <csignal>

namespace ipc_conform::runner
{

/// What a signal does, for as long as this lives.
class Disposition
{
public:
    Disposition(int signal, void (*handler)(int)) : signal_{signal}
    {
        Action action{};
        action.sa_handler = handler;
        ::sigaction(signal, &action, &before_);
    }
    ~Disposition()
    {
        ::sigaction(signal_, &before_, nullptr);
    }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;

private:
    using Action = struct sigaction;
    int signal_;
    Action before_{};
};

} // namespace ipc_conform::runner
