// filtered ANSWER CALL[:FIRST-ARGUMENT]… -- PROGRAM ARGUMENT…: runs a program under a seccomp filter that answers
// these system calls with ANSWER: the name of an errno (EPERM, ENOSYS), or kill.
#include "fixtures/error_names.hpp"
#include "runner/system_call_numbers.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string>
#include <vector>

namespace
{

struct Name
{
    const char* name;
    long number;
};

#define CALL(name)                                                                                                \
    Name                                                                                                          \
    {                                                                                                             \
#name, SYS_##name                                                                                         \
    }
const Name names[] = {
    CALL(accept),
    CALL(accept4),
    CALL(bind),
    CALL(clone),
    CALL(clone3),
    CALL(close_range),
    CALL(connect),
    CALL(dup),
    CALL(epoll_create1),
    CALL(epoll_ctl),
    CALL(epoll_pwait),
    CALL(epoll_pwait2),
    CALL(epoll_wait),
    CALL(eventfd2),

    CALL(fadvise64),
    CALL(fallocate),
    CALL(fcntl),
    CALL(flock),
    CALL(fsync),
    CALL(ftruncate),
    CALL(futex),
    CALL(getdents64),
    CALL(getpeername),
    CALL(getrandom),
    CALL(getsockname),
    CALL(getsockopt),
    CALL(ioctl),
    CALL(kill),
    CALL(linkat),
    CALL(listen),
    CALL(madvise),
    CALL(memfd_create),
    CALL(mincore),
    CALL(mkdir),
    CALL(mknod),
    CALL(mknodat),
    CALL(mlock),
    CALL(mprotect),
    CALL(mq_getsetattr),
    CALL(mq_notify),
    CALL(mq_open),
    CALL(mq_timedreceive),
    CALL(mq_timedsend),
    CALL(mq_unlink),
    CALL(mremap),
    CALL(msgctl),
    CALL(msgget),
    CALL(msgrcv),
    CALL(msgsnd),
    CALL(msync),
    CALL(munlock),
    CALL(pidfd_open),
    CALL(pipe),
    CALL(pipe2),
    CALL(poll),
    CALL(ppoll),
    CALL(prctl),
    CALL(pread64),
    CALL(prlimit64),
    CALL(pselect6),
    CALL(pwrite64),
    CALL(readv),
    CALL(recvfrom),
    CALL(recvmsg),
    CALL(rename),
    CALL(rt_sigtimedwait),
    CALL(sched_yield),
    CALL(seccomp),
    CALL(select),
    CALL(semctl),
    CALL(semget),
    CALL(semop),
    CALL(semtimedop),
    CALL(sendmsg),
    CALL(sendto),
    CALL(setsid),
    CALL(setsockopt),
    CALL(shmat),
    CALL(shmctl),
    CALL(shmdt),
    CALL(shmget),
    CALL(shutdown),
    CALL(signalfd4),
    CALL(socket),
    CALL(socketpair),
    CALL(splice),
    CALL(statfs),
    CALL(symlink),
    CALL(tee),
    CALL(timerfd_create),
    CALL(timerfd_settime),
    CALL(truncate),
    CALL(umask),
    CALL(unlink),
    CALL(vmsplice),
    CALL(wait4),
    CALL(waitid),
    CALL(writev),
};
#undef CALL

[[noreturn]] void usage(const std::string& what)
{
    std::fprintf(stderr,
                 "filtered: %s\nusage: filtered ERRNO|kill CALL[:FIRST-ARGUMENT]... -- PROGRAM ARGUMENT...\n",
                 what.c_str());
    std::exit(2);
}

std::uint32_t number_of(const std::string& name)
{
    for (const Name& one : names)
    {
        if (name == one.name && one.number >= 0)
        {
            return static_cast<std::uint32_t>(one.number);
        }
    }
    usage("no such call here: " + name);
}

std::uint32_t action_of(const std::string& answer)
{
    for (int error = 1; error < 134; ++error)
    {
        if (ipc_conform::name_of_error(error) == answer)
        {
            return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
        }
    }
    return answer == "kill" ? SECCOMP_RET_KILL_PROCESS : (usage("no such answer: " + answer), 0);
}

constexpr std::uint32_t low_half(std::size_t index)
{
    constexpr bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * sizeof(std::uint64_t)
                                      + (big ? 4 : 0));
}

void refuse(std::vector<sock_filter>& steps, const std::string& call, std::uint32_t action)
{
    const std::size_t colon = call.find(':');
    const std::uint32_t number = number_of(call.substr(0, colon));
    steps.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    if (colon == std::string::npos)
    {
        steps.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    }
    else
    {
        const auto argument = static_cast<std::uint32_t>(std::strtol(call.c_str() + colon + 1, nullptr, 10));
        steps.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3));
        steps.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low_half(0)));
        steps.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, 1));
    }
    steps.push_back(BPF_STMT(BPF_RET | BPF_K, action));
}

} // namespace

int main(int count, char** arguments)
{
    const std::vector<std::string> words{arguments + 1, arguments + count};
    std::size_t at = 1;
    std::vector<sock_filter> steps;
    for (; at < words.size() && words[at] != "--"; ++at)
    {
        refuse(steps, words[at], action_of(words.front()));
    }
    if (at + 1 >= words.size())
    {
        usage("no program");
    }
    steps.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0
        || ::prctl(PR_SET_SECCOMP, static_cast<unsigned long>(SECCOMP_MODE_FILTER), &program) != 0)
    {
        std::perror("filtered: no filter can be installed here");
        return 77;
    }
    ::execv(words[at + 1].c_str(), arguments + at + 2);
    std::perror(words[at + 1].c_str());
    return 127;
}
