// What is left of a process for its parent: the status of its end, and what it has put into memory in common.
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/property.hpp"

#include <array>

using namespace ipc_conform;

namespace
{

int status_of(pid_t child, int options = 0)
{
    int status = 0;
    REQUIRE(os::waitpid(child, &status, options) == child);
    return status;
}

// All that the macros say of a status, so that two of them at once do not go unseen.
std::string told_by(int status)
{
    std::string all;
    if (WIFEXITED(status))
    {
        all += fmt::format("exited with {};", WEXITSTATUS(status));
    }
    if (WIFSIGNALED(status))
    {
        all += fmt::format("killed by {};", name_of_signal(WTERMSIG(status)));
        all += WCOREDUMP(status) ? "core dumped;" : "";
    }
    if (WIFSTOPPED(status))
    {
        all += fmt::format("stopped by {};", name_of_signal(WSTOPSIG(status)));
    }
    if (WIFCONTINUED(status))
    {
        all += "continued;";
    }
    return all;
}

} // namespace

TEST_CASE(
    "process.wait-status"
    * says("waitpid tells exit, with the status's low 8 bits, death by a signal, stop and continuation apart")
    * observed_by("waitpid's macros for _exit with 0, 7, 0x1ff and -1, for a stop, a continuation and SIGKILL; no "
                  "two at once")
    * shall("POSIX.1-2024 wait()", "POSIX.1-2024 _exit()", "wait(2)"))
{
    for (const int given : {0, 7, 0x1ff, -1})
    {
        const pid_t child = arranged(os::fork());
        if (child == 0)
        {
            ::_exit(given);
        }
        CHECK(told_by(status_of(child)) == fmt::format("exited with {};", given & 0xff));
    }

    const pid_t child = arranged(os::fork());
    while (child == 0)
    {
        ::pause();
    }
    set_up(os::kill(child, SIGSTOP) == 0);
    CHECK(told_by(status_of(child, WUNTRACED)) == "stopped by SIGSTOP;");
    set_up(os::kill(child, SIGCONT) == 0);
    CHECK(told_by(status_of(child, WCONTINUED)) == "continued;");
    set_up(os::kill(child, SIGKILL) == 0);
    CHECK(told_by(status_of(child)) == "killed by SIGKILL;");
}

FAULT("process.wait-status", "a death by a signal is reported as the exit status that shells make of it",
      os::waitpid, [](auto real, pid_t process, int* status, int options) -> pid_t {
          const pid_t waited = real(process, status, options);
          *status = WIFSIGNALED(*status) ? (128 + WTERMSIG(*status)) << 8 : *status;
          return waited;
      });
FAULT("process.wait-status", "only seven bits of the exit status arrive", os::waitpid,
      [](auto real, pid_t process, int* status, int options) -> pid_t {
          const pid_t waited = real(process, status, options);
          *status &= WIFEXITED(*status) ? ~0x8000 : ~0;
          return waited;
      });
FAULT("process.wait-status", "every death has dumped core", os::waitpid,
      [](auto real, pid_t process, int* status, int options) -> pid_t {
          const pid_t waited = real(process, status, options);
          *status |= WIFSIGNALED(*status) ? 0x80 : 0;
          return waited;
      });
FAULT("process.wait-status", "a continuation is reported as the stop that it ends", os::waitpid,
      [before = 0](auto real, pid_t process, int* status, int options) mutable -> pid_t {
          const pid_t waited = real(process, status, options);
          *status = (options & WCONTINUED) != 0 ? before : *status;
          before = *status;
          return waited;
      });

namespace
{

// Volatile: whether another process changes it is the question, not the compiler's to answer.
volatile int ordinary = 1;
constexpr int result = 1000; // more than an exit status holds

} // namespace

TEST_CASE(
    "process.need-ipc"
    * says("what a child computes reaches its parent whole by memory in common, in 8 bits by its exit status, "
           "not at all by ordinary memory")
    * observed_by(
        "a child stores 1000 in its own and in shared memory and exits with it: its parent finds 1, 1000 and 232")
    * shall("POSIX.1-2024 fork()", "POSIX.1-2024 _exit()", "POSIX.1-2024 mmap()"))
{
    const Mapping in_common{
        permitted(os::mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        page_size()};
    REQUIRE(in_common.data() != MAP_FAILED);
    auto& shared = *reinterpret_cast<volatile int*>(in_common.data());
    const pid_t child = arranged(os::fork());
    if (child == 0)
    {
        ordinary = result;
        shared = result;
        ::_exit(result);
    }

    CHECK(told_by(status_of(child)) == fmt::format("exited with {};", result & 0xff));
    CHECK(ordinary == 1);
    CHECK(shared == result);
}

FAULT("process.need-ipc", "the child's store reaches the parent's ordinary memory", os::waitpid,
      [](auto real, pid_t process, int* status, int options) -> pid_t {
          const pid_t waited = real(process, status, options);
          ordinary = result;
          return waited;
      });
FAULT("process.need-ipc", "memory in common is copied by fork", os::mmap,
      [](auto real, void* address, std::size_t size, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          return real(address, size, protection, (flags & ~MAP_SHARED) | MAP_PRIVATE, descriptor, offset);
      });
FAULT("process.need-ipc", "the exit status is lost", os::waitpid,
      [](auto real, pid_t process, int* status, int options) -> pid_t {
          const pid_t waited = real(process, status, options);
          *status = 0;
          return waited;
      });
