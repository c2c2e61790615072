// Planted cases that do not come to their end, or leave a process that does not.
#include "runner/tests/cases/planted/diary.hpp"

#include "fixtures/event.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <unistd.h>

using namespace ipc_conform;
using planted::note;

namespace
{

[[noreturn]] void stay()
{
    while (true)
    {
        ::pause();
    }
}

// A child of a child in a session of its own; returns when its parent is gone and it has left its session, and
// done what `then` does before it closes the descriptor.
void let_one_escape(const std::function<void(int)>& then)
{
    std::array<int, 2> ends{-1, -1};
    set_up(os::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0)
    {
        if (::fork() == 0)
        {
            ::setsid();
            note("process", ::getpid());
            then(ends[1]);
            stay();
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    ::waitpid(child, nullptr, 0);
    char byte = 0;
    [[maybe_unused]] const ssize_t end_of_file = ::read(ends[0], &byte, 1);
    ::close(ends[0]);
}

void just_stay(int descriptor)
{
    ::close(descriptor);
}

// A new name, and an environment that says nothing.
void become_another(int descriptor)
{
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::close(1);
    ::close(2);
    ::execle("/bin/sleep", "sleep", "600", nullptr, nullptr);
}

} // namespace

TEST_CASE("planted.hangs" * says("a case that hangs fails at its deadline") * shall("planted(1)"))
{
    Pipe pipe;
    Peer reader = spawn("stuck reader", [&] {
        char byte = 0;
        os::read(pipe.read_end, &byte, 1);
    });
    note("process", reader.pid());
    char byte = 0;
    os::read(pipe.read_end, &byte, 1);
    CHECK(true);
}

TEST_CASE("planted.hangs-with-stranger" * says("a stranger of a case that hangs is ended") * shall("planted(1)"))
{
    Pipe pipe;
    Peer stranger = spawn_stranger("stuck stranger", [] {
        note("process", ::getpid());
        stay();
    });
    char byte = 0;
    os::read(pipe.read_end, &byte, 1);
}

TEST_CASE("planted.ignores-everything" * says("no disposition keeps a case alive") * shall("planted(1)"))
{
    for (int signal = 1; signal < 32; ++signal)
    {
        std::signal(signal, SIG_IGN);
    }
    stay();
}

TEST_CASE("planted.crashes" * says("a case that crashes fails") * shall("planted(1)"))
{
    CHECK(true);
    os::kill(os::getpid(), SIGSEGV);
}

TEST_CASE("planted.killed-by-another" * says("a case that somebody kills says nothing") * shall("planted(1)"))
{
    CHECK(true);
    ::kill(::getpid(), SIGKILL); // as the out-of-memory killer would
}

TEST_CASE("planted.peer-killed-by-another" * says("a peer that somebody kills says nothing") * shall("planted(1)"))
{
    Peer peer = spawn("victim", [] { ::kill(::getpid(), SIGKILL); });
    CHECK(finished(peer));
}

TEST_CASE("planted.crashes-with-peer" * says("a crashed case's peers are ended") * shall("planted(1)"))
{
    Peer peer = spawn("orphan", [] {
        note("process", ::getpid());
        stay();
    });
    std::abort();
}

TEST_CASE("planted.exits-early" * says("a case that leaves is no pass") * shall("planted(1)"))
{
    CHECK(true);
    ::_exit(7);
}

TEST_CASE("planted.exits-by-library" * says("a case that calls exit() is no pass") * shall("planted(1)"))
{
    CHECK(true);
    std::exit(0);
}

TEST_CASE("planted.escaping-grandchild" * says("who leaves the session is found") * shall("planted(1)"))
{
    let_one_escape(just_stay);
    CHECK(true);
}

TEST_CASE("planted.escaping-without-a-mark" * says("who sheds every mark is ended") * shall("planted(1)"))
{
    let_one_escape(become_another);
    CHECK(true);
}

TEST_CASE("planted.leaks-process" * says("a child that is left is ended") * shall("planted(1)"))
{
    const pid_t child = ::fork();
    if (child == 0)
    {
        stay();
    }
    note("process", child);
    CHECK(child > 0);
}

TEST_CASE("planted.floods-output" * says("what a case prints neither blocks it nor fills memory")
          * shall("planted(1)"))
{
    const std::string line(1023, 'x');
    for (int count = 0; count < 64 * 1024; ++count)
    {
        std::puts(line.c_str());
    }
    CHECK(true);
}

TEST_CASE("planted.floods-and-hangs" * says("an endless flood ends at the deadline") * shall("planted(1)"))
{
    let_one_escape(just_stay);
    const std::string line(4095, 'y');
    while (std::puts(line.c_str()) != 0)
    {
    }
}

TEST_CASE("planted.prints" * says("what a case prints is in the report") * shall("planted(1)"))
{
    std::puts("to standard output");
    std::fputs("to standard error\n", stderr);
    CHECK(false);
}
