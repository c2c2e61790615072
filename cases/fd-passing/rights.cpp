// Passing an open descriptor to another process (SCM_RIGHTS): what arrives is the file itself, not its number.
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/socket.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/unix_socket.hpp"

#include <algorithm>
#include <vector>

using namespace ipc_conform;

namespace
{

Finding at_end_of_file(int descriptor)
{
    char byte = 0;
    const Finding ready = readable(descriptor);
    const ssize_t got = ready ? os::read(descriptor, &byte, 1) : -1;
    return got == 0 ? Finding::yes("end of file") : Finding::no(fmt::format("no end of file: {}", ready.seen()));
}

// The descriptor in a message that recvmsg has filled in.
int& number_in(msghdr* message)
{
    return *reinterpret_cast<int*>(CMSG_DATA(CMSG_FIRSTHDR(message)));
}

bool carries_descriptor(const msghdr* message)
{
    return CMSG_FIRSTHDR(message) != nullptr;
}

constexpr auto delivers_dead_number = [](auto real, int socket, msghdr* message, int flags) -> ssize_t {
    const ssize_t got = real(socket, message, flags);
    if (carries_descriptor(message))
    {
        ::close(number_in(message));
    }
    return got;
};

constexpr auto delivers_another_file = [](auto real, int socket, msghdr* message, int flags) -> ssize_t {
    const ssize_t got = real(socket, message, flags);
    if (carries_descriptor(message))
    {
        const int other = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup2(other, number_in(message));
        ::close(other);
    }
    return got;
};

constexpr auto keeps_descriptor_open = [](auto real, int socket, const msghdr* message, int flags) -> ssize_t {
    const cmsghdr* rights = CMSG_FIRSTHDR(message);
    if (rights != nullptr)
    {
        ::dup(*reinterpret_cast<const int*>(CMSG_DATA(rights)));
    }
    return real(socket, message, flags);
};

} // namespace

TEST_CASE(
    "fd-passing.basic"
    * says("SCM_RIGHTS gives the receiver a new descriptor, with a number of its own, for the same open file")
    * observed_by("a peer without the pipe gets its write end: a number it had not open, O_NONBLOCK still set, "
                  "data, then end of file")
    * on("Darwin", "the same, by reading uipc_usrreq.c")
    * shall("POSIX.1-2024 sendmsg()", "POSIX.1-2024 recvmsg()", "POSIX.1-2024 <sys/socket.h>", "unix(7)"))
{
    const UnixConnection channel;
    Peer receiver = spawn("receiver", [&] { // before the pipe is made, so that it can inherit none of it
        const std::vector<int> before = open_descriptors();
        const Descriptor passed = take_descriptor(channel.server);
        REQUIRE(passed >= 0);
        CHECK(!std::ranges::binary_search(before, static_cast<int>(passed)));
        CHECK((os::fcntl(passed, F_GETFL) & O_NONBLOCK) != 0); // a flag of the open file, set by the sender
        CHECK(os::write(passed, "through", 7) == 7);
    });
    Pipe pipe;
    set_nonblocking(pipe.write_end);
    CHECK(pass_descriptor(channel.client, pipe.write_end) == 1);
    pipe.write_end.close();

    CHECK(finished(receiver));
    CHECK(read_fully(pipe.read_end, 7) == "through");
    CHECK(at_end_of_file(pipe.read_end)); // the receiver's descriptor was the last
}

FAULT("fd-passing.basic", "the descriptor that arrives is for another file", os::recvmsg, delivers_another_file);
FAULT("fd-passing.basic", "the number arrives without the file", os::recvmsg, delivers_dead_number);
FAULT("fd-passing.basic", "only the data byte arrives", os::recvmsg,
      [](auto real, int socket, msghdr* message, int flags) {
          const ssize_t got = real(socket, message, flags);
          message->msg_controllen = 0;
          return got;
      });
FAULT("fd-passing.basic", "the sender's descriptor stays open for ever", os::sendmsg, keeps_descriptor_open);

