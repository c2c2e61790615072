// A socket's name in the file system: where strangers meet, and what is left of it after the close.
#include "fixtures/files.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;

TEST_CASE(
    "unix-stream.unrelated" * says("two processes that share nothing but a path name meet there and exchange data")
    * observed_by(
        "two strangers with another parent, told the name alone, listen and connect there; ping and pong pass")
    * shall("POSIX.1-2024 bind()", "POSIX.1-2024 connect()", "unix(7)"))
{
    const OwnedPath place;
    const Event listening;
    Peer server = spawn_stranger(
        "server",
        [](const std::string& path, pid_t arranger, const Event& ready) {
            CHECK(os::getppid() != arranger);
            const UnixAddress name{path};
            const Descriptor listener{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
            REQUIRE(permitted(os::bind(listener, name.address(), name.length())) == 0);
            REQUIRE(os::listen(listener, 8) == 0);
            ready.set();
            REQUIRE(readable(listener));
            const Descriptor connection{os::accept(listener)};
            CHECK(receive_fully(connection, 4) == "ping");
            CHECK(os::send(connection, "pong", 4) == 4);
        },
        place.path(), os::getpid(), listening);
    Peer client = spawn_stranger(
        "client",
        [](const std::string& path, pid_t arranger, const Event& ready) {
            CHECK(os::getppid() != arranger);
            const UnixAddress name{path};
            const Descriptor socket{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
            ready.wait();
            REQUIRE(permitted(os::connect(socket, name.address(), name.length())) == 0);
            CHECK(os::send(socket, "ping", 4) == 4);
            CHECK(receive_fully(socket, 4) == "pong");
        },
        place.path(), os::getpid(), listening);
    CHECK(finished(client));
    CHECK(finished(server));
}

FAULT("unix-stream.unrelated", "a stranger's connection is refused", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) {
          errno = ECONNREFUSED;
          return -1;
      });
FAULT("unix-stream.unrelated", "bind gives the name to this process only", os::bind,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          ::unlink(reinterpret_cast<const sockaddr_un*>(address)->sun_path);
          return result;
      });
FAULT("unix-stream.unrelated", "what a stranger sends gets lost", os::send,
      [](auto /*real*/, int, const void*, std::size_t size, int) { return static_cast<ssize_t>(size); });

TEST_CASE("unix-stream.stale-file"
          * says("a closed socket leaves its file behind: until it is unlinked, connect to it fails with "
                 "ECONNREFUSED and bind with EADDRINUSE")
          * observed_by("after the listener's close lstat says S_ISSOCK; the errors of connect and bind, and bind "
                        "again after unlink")
          * on("Darwin", "the same, by reading uipc_usrreq.c")
          * shall("POSIX.1-2024 bind()", "POSIX.1-2024 connect()", "unix(7)"))
{
    const OwnedPath place;
    const UnixAddress name{place.path()};
    listen_at(place.path()).close();

    struct stat file = {};
    CHECK(os::lstat(place.c_str(), &file) == 0);
    CHECK(S_ISSOCK(file.st_mode));
    Peer late = spawn("late", [&] {
        const Descriptor socket{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
        CHECK(fails_with(ECONNREFUSED, os::connect(socket, name.address(), name.length())));
    });
    REQUIRE(finished(late));
    const Descriptor successor{arranged(os::socket(AF_UNIX, SOCK_STREAM, 0))};
    CHECK(fails_with(EADDRINUSE, os::bind(successor, name.address(), name.length())));

    set_up(os::unlink(place.c_str()) == 0);
    CHECK(os::bind(successor, name.address(), name.length()) == 0);
}

FAULT("unix-stream.stale-file", "closing a socket removes its file", os::close, [](auto real, int descriptor) {
    sockaddr_un name{};
    socklen_t length = sizeof name;
    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &length);
    ::unlink(name.sun_path);
    return real(descriptor);
});
FAULT("unix-stream.stale-file", "connect to a stale file hangs", os::connect,
      [](auto /*real*/, int, const sockaddr*, socklen_t) { return ::pause(); });
FAULT("unix-stream.stale-file", "connect to a stale file says that there is none", os::connect,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          errno = ENOENT;
          return result;
      });
FAULT("unix-stream.stale-file", "bind takes a stale file over", os::bind,
      [](auto real, int socket, const sockaddr* address, socklen_t length) {
          const int result = real(socket, address, length);
          if (result == -1 && errno == EADDRINUSE)
          {
              ::unlink(reinterpret_cast<const sockaddr_un*>(address)->sun_path);
              return real(socket, address, length);
          }
          return result;
      });
