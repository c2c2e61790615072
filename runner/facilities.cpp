#include "runner/facilities.hpp"

#include "fixtures/names.hpp"
#include "fixtures/os.hpp"
#include "fixtures/trace.hpp"
#include "runner/processes.hpp"
#include "runner/trust_tools.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <semaphore.h>
#include <string_view>

namespace ipc_conform::runner
{
namespace
{

using Answer = std::optional<Refusal>;

Answer refused(std::string_view call)
{
    Refusal refusal{std::string{call}, errno, "", {}};
    const journal::TracedCall* const traced = trace::latest(trace::lane());
    if (traced != nullptr && call == traced->name.data())
    {
        refusal.arguments = traced->arguments;
    }
    return refusal;
}

Answer unless(bool succeeded, const NamedCall& call)
{
    return succeeded ? Answer{} : refused(call.name());
}

// Objects are used and not only made: a system may offer the one without the other.

Answer message_passed(int id)
{
    struct Message
    {
        long type;
        char text;
    };
    Message message{1, 'x'};
    if (os::msgsnd(id, &message, 1, IPC_NOWAIT) != 0)
    {
        return refused(os::msgsnd.name());
    }
    return unless(os::msgrcv(id, &message, 1, 0, IPC_NOWAIT) == 1, os::msgrcv);
}

Answer message_queue()
{
    const int id = os::msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    if (id == -1)
    {
        return refused(os::msgget.name());
    }
    const Answer passed = message_passed(id);
    const Answer removed = unless(os::msgctl(id, IPC_RMID) == 0, os::msgctl);
    return passed ? passed : removed;
}

Answer shared_segment()
{
    const int id = os::shmget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    if (id == -1)
    {
        return refused(os::shmget.name());
    }
    // Errors are numbers in a pointer's clothes, as MAP_FAILED is.
    const Answer attached = unless(reinterpret_cast<std::intptr_t>(os::shmat(id)) != -1, os::shmat);
    const Answer removed = unless(os::shmctl(id, IPC_RMID) == 0, os::shmctl);
    return attached ? attached : removed;
}

Answer semaphore_set()
{
    const int id = ::semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    if (id == -1)
    {
        return refused("semget");
    }
    return ::semctl(id, 0, IPC_RMID) == 0 ? Answer{} : refused("semctl");
}

Answer posix_queue()
{
    const std::string name = unique_name();
    mq_attr smallest{};
    smallest.mq_maxmsg = 1;
    smallest.mq_msgsize = 64;
    const mqd_t queue = os::mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &smallest);
    if (queue == static_cast<mqd_t>(-1))
    {
        return refused(os::mq_open.name());
    }
    const Answer unlinked = unless(os::mq_unlink(name.c_str()) == 0, os::mq_unlink);
    if (os::mq_send(queue, "x", 1) != 0)
    {
        return refused(os::mq_send.name());
    }
    std::array<char, 64> text{};
    const Answer received = unless(os::mq_receive(queue, text.data(), text.size()) == 1, os::mq_receive);
    os::mq_close(queue);
    return received ? received : unlinked;
}

Answer shared_object()
{
    const std::string name = unique_name();
    const int descriptor = os::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor == -1)
    {
        return refused(os::shm_open.name());
    }
    const Answer unlinked = unless(os::shm_unlink(name.c_str()) == 0, os::shm_unlink);
    if (os::ftruncate(descriptor, 1) != 0)
    {
        return refused(os::ftruncate.name());
    }
    const Answer mapped =
        unless(os::mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor) != MAP_FAILED, os::mmap);
    return mapped ? mapped : unlinked; // the process ends: so do its descriptors and mappings
}

Answer named_semaphore()
{
    const std::string name = unique_name();
    sem_t* semaphore = ::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 0); // NOLINT(*-vararg)
    if (semaphore == SEM_FAILED)
    {
        return refused("sem_open");
    }
    const bool unlinked = ::sem_unlink(name.c_str()) == 0;
    ::sem_close(semaphore);
    return unlinked ? Answer{} : refused("sem_unlink");
}

Answer pipe()
{
    std::array<int, 2> ends{};
    return unless(os::pipe(ends.data()) == 0, os::pipe); // the process ends: so do its descriptors
}

Answer fifo()
{
    const char* folder = std::getenv("TMPDIR");
    const std::string path = (folder == nullptr || *folder == '\0' ? std::string{"/tmp"} : folder) + unique_name();
    if (os::mkfifo(path.c_str(), 0600) != 0)
    {
        return refused(os::mkfifo.name());
    }
    return unless(os::unlink(path.c_str()) == 0, os::unlink);
}