TEST_CASE("fd-passing.unrelated"
          * says("a descriptor can be passed between processes that share nothing but a path name")
          * observed_by("a stranger connects by name and passes its pipe's read end; after its end data and end "
                        "of file come from it")
          * on("Darwin", "the same, by reading uipc_usrreq.c") * shall("POSIX.1-2024 sendmsg()", "unix(7)"))
{
    const OwnedPath place;
    const Descriptor listener = listen_at(place.path());
    Peer stranger = spawn_stranger(
        "stranger",
        [](const std::string& path, pid_t arranger) {
            CHECK(os::getppid() != arranger);
            const Pipe pipe;
            write_fully(pipe.write_end, "a stranger's");
            const Descriptor channel = connect_to(path);
            CHECK(pass_descriptor(channel, pipe.read_end) == 1);
        },
        place.path(), os::getpid());

    REQUIRE(readable(listener));
    const Descriptor channel = accept_from(listener);
    REQUIRE(readable(channel));
    const Descriptor passed = take_descriptor(channel);
    CHECK(finished(stranger)); // what it sent outlives it
    REQUIRE(passed >= 0);
    CHECK(read_fully(passed, 12) == "a stranger's");
    CHECK(at_end_of_file(passed));
}

FAULT("fd-passing.unrelated", "a stranger may not pass descriptors", os::sendmsg,
      [](auto /*real*/, int, const msghdr*, int) -> ssize_t {
          errno = EINVAL;
          return -1;
      });
FAULT("fd-passing.unrelated", "a stranger's descriptor is looked up in the receiver's table", os::recvmsg,
      delivers_another_file);
FAULT("fd-passing.unrelated", "the number arrives without the file", os::recvmsg, delivers_dead_number);

TEST_CASE("fd-passing.pass-socket-itself"
          * says("a socket can be passed over itself and over its peer, works where it arrives, and leaks nothing "
                 "when both are closed with themselves still on the way")
          * observed_by("data through a socket passed over itself; end of file from a pipe whose end is queued in "
                        "an abandoned cycle")
          * on("Linux", "it is accepted, and the cycle is freed")
          * on("Darwin", "it is accepted, and a garbage collector frees the cycle, by reading uipc_usrreq.c")
          * defined("unix(7)", "POSIX.1-2024 sendmsg()"))
{
    UnixConnection used;
    REQUIRE(pass_descriptor(used.client, used.client) == 1);
    Descriptor passed = take_descriptor(used.server);
    REQUIRE(passed >= 0);
    CHECK(os::send(passed, "through itself", 14) == 14);
    CHECK(receive_fully(used.server, 14) == "through itself");

    UnixConnection abandoned;
    Pipe pipe;
    CHECK(pass_descriptor(abandoned.client, pipe.write_end) == 1); // goes only when what holds it goes
    CHECK(pass_descriptor(abandoned.client, abandoned.server) == 1);
    CHECK(pass_descriptor(abandoned.server, abandoned.server) == 1);
    CHECK(pass_descriptor(abandoned.server, abandoned.client) == 1);
    pipe.write_end.close();
    abandoned.client.close();
    abandoned.server.close();
    for (Descriptor* other : {&passed, &used.client, &used.server})
    {
        other->close(); // a system may look for what nobody can reach only when a socket really goes
    }
    CHECK(at_end_of_file(pipe.read_end));
}

FAULT("fd-passing.pass-socket-itself", "sockets that hold each other are never freed", os::sendmsg,
      keeps_descriptor_open);
FAULT("fd-passing.pass-socket-itself", "a socket cannot be passed over itself", os::sendmsg,
      [](auto real, int socket, const msghdr* message, int flags) -> ssize_t {
          const int passed = *reinterpret_cast<const int*>(CMSG_DATA(CMSG_FIRSTHDR(message)));
          errno = EINVAL;
          return passed == socket ? -1 : real(socket, message, flags);
      });
FAULT("fd-passing.pass-socket-itself", "a socket that was passed is dead", os::recvmsg, delivers_dead_number);
