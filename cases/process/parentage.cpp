// Whose child a process is, before and after its parent has gone.
#include "cases/process/telling.hpp"
#include "fixtures/event.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/threads.hpp"

using namespace ipc_conform;

TEST_CASE("process.ppid"
          * says("getppid() in a child is its parent's process id, whichever of the parent's threads called fork")
          * observed_by("getppid in a child, in a grandchild, and in a child forked by a second thread")
          * shall("POSIX.1-2024 fork()", "POSIX.1-2024 getppid()", "getppid(2)"))
{
    const pid_t parent = os::getpid();
    Peer child = spawn("child", [&] {
        CHECK(os::getppid() == parent);
        const pid_t itself = os::getpid();
        Peer grandchild = spawn("grandchild", [&] { CHECK(os::getppid() == itself); });
        CHECK(finished(grandchild));
    });
    CHECK(finished(child));

    Thread thread{[&] {
        Peer child_of_thread = spawn("child of a thread", [&] { CHECK(os::getppid() == parent); });
        CHECK(finished(child_of_thread));
    }};
    thread.join();
}

namespace
{

bool threaded = false; // this process has a thread, or was forked by one that has

} // namespace

FAULT("process.ppid", "the grandparent's id is given", os::getppid,
      [parent_of_case = ::getppid()](auto /*real*/) -> pid_t { return parent_of_case; });
FAULT("process.ppid", "a grandchild is given its grandparent's id", os::getppid,
      [process_of_case = ::getpid()](auto /*real*/) -> pid_t { return process_of_case; });
FAULT(
    "process.ppid", "a thread's child is given the thread's id", os::pthread_create,
    [](auto real, pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
       void* argument) -> int {
        threaded = true;
        return real(thread, attributes, body, argument);
    },
    os::getppid, [](auto real) -> pid_t { return threaded ? real() + 1 : real(); });

namespace
{

// Asking with signal zero disturbs nobody.
bool exists(pid_t process)
{
    return os::kill(process, 0) == 0 || errno == EPERM;
}

} // namespace

TEST_CASE("process.siblings-ppid"
          * says("the children of one parent have equal parent process ids, their own children another")
          * observed_by("getppid in two siblings and in a child of each")
          * shall("POSIX.1-2024 fork()", "POSIX.1-2024 getppid()"))
{
    const pid_t parent = os::getpid();
    const auto sibling = [&] {
        CHECK(os::getppid() == parent);
        Peer nephew = spawn("nephew", [&] { CHECK(os::getppid() != parent); });
        CHECK(finished(nephew));
    };
    Peer elder = spawn("elder sibling", sibling);
    Peer younger = spawn("younger sibling", sibling);
    CHECK(finished(elder));
    CHECK(finished(younger));
}

FAULT("process.siblings-ppid", "each sibling is told something else", os::getppid,
      [](auto real) -> pid_t { return real() ^ ::getpid(); });
FAULT("process.siblings-ppid", "siblings are told their grandparent", os::getppid,
      [grandparent = ::getppid()](auto /*real*/) -> pid_t { return grandparent; });
FAULT("process.siblings-ppid", "all descendants are told the same", os::getppid,
      [ancestor = ::getpid()](auto /*real*/) -> pid_t { return ancestor; });

TEST_CASE(
    "process.orphan"
    * says("when its parent has died a process is the child of a system process or subreaper, not its grandparent")
    * observed_by("the orphan tells getppid before and after its parent was killed: an existing process, not its "
                  "grandparent")
    * on("Linux", "process 1 or the nearest subreaper")
    * on("Darwin", "launchd, process 1, by reading kern_exit.c")
    * defined("POSIX.1-2024 _exit()", "getppid(2)", "prctl(2)"))
{
    Pipe report;
    const Event orphaned;
    Peer parent = spawn("parent", [&] {
        Peer child = spawn("child", [&] {
            tell(report.write_end, os::getppid());
            orphaned.wait();
            tell(report.write_end, os::getppid());
        });
        os::waitpid(child.pid(), nullptr, 0); // killed while it waits, so the child is left to others
    });
    report.write_end.close();
    CHECK(hear(report.read_end) == parent.pid());
    set_up(os::kill(parent.pid(), SIGKILL) == 0);
    REQUIRE(killed_by(parent, SIGKILL));
    orphaned.set();

    const pid_t adopter = hear(report.read_end);
    observe("new parent", adopter == 1 ? "process 1" : "a subreaper");
    observe("new parent's PID", adopter);
    observe("new parent is the kit's own process", adopter == os::getppid());
    CHECK(adopter > 0);
    CHECK(adopter != parent.pid());
    CHECK(adopter != os::getpid());
    CHECK(exists(adopter));
    char byte = 0;
    CHECK(os::read(report.read_end, &byte, 1) == 0); // the orphan, who wrote last, has ended
}

FAULT("process.orphan", "the dead parent's id stays", os::getppid,
      [asked_by = pid_t{0}, first = pid_t{0}](auto real) mutable -> pid_t {
          if (std::exchange(asked_by, ::getpid()) != ::getpid())
          {
              first = real();
          }
          return first;
      });
FAULT("process.orphan", "the grandparent adopts the orphan", os::getppid,
      [grandparent = ::getpid(), parent = pid_t{0}](auto real) mutable -> pid_t {
          parent = parent == 0 ? real() : parent;
          return real() == parent ? parent : grandparent;
      });
FAULT("process.orphan", "an orphan has no parent", os::getppid, [parent = pid_t{0}](auto real) mutable -> pid_t {
    parent = parent == 0 ? real() : parent;
    return real() == parent ? parent : 0;
});

TEST_CASE("process.subreaper"
          * says("the nearest ancestor marked PR_SET_CHILD_SUBREAPER adopts an orphan and gets its exit status")
          * observed_by("the orphan's getppid is the marked grandparent, whose waitpid gets its exit status 7")
          * platform("Linux", "prctl(2)"))
{
    const int marked = permitted(os::prctl(PR_SET_CHILD_SUBREAPER, 1));
    if (marked == -1 && errno == EINVAL)
    {
        unsupported("prctl() does not know PR_SET_CHILD_SUBREAPER, as before Linux 3.4");
    }
    REQUIRE(marked == 0);
    const pid_t reaper = os::getpid();
    const Pipe report;
    const Event orphaned;
    Peer parent = spawn("parent", [&] {
        Peer child = spawn("child", [&] {
            tell(report.write_end, os::getpid());
            orphaned.wait();
            CHECK(os::getppid() == reaper);
            ::_exit(7);
        });
        os::waitpid(child.pid(), nullptr, 0); // killed while it waits, so the child is left to others
    });
    const pid_t orphan = hear(report.read_end);
    set_up(os::kill(parent.pid(), SIGKILL) == 0);
    REQUIRE(killed_by(parent, SIGKILL));
    orphaned.set();

    int status = 0;
    REQUIRE(os::waitpid(orphan, &status, 0) == orphan);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}

FAULT("process.subreaper", "the orphan goes past the subreaper", os::prctl,
      [](auto /*real*/, int, unsigned long) -> int { return 0; });
FAULT("process.subreaper", "the subreaper may not wait for a child that it did not make", os::waitpid,
      [subreaper = ::getpid()](auto real, pid_t process, int* status, int options) -> pid_t {
          errno = ECHILD;
          return ::getpid() == subreaper ? -1 : real(process, status, options);
      });
FAULT("process.subreaper", "the adopted child's exit status is lost", os::waitpid,
      [](auto real, pid_t process, int* /*status*/, int options) -> pid_t {
          return real(process, nullptr, options);
      });
