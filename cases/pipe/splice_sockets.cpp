// splice between a pipe and a stream socket: the way of every proxy that does not look at what it passes on.
#include "cases/pipe/splice_faults.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/loopback.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"
#include "fixtures/unix_socket.hpp"

using namespace ipc_conform;
using namespace ipc_conform::splice_faults;

namespace
{

ssize_t splice_once(int in, int out, std::size_t size, unsigned flags = 0)
{
    return os::splice(in, nullptr, out, nullptr, size, flags);
}

// Little goes over at once, whatever more is asked for, and a pipe with little room takes what fits.
void short_transfers(const Connection& connection, const Channel& there, const Channel& back)
{
    const std::size_t page = page_size();
    write_fully(there.write_end, "abc");
    CHECK(splice_once(there.read_end, connection.client, page) == 3);
    REQUIRE(arrived(connection.server, 3));
    CHECK(splice_once(connection.server, back.write_end, page) == 3);
    CHECK(take_all(back.read_end) == "abc");
    set_nonblocking(connection.server); // for a TCP socket SPLICE_F_NONBLOCK means the pipe only
    CHECK(fails_with(EAGAIN, splice_once(connection.server, back.write_end, page, SPLICE_F_NONBLOCK)));
    set_nonblocking(connection.server, false);

    const Pipe small;
    shrink_to_one_page(small.write_end);
    const std::string bytes = random_bytes(2 * page + 5, 5);
    write_fully(there.write_end, bytes);
    std::size_t sent = 0;
    for (ssize_t moved = 0; sent < bytes.size(); sent += static_cast<std::size_t>(moved))
    {
        moved = splice_once(there.read_end, connection.client, bytes.size() - sent);
        REQUIRE(moved > 0);
    }
    REQUIRE(arrived(connection.server, bytes.size()));
    std::string got;
    while (got.size() < bytes.size())
    {
        const ssize_t moved = splice_once(connection.server, small.write_end, bytes.size());
        REQUIRE(moved > 0);
        REQUIRE(moved <= static_cast<ssize_t>(page));
        got += take_all(small.read_end);
    }
    CHECK(same_bytes(got, bytes));
}

// A long way: through a pipe, a socket and another pipe, each step by its own process.
void bulk(const Connection& connection, const Channel& there, const Channel& back)
{
    const std::string bytes = random_bytes(300'000, 7); // more than the pipes and, on the way, the socket hold
    const auto pass_on = [&](int in, int out) {
        for (std::size_t rest = bytes.size(); rest > 0;)
        {
            const ssize_t moved = splice_once(in, out, rest);
            REQUIRE(moved > 0);
            rest -= static_cast<std::size_t>(moved);
        }
    };
    Peer writer = spawn("writer", [&] { write_fully(there.write_end, bytes); });
    Peer sender = spawn("sender", [&] { pass_on(there.read_end, connection.client); });
    Peer receiver = spawn("receiver", [&] { pass_on(connection.server, back.write_end); });
    CHECK(same_bytes(read_fully(back.read_end, bytes.size()), bytes));
    for (Peer* peer : {&writer, &sender, &receiver})
    {
        CHECK(finished(*peer));
    }
}

// A socket that does not wait takes a part; the rest stays in the pipe, whole and in order.
void short_send(const Connection& connection)
{
    const Pipe wide; // more slots than go to the socket at a time
    set_up(os::fcntl(wide.write_end, F_SETPIPE_SZ, static_cast<long>(64 * page_size())) != -1);
    const int smallest = 1; // the system raises it to its own minimum
    set_up(os::setsockopt(connection.client, SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest) == 0);
    set_nonblocking(connection.client);
    std::string bytes;
    std::size_t sent = 0;
    ssize_t moved = 0;
    while (moved != -1)
    {
        bytes += random_bytes(40 * page_size(), 6 + bytes.size());
        write_fully(wide.write_end, std::string_view{bytes}.substr(sent));
        while (sent < bytes.size()
               && (moved = splice_once(wide.read_end, connection.client, bytes.size() - sent, SPLICE_F_NONBLOCK))
                      > 0)
        {
            sent += static_cast<std::size_t>(moved);
        }
    }
    CHECK(fails_with(EAGAIN, moved));
    const std::string rest = take_all(wide.read_end);
    CHECK(rest.size() == bytes.size() - sent);
    CHECK(same_bytes(receive_fully(connection.server, sent) + rest, bytes));
    set_nonblocking(connection.client, false);
}

void carried_by(Connection&& connection)
{
    const Pipe there;
    const Pipe back;
    short_transfers(connection, there, back);
    bulk(connection, there, back);
    short_send(connection);

    write_fully(there.write_end, "end");
    CHECK(splice_once(there.read_end, connection.client, 3) == 3);
    connection.client.close();
    CHECK(splice_once(connection.server, back.write_end, 3) == 3);
    CHECK(take_all(back.read_end) == "end");
    CHECK(splice_once(connection.server, back.write_end, 1) == 0);
    CHECK(splice_once(connection.server, back.write_end, 1) == 0);
}

} // namespace

TEST_CASE(
    "pipe.splice-socket"
    * says("splice carries data from a pipe to a stream socket and back, in order, returns short when less is "
           "queued or fits, and reports the peer's close as 0")
    * observed_by("over a local and a TCP connection: 3 bytes for a page asked for, three pages through a pipe of "
                  "one, a send buffer that fills up, 300,000 bytes through four processes, the close")
    * platform("Linux", "splice(2)", "LTP splice05", "gVisor socket_ip_tcp_generic"))
{
    require_splice();
    carried_by(UnixConnection{});
    carried_by(TcpConnection{});
}

FAULT("pipe.splice-socket", "what a short send leaves over is lost", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          if (moved > 0 && (flags & SPLICE_F_NONBLOCK) != 0)
          {
              lose(in, 1);
          }
          return moved;
      });
FAULT("pipe.splice-socket", "a byte is lost at the boundary of each transfer, and counted", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size > 1 ? size - 1 : size, flags);
          if (moved > 1 && queued(in) > 0)
          {
              lose(in, 1);
              return moved + 1;
          }
          return moved;
      });
FAULT("pipe.splice-socket", "a socket that has nothing yet reads as closed", os::splice,
      wrong_answer::hiding<EAGAIN, 0>);
FAULT("pipe.splice-socket", "the peer's close is reported as nothing yet", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          errno = moved == 0 ? EAGAIN : errno;
          return moved == 0 ? -1 : moved;
      });
FAULT("pipe.splice-socket", "more is counted than the pipe has room for", os::splice,
      [](auto real, int in, loff_t* in_at, int out, loff_t* out_at, std::size_t size, unsigned flags) -> ssize_t {
          const ssize_t moved = real(in, in_at, out, out_at, size, flags);
          return moved == static_cast<ssize_t>(page_size()) ? static_cast<ssize_t>(size) : moved;
      });
