// Linux's packet mode: a pipe with O_DIRECT keeps the boundaries of writes.
#include "cases/pipe/full_channel.hpp"
#include "cases/pipe/transfer_faults.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <array>

using namespace ipc_conform;

namespace
{

/// A pipe in packet mode whose ends do not block, made by pipe2 or switched by fcntl.
struct PacketPipe : Channel
{
    explicit PacketPipe(bool switched = false)
    {
        std::array<int, 2> ends{-1, -1};
        const int result = os::pipe2(ends.data(), switched ? O_NONBLOCK : O_NONBLOCK | O_DIRECT);
        if (result == -1 && errno == EINVAL)
        {
            unsupported("pipes have no packet mode here");
        }
        set_up(result == 0);
        read_end = Descriptor{ends[0]};
        write_end = Descriptor{ends[1]};
        if (switched)
        {
            set_up(os::fcntl(write_end, F_SETFL, O_WRONLY | O_NONBLOCK | O_DIRECT) == 0);
        }
        if (arranged(os::fcntl(write_end, F_GETPIPE_SZ)) < 8 * ::sysconf(_SC_PAGESIZE))
        {
            restricted("a new pipe has room for a few packets only: this user's pipes use up the soft limit",
                       "raise /proc/sys/fs/pipe-user-pages-soft, or close the user's other pipes");
        }
    }
    void put(std::string_view packet) const
    {
        REQUIRE(os::write(write_end, packet.data(), packet.size()) == static_cast<ssize_t>(packet.size()));
    }
    // What one read of up to `size` bytes gives; "nothing" when it would block.
    [[nodiscard]] std::string get(std::size_t size = 65536) const
    {
        std::string bytes(size, '\0');
        const ssize_t got = os::read(read_end, bytes.data(), size);
        CHECK((got >= 0 || fails_with(EAGAIN, got)));
        CHECK(got <= static_cast<ssize_t>(size));
        return got < 0 ? "nothing" : bytes.substr(0, static_cast<std::size_t>(got));
    }
};

// For faults: packet mode is accepted and ignored.
constexpr auto stream_only = [](auto real, int* ends, int flags) -> int { return real(ends, flags & ~O_DIRECT); };

} // namespace

TEST_CASE(
    "pipe.packet-mode"
    * says("with O_DIRECT each write of up to PIPE_BUF bytes is one packet and each read returns one packet at "
           "most")
    * observed_by("packets of several sizes, among them 1 and PIPE_BUF bytes, each read by one large read; the "
                  "mode given to pipe2 and switched on by fcntl")
    * platform("Linux", "pipe(2)"))
{
    for (const bool switched : {false, true})
    {
        const PacketPipe pipe{switched};
        const std::string largest = random_bytes(atomic_size(pipe.write_end), 2);
        pipe.put("abc");
        pipe.put("defg");
        pipe.put("h");
        pipe.put(""); // there are no empty packets
        pipe.put(largest);
        pipe.put("i");
        CHECK(bytes_queued(pipe.read_end) == 3 + 4 + 1 + largest.size() + 1);
        CHECK(same_bytes(pipe.get(), "abc"));
        CHECK(same_bytes(pipe.get(), "defg"));
        CHECK(pipe.get(0).empty()); // reads of nothing take no packet
        CHECK(same_bytes(pipe.get(), "h"));
        CHECK(same_bytes(pipe.get(), largest));
        CHECK(pipe.get() == "i");
        CHECK(pipe.get() == "nothing");
    }
}

FAULT("pipe.packet-mode", "packets are merged", os::pipe2, stream_only);
FAULT("pipe.packet-mode", "the mode cannot be switched on later", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return real(descriptor, command, command == F_SETFL ? argument & ~long{O_DIRECT} : argument);
      });
FAULT("pipe.packet-mode", "an empty write makes an empty packet", os::read,
      [reads = 0](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          return ++reads == 5 ? 0 : real(descriptor, bytes, size);
      });
FAULT("pipe.packet-mode", "a read of nothing takes a packet", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char byte = 0;
          return size == 0 ? real(descriptor, &byte, 1) - 1 : real(descriptor, bytes, size);
      });

