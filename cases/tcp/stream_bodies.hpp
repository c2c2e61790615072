// Bodies that connected stream sockets of every family share: the same words of the standard, checked by the
// same code.
#pragma once

#include "fixtures/bytes.hpp"
#include "fixtures/event.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/socket.hpp"
#include "fixtures/witness/witness.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

namespace ipc_conform::stream
{

/// Sends all of it in chunks of random sizes, then ends the stream.
inline void send_in_chunks(int socket, std::string_view bytes, std::uint64_t seed)
{
    std::mt19937_64 random{seed};
    while (!bytes.empty())
    {
        const std::size_t chunk = std::min<std::size_t>(1 + random() % 9000, bytes.size());
        const ssize_t sent = os::send(socket, bytes.data(), chunk);
        REQUIRE(sent > 0);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    CHECK(os::shutdown(socket, SHUT_WR) == 0);
}

/// Receives chunks of random sizes until the stream ends.
inline std::string receive_in_chunks(int socket, std::uint64_t seed)
{
    std::mt19937_64 random{seed};
    std::string bytes;
    for (std::string chunk(1 + random() % 7000, '\0');; chunk.resize(1 + random() % 7000))
    {
        const ssize_t got = os::recv(socket, chunk.data(), chunk.size());
        REQUIRE(got >= 0);
        if (got == 0)
        {
            return bytes;
        }
        bytes.append(chunk, 0, static_cast<std::size_t>(got));
    }
}

/// Both ends send `size` bytes while each also receives: all of it arrives, in order, and nothing else.
inline void carries_both_ways_at_once(const Connection& connection, std::size_t size, std::uint64_t seed)
{
    const std::string request = random_bytes(size, seed);
    const std::string reply = random_bytes(size, seed + 1);
    const Event start;
    const auto receiving = [&](int socket, const std::string& expected) {
        CHECK(same_bytes(receive_in_chunks(socket, seed + 2), expected));
    };
    const auto sending = [&](int socket, const std::string& bytes) {
        start.wait();
        send_in_chunks(socket, bytes, seed + 3);
    };
    Peer client_receiver = spawn("client's receiver", [&] { receiving(connection.client, reply); });
    Peer server_receiver = spawn("server's receiver", [&] { receiving(connection.server, request); });
    Peer client_sender = spawn("client's sender", [&] { sending(connection.client, request); });
    Peer server_sender = spawn("server's sender", [&] { sending(connection.server, reply); });

    REQUIRE(blocked_in(client_receiver, os::recv, connection.client)); // so each end sends under a pending recv
    REQUIRE(blocked_in(server_receiver, os::recv, connection.server));
    start.set();
    for (Peer* peer : {&client_sender, &server_sender, &client_receiver, &server_receiver})
    {
        CHECK(finished(*peer));
    }
}

/// One recv returns several sends, several recvs return one send.
inline void has_no_boundaries(const Connection& connection)
{
    char bytes[16] = {};
    for (const std::string_view part : {"ab", "cd", "ef"})
    {
        CHECK(os::send(connection.client, part.data(), 2) == 2);
    }
    REQUIRE(arrived(connection.server, 6));
    CHECK(os::recv(connection.server, bytes, sizeof bytes) == 6);
    CHECK(std::string_view{bytes, 6} == "abcdef");

    CHECK(os::send(connection.client, "uvwxyz", 6) == 6);
    REQUIRE(arrived(connection.server, 6));
    for (const std::string_view part : {"uv", "wx", "yz"})
    {
        CHECK(os::recv(connection.server, bytes, 2, MSG_DONTWAIT) == 2);
        CHECK(std::string_view{bytes, 2} == part);
    }
}

/// A client connects and sends before anybody calls accept; all of it waits for the server.
inline void is_connected_before_accept(int listener, int client, const sockaddr* server, socklen_t length)
{
    REQUIRE(permitted(os::connect(client, server, length)) == 0);
    REQUIRE(os::send(client, "early", 5) == 5);

    REQUIRE(readable(listener));
    const Descriptor connection{os::accept(listener)};
    REQUIRE(connection >= 0);
    CHECK(receive_fully(connection, 5) == "early");
    CHECK(os::send(connection, "reply", 5) == 5);
    CHECK(receive_fully(client, 5) == "reply");
}

/// The stream ends here: recv returns 0, again and again.
inline void at_end(int socket)
{
    char byte = 'k';
    REQUIRE(readable(socket));
    CHECK(os::recv(socket, &byte, 1, MSG_DONTWAIT) == 0);
    CHECK(os::recv(socket, &byte, 1, MSG_DONTWAIT) == 0);
    CHECK(byte == 'k');
}

/// After SHUT_WR the peer reads the data, then the end; this side cannot send, but still receives.
inline void half_close_leaves_the_way_back(const Connection& connection)
{
    const SignalIgnored quiet{SIGPIPE};
    CHECK(os::send(connection.client, "request", 7) == 7);
    CHECK(os::shutdown(connection.client, SHUT_WR) == 0);
    CHECK(fails_with(EPIPE, os::send(connection.client, "more", 4)));

    CHECK(receive_fully(connection.server, 7) == "request");
    at_end(connection.server);
    CHECK(os::send(connection.server, "reply", 5) == 5);
    CHECK(receive_fully(connection.client, 5) == "reply");
}

/// After a close the peer still gets everything that send had accepted, then the end.
inline void close_delivers_what_was_sent(Connection& connection)
{
    set_nonblocking(connection.client);
    const std::size_t queued = fill(connection.client, 4096); // more than is under way to the peer already
    observe("bytes queued at close", queued);
    connection.client.close();

    CHECK(same_bytes(receive_fully(connection.server, queued), std::string(queued, 'f')));
    at_end(connection.server);
}

/// One holder's close leaves the connection to the other; a shutdown ends it for both.
inline void close_counts_holders(Connection& connection)
{
    const SignalIgnored quiet{SIGPIPE};
    Peer closing = spawn("closing", [&] { connection.client.close(); });
    REQUIRE(finished(closing));
    CHECK(os::send(connection.client, "still open", 10) == 10); // an end of file would arrive before it
    CHECK(receive_fully(connection.server, 10) == "still open");

    Peer shutting = spawn("shutting down", [&] { CHECK(os::shutdown(connection.client, SHUT_WR) == 0); });
    REQUIRE(finished(shutting));
    at_end(connection.server);
    CHECK(fails_with(EPIPE, os::send(connection.client, "x", 1)));
}

} // namespace ipc_conform::stream