Answer socket_pair(int type)
{
    std::array<int, 2> ends{};
    return unless(os::socketpair(AF_UNIX, type, 0, ends.data()) == 0, os::socketpair);
}

/// A connection to itself: with the loopback interface down, an address of it can still be bound.
template <class Address>
Answer loopback(int type, Address address)
{
    auto* name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const int server = os::socket(name->sa_family, type, 0);
    const int client = os::socket(name->sa_family, type, 0);
    if (server == -1 || client == -1)
    {
        return refused(os::socket.name());
    }
    if (os::bind(server, name, size) != 0)
    {
        return refused(os::bind.name());
    }
    if (type == SOCK_STREAM && os::listen(server, 1) != 0)
    {
        return refused(os::listen.name());
    }
    if (os::getsockname(server, name, &size) != 0)
    {
        return refused(os::getsockname.name());
    }
    return unless(os::connect(client, name, size) == 0, os::connect);
}

Answer internet(int type)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return loopback(type, address);
}

Answer internet6()
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return loopback(SOCK_STREAM, address);
}

} // namespace

const std::vector<Facility>& facilities()
{
    static const std::vector<Facility> all{
        {"pipes", {"pipe"}, "pipe, pipe2", "", pipe},
        {"FIFOs", {"fifo"}, "mknod, mknodat", "", fifo},
        {"System V message queues",
         {"sysv-msg"},
         "msgget, msgctl, msgsnd, msgrcv",
         "CONFIG_SYSVIPC",
         message_queue},
        {"System V shared memory", {"sysv-shm"}, "shmget, shmctl, shmat, shmdt", "CONFIG_SYSVIPC", shared_segment},
        {"System V semaphores",
         {"sysv-sem"},
         "semget, semctl, semop, semtimedop",
         "CONFIG_SYSVIPC",
         semaphore_set},
        {"POSIX message queues",
         {"posix-mq"},
         "mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr",
         "CONFIG_POSIX_MQUEUE",
         posix_queue},
        {"POSIX shared memory",
         {"posix-shm"},
         "openat, ftruncate, unlink on /dev/shm",
         "CONFIG_TMPFS",
         shared_object},
        {"POSIX named semaphores",
         {"posix-sem"},
         "openat, link, unlink on /dev/shm",
         "CONFIG_TMPFS",
         named_semaphore},
        {"UNIX stream sockets",
         {"unix-stream", "socketpair", "fd-passing"},
         "socket, socketpair for AF_UNIX",
         "CONFIG_UNIX",
         [] { return socket_pair(SOCK_STREAM); }},
        {"UNIX datagram sockets",
         {"unix-dgram"},
         "socket, socketpair for AF_UNIX",
         "CONFIG_UNIX",
         [] { return socket_pair(SOCK_DGRAM); }},
        {"TCP over IPv4 loopback",
         {"tcp"},
         "socket, bind, listen, connect for AF_INET",
         "CONFIG_INET",
         [] { return internet(SOCK_STREAM); }},
        {"UDP over IPv4 loopback",
         {"udp"},
         "socket, bind, listen, connect for AF_INET",
         "CONFIG_INET",
         [] { return internet(SOCK_DGRAM); }},
        {"TCP over IPv6 loopback", {}, "socket, bind, listen, connect for AF_INET6", "CONFIG_IPV6", internet6}};
    return all;
}

std::optional<Refusal> refusal_of(const Facility& facility)
{
    struct Told
    {
        int error;
        std::array<char, 32> call;
        std::array<std::int64_t, 6> arguments;
    };
    const trust::Shared<Told> told;
    if (!told)
    {
        return refused("mmap");
    }
    const trust::DefaultChildSignal guard;
    trust::Child child{[&] {
        leave_no_core();
        const Answer answer = facility.refusal();
        if (answer)
        {
            told->error = answer->error;
            told->arguments = answer->arguments;
            std::copy_n(answer->call.begin(), std::min(answer->call.size(), told->call.size() - 1),
                        told->call.begin());
        }
        return answer ? 1 : 0;
    }};
    Answer answer;
    const auto problem = child.unless_exits(0);
    if (problem)
    {
        answer = told->call[0] == 0 ? Refusal{"", 0, *problem, {}}
                                    : Refusal{told->call.data(), told->error, "", told->arguments};
    }
    return answer;
}

} // namespace ipc_conform::runner
