// readv and writev at their limits.
#include "cases/pipe/refusal_bodies.hpp"
#include "cases/pipe/wrong_answers.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <limits>

using namespace ipc_conform;

namespace
{

constexpr auto longest = static_cast<std::size_t>(std::numeric_limits<ssize_t>::max());

// That many segments of one byte each, one after the other in `bytes`.
std::vector<iovec> segments_of(std::string& bytes)
{
    std::vector<iovec> segments;
    for (char& byte : bytes)
    {
        segments.push_back({&byte, 1});
    }
    return segments;
}

std::size_t segment_limit()
{
    const long limit = ::sysconf(_SC_IOV_MAX);
    if (limit < 0 || limit > 65536)
    {
        unsupported("there is no limit to the number of segments, or it is too large to be exceeded");
    }
    return static_cast<std::size_t>(limit);
}

} // namespace

// A buffer longer than SSIZE_MAX is no buffer at all, so EFAULT is as good where the lengths alone are legal.
TEST_CASE(
    "pipe.iov-limits"
    * says("readv and writev take IOV_MAX segments; more, or lengths whose sum is above SSIZE_MAX, fail with "
           "EINVAL and move nothing")
    * observed_by(
        "IOV_MAX segments and one more, negative counts, lengths that overflow; the queue is read back after each")
    * on("Linux",
         "1024 segments; none at all give 0; two legal lengths with an illegal sum give EFAULT on 64 bits")
    * on("Darwin", "1024 segments; none at all give EINVAL, by reading sys_generic.c; not run there")
    * shall("POSIX.1-2024 writev()", "POSIX.1-2024 readv()", "readv(2)", "LTP writev01"))
{
    const std::size_t limit = segment_limit();
    Pipe pipe;
    std::string bytes(limit + 1, '\0');
    std::ranges::generate(bytes, [letter = 0]() mutable { return static_cast<char>('a' + letter++ % 26); });
    const std::vector<iovec> writing = segments_of(bytes);
    std::string received(limit + 1, 'k');
    const std::vector<iovec> reading = segments_of(received);
    const int all = static_cast<int>(limit);

    for (const int count : {all + 1, -1, std::numeric_limits<int>::min()})
    {
        CHECK(fails_with(EINVAL, os::writev(pipe.write_end, writing.data(), count)));
    }
    REQUIRE(os::writev(pipe.write_end, writing.data(), all) == all);
    for (const int count : {all + 1, -1, std::numeric_limits<int>::min()})
    {
        CHECK(fails_with(EINVAL, os::readv(pipe.read_end, reading.data(), count)));
    }
    CHECK(received == std::string(limit + 1, 'k'));
    CHECK(os::readv(pipe.read_end, reading.data(), all) == all); // and so nothing came before or was taken
    CHECK(received == bytes.substr(0, limit) + 'k');

    write_fully(pipe.write_end, "abc");
    char first = 'k';
    char second = 'k';
    for (const std::array<std::size_t, 2> lengths :
         {std::array{std::size_t{1}, SIZE_MAX}, {std::size_t{1}, longest + 1}, {SIZE_MAX, std::size_t{1}}})
    {
        const std::array<iovec, 2> segments{iovec{&first, lengths[0]}, iovec{&second, lengths[1]}};
        CHECK(fails_with(EINVAL, os::writev(pipe.write_end, segments.data(), 2)));
        CHECK(fails_with(EINVAL, os::readv(pipe.read_end, segments.data(), 2)));
    }
    CHECK(first == 'k');

    const ssize_t none = os::writev(pipe.write_end, writing.data(), 0);
    CHECK((none == 0 || fails_with(EINVAL, none)));
    CHECK(os::readv(pipe.read_end, reading.data(), 0) == none);
    observe("no segments", none == 0 ? "0" : "EINVAL");
    channel::still_holds(pipe, "abc");
    observe("IOV_MAX", limit);
}

namespace
{

// For faults: what is legal of the request is done before it is found illegal.
constexpr auto moving_before_looking = [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
    const ssize_t result = real(descriptor, segments, count);
    if (result == -1 && errno == EINVAL && count > 0)
    {
        real(descriptor, segments, 1);
        errno = EINVAL;
    }
    return result;
};

} // namespace

FAULT("pipe.iov-limits", "the first segment is written before the error", os::writev, moving_before_looking);
FAULT("pipe.iov-limits", "the first segment is read before the error", os::readv, moving_before_looking);
FAULT("pipe.iov-limits", "segments beyond the limit are left out", os::writev,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          return real(descriptor, segments, std::min(count, static_cast<int>(::sysconf(_SC_IOV_MAX))));
      });
FAULT("pipe.iov-limits", "the limit is off by one", os::writev,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          errno = EINVAL;
          return count >= ::sysconf(_SC_IOV_MAX) ? -1 : real(descriptor, segments, count);
      });
FAULT("pipe.iov-limits", "lengths are cut to what a call can move", os::writev,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          const bool cut = count == 2 && segments[1].iov_len > longest;
          return cut ? real(descriptor, segments, 1) : real(descriptor, segments, count);
      });
FAULT("pipe.iov-limits", "a negative count is taken as none", os::readv,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          return real(descriptor, segments, std::max(count, 0));
      });
