// What the threads of a process have in common, what each has for itself, and which of them fork takes along.
#include "fixtures/threads.hpp"

#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include <utility>

using namespace ipc_conform;

TEST_CASE("process.fork-only-caller"
          * says("the child of a process with several threads has one: the one that called fork")
          * observed_by(
              "the thread count of children forked by the first and by another thread, each beside one that waits")
          * shall("POSIX.1-2024 fork()", "fork(2)"))
{
    const int alone = threads_of_this_process(); // one, unless an emulator has its own
    Pipe pipe;
    char byte = 0;
    Thread waiting{[&] { os::read(pipe.read_end, &byte, 1); }};
    const Descriptor write_end = std::move(pipe.write_end); // closed before the thread that waits is joined
    set_up(threads_of_this_process() == alone + 1);
    Peer child = spawn("child", [&] { CHECK(threads_of_this_process() == alone); });
    CHECK(finished(child));

    Thread forking{[&] {
        const pthread_t caller = ::pthread_self();
        Peer child_of_thread = spawn("child of a thread", [&] {
            CHECK(threads_of_this_process() == alone);
            CHECK(::pthread_equal(::pthread_self(), caller) != 0);
        });
        CHECK(finished(child_of_thread));
    }};
    forking.join();
}

namespace
{

void* wait_for_ever(void* /*unused*/)
{
    for (;;)
    {
        ::pause();
    }
}

void run_another()
{
    pthread_t another;
    ::pthread_create(&another, nullptr, wait_for_ever, nullptr);
}

} // namespace

FAULT("process.fork-only-caller", "the other threads run on in the child", os::pthread_create,
      [](auto real, pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
         void* argument) -> int {
          ::pthread_atfork(nullptr, nullptr, run_another);
          return real(thread, attributes, body, argument);
      });
FAULT("process.fork-only-caller", "a thread that forks takes the others along", os::pthread_create,
      [created = 0](auto real, pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                    void* argument) mutable -> int {
          if (++created == 2)
          {
              ::pthread_atfork(nullptr, nullptr, run_another);
          }
          return real(thread, attributes, body, argument);
      });

namespace
{

bool blocks(int signal)
{
    sigset_t blocked;
    set_up(os::pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0);
    return ::sigismember(&blocked, signal) == 1;
}

bool ignores(int signal)
{
    struct sigaction action;
    set_up(os::sigaction(signal, nullptr, &action) == 0);
    return action.sa_handler == SIG_IGN;
}

bool is_working_directory(const char* path)
{
    struct stat one;
    struct stat other;
    set_up(os::stat(".", &one) == 0 && os::stat(path, &other) == 0);
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

} // namespace

TEST_CASE("process.thread-resources"
          * says("threads have descriptors, working directory, signal actions and process id in common, errno and "
                 "signal mask each for itself")
          * observed_by("a thread opens, changes directory, ignores a signal, blocks another and fails a call; "
                        "the first thread looks")
          * shall("POSIX.1-2024 XSH 2.9 Threads", "pthreads(7)"))
{
    const pid_t process = os::getpid();
    Descriptor opened;
    set_up(!ignores(SIGUSR1) && !blocks(SIGUSR2));
    if (is_working_directory("/"))
    {
        restricted("the case works in the root folder, so there is no other to change to",
                   "give TMPDIR a writable folder");
    }
    errno = 0;
    Thread thread{[&] {
        CHECK(os::getpid() == process);
        opened = Descriptor{os::open("/", O_RDONLY)};
        CHECK(os::chdir("/") == 0);
        struct sigaction ignore
        {
        };
        ignore.sa_handler = SIG_IGN;
        CHECK(os::sigaction(SIGUSR1, &ignore, nullptr) == 0);
        sigset_t mask;
        ::sigemptyset(&mask);
        ::sigaddset(&mask, SIGUSR2);
        CHECK(os::pthread_sigmask(SIG_BLOCK, &mask, nullptr) == 0);
        CHECK(fails_with(EBADF, os::close(-1)));
    }};
    thread.join();

    CHECK(errno == 0);
    CHECK(!blocks(SIGUSR2));
    CHECK(os::fcntl(opened, F_GETFD) != -1);
    CHECK(is_working_directory("/"));
    CHECK(ignores(SIGUSR1));
}

namespace
{

sigset_t mask_of_process; // empty until a thread has changed it

} // namespace

FAULT("process.thread-resources", "a descriptor opened by a thread is that thread's only", os::fcntl,
      [](auto /*real*/, int, int, long) -> int {
          errno = EBADF;
          return -1;
      });
FAULT("process.thread-resources", "each thread has a working directory of its own", os::chdir,
      [](auto /*real*/, const char*) -> int { return 0; });
FAULT("process.thread-resources", "each thread has signal actions of its own", os::sigaction,
      [](auto real, int signal, const struct sigaction* action, struct sigaction* before) -> int {
          return action != nullptr ? 0 : real(signal, action, before);
      });
FAULT("process.thread-resources", "each thread has a process id of its own", os::getpid,
      [calls = 0](auto real) mutable -> pid_t { return real() + calls++; });
FAULT("process.thread-resources", "the process has one signal mask", os::pthread_sigmask,
      [](auto real, int how, const sigset_t* change, sigset_t* before) -> int {
          if (change != nullptr)
          {
              mask_of_process = *change;
              return 0;
          }
          const int error = real(how, change, before);
          before[0] = ::sigismember(&mask_of_process, SIGUSR2) == 1 ? mask_of_process : before[0];
          return error;
      });
FAULT("process.thread-resources", "the process has one errno", os::pthread_join,
      [](auto real, pthread_t thread, void** result) -> int {
          const int error = real(thread, result);
          errno = EBADF;
          return error;
      });