TEST_CASE(
    "pipe.packet-truncate"
    * says("in packet mode a read that is shorter than the next packet discards the rest of that packet")
    * observed_by("two bytes of four are read, by read and by readv: the next read gives the next packet, or "
                  "EAGAIN when there is none")
    * platform("Linux", "pipe(2)"))
{
    const PacketPipe pipe;
    pipe.put("abcd");
    CHECK(pipe.get(2) == "ab");
    CHECK(bytes_queued(pipe.read_end) == 0);
    CHECK(pipe.get() == "nothing");

    pipe.put("efgh");
    pipe.put("ij");
    CHECK(pipe.get(3) == "efg");
    CHECK(pipe.get() == "ij");

    pipe.put("klmn");
    pipe.put("op");
    char first = 0;
    char second = 0;
    const std::array<struct iovec, 2> parts{
        {{.iov_base = &first, .iov_len = 1}, {.iov_base = &second, .iov_len = 1}}};
    CHECK(os::readv(pipe.read_end, parts.data(), 2) == 2);
    CHECK(std::string{first, second} == "kl");
    CHECK(pipe.get() == "op");
    CHECK(pipe.get() == "nothing");
}

FAULT("pipe.packet-truncate", "the rest of the packet is given to the next read", os::pipe2, stream_only);
FAULT("pipe.packet-truncate", "a short read also discards the next packet", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          char next = 0;
          static_cast<void>(got == static_cast<ssize_t>(size) ? real(descriptor, &next, 1) : 0);
          return got;
      });
FAULT("pipe.packet-truncate", "a short read returns the size of the packet", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          return got == static_cast<ssize_t>(size) ? 4 : got;
      });
FAULT("pipe.packet-truncate", "a vectored read takes a packet for each of its parts", os::readv,
      [](auto /*real*/, int descriptor, const struct iovec* parts, int count) -> ssize_t {
          ssize_t all = 0;
          for (int part = 0; part < count; ++part)
          {
              all += ::read(descriptor, parts[part].iov_base, parts[part].iov_len);
          }
          return all;
      });

TEST_CASE(
    "pipe.packet-split"
    * says("in packet mode a write of more than PIPE_BUF bytes is split into packets of PIPE_BUF bytes and the "
           "rest")
    * observed_by("writes just above PIPE_BUF, of twice PIPE_BUF and just above, read packet by packet")
    * on("Linux", "holds for pages of PIPE_BUF bytes; packets end where pages do") * platform("Linux", "pipe(2)"))
{
    const PacketPipe pipe;
    const std::size_t atomic = atomic_size(pipe.write_end);
    for (const std::size_t size : {atomic - 1, atomic, atomic + 1, atomic + atomic / 4, 2 * atomic})
    {
        const std::string bytes = random_bytes(size, size);
        pipe.put(bytes);
        std::string rest = bytes;
        while (!rest.empty())
        {
            const std::size_t packet = std::min(rest.size(), atomic);
            REQUIRE(same_bytes(pipe.get(), rest.substr(0, packet)));
            rest.erase(0, packet);
        }
        CHECK(pipe.get() == "nothing");
    }
}

FAULT("pipe.packet-split", "a large write is one oversized packet", os::pipe2, stream_only);
FAULT("pipe.packet-split", "packets are one byte shorter than PIPE_BUF", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          const std::size_t packet = atomic_size(descriptor) - 1;
          if (size <= packet)
          {
              return real(descriptor, bytes, size);
          }
          real(descriptor, bytes, packet);
          real(descriptor, static_cast<const char*>(bytes) + packet, size - packet);
          return static_cast<ssize_t>(size);
      });
FAULT("pipe.packet-split", "what is left of a large write is dropped", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          real(descriptor, bytes, std::min(size, atomic_size(descriptor)));
          return static_cast<ssize_t>(size);
      });
FAULT("pipe.packet-split", "after a whole number of packets comes an empty one", os::read,
      [whole = false](auto real, int descriptor, void* bytes, std::size_t size) mutable -> ssize_t {
          const ssize_t got = real(descriptor, bytes, size);
          const bool empty_one = whole && got == -1;
          whole = got == static_cast<ssize_t>(atomic_size(descriptor));
          return empty_one ? 0 : got;
      });
