// readv and writev at their limits.
#include "cases/pipe/refusal_bodies.hpp"
#include "fixtures/bytes.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <limits>
#include <utility>

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

// As many segments as the limit go through; one more, or less than none, and no byte moves.
void counts_are_limited(const Pipe& pipe, std::size_t limit)
{
    const int most = static_cast<int>(limit);
    std::string sent(limit + 1, '\0');
    std::ranges::generate(sent, [letter = 0]() mutable { return static_cast<char>('a' + letter++ % 26); });
    const std::vector<iovec> sending = segments_of(sent);
    std::string received(limit + 1, 'k');
    const std::vector<iovec> receiving = segments_of(received);
    const std::array wrong_counts{most + 1, -1, std::numeric_limits<int>::min()};

    for (const int count : wrong_counts)
    {
        CHECK(fails_with(EINVAL, os::writev(pipe.write_end, sending.data(), count)));
    }
    REQUIRE(os::writev(pipe.write_end, sending.data(), most) == most);
    for (const int count : wrong_counts)
    {
        CHECK(fails_with(EINVAL, os::readv(pipe.read_end, receiving.data(), count)));
    }
    CHECK(same_bytes(received, std::string(limit + 1, 'k')));
    CHECK(os::readv(pipe.read_end, receiving.data(), most) == most);
    CHECK(same_bytes(received, sent.substr(0, limit) + 'k'));
}

// Lengths whose sum no result could tell are refused before the first, which is legal, is looked at.
void sums_are_limited(const Pipe& pipe)
{
    char first = 'k';
    char second = 'k';
    const std::array<std::pair<std::size_t, std::size_t>, 3> wrong_lengths{
        {{1, SIZE_MAX}, {1, longest + 1}, {SIZE_MAX, 1}}};
    for (const auto& [length, other_length] : wrong_lengths)
    {
        const std::array segments{iovec{&first, length}, iovec{&second, other_length}};
        CHECK(fails_with(EINVAL, os::writev(pipe.write_end, segments.data(), 2)));
        CHECK(fails_with(EINVAL, os::readv(pipe.read_end, segments.data(), 2)));
    }
    CHECK(first == 'k');

    // Each length is legal here. But there is no buffer so long, and a system may find that first.
    const std::array segments{iovec{&first, 1}, iovec{nullptr, longest}};
    REQUIRE(os::writev(pipe.write_end, segments.data(), 2) == -1);
    const int error = errno;
    CHECK((error == EINVAL || error == EFAULT));
    observe("legal lengths, illegal sum", name_of_error(error));
}

void no_segments_move_nothing(const Pipe& pipe)
{
    iovec none{};
    const ssize_t written = os::writev(pipe.write_end, &none, 0);
    CHECK((written == 0 || fails_with(EINVAL, written)));
    CHECK(os::readv(pipe.read_end, &none, 0) == written);
    observe("no segments", written == 0 ? "0" : "EINVAL");
}

} // namespace

TEST_CASE("pipe.iov-limits"
          * says("readv and writev take IOV_MAX segments; more, or lengths whose sum is above SSIZE_MAX, fail "
                 "with EINVAL and move nothing")
          * observed_by("IOV_MAX segments and one more, negative counts, lengths that overflow, no segments; the "
                        "queue is read back")
          * on("Linux", "1024 segments; none at all give 0; two legal lengths with an illegal sum give EFAULT")
          * on("Darwin", "1024 segments; none at all give EINVAL, by reading sys_generic.c; not run there")
          * shall("POSIX.1-2024 writev()", "POSIX.1-2024 readv()", "readv(2)", "LTP writev01"))
{
    const std::size_t limit = segment_limit();
    observe("IOV_MAX", limit);
    Pipe pipe;
    counts_are_limited(pipe, limit);
    write_fully(pipe.write_end, "abc");
    sums_are_limited(pipe);
    no_segments_move_nothing(pipe);
    channel::still_holds(pipe, "abc");
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
FAULT("pipe.iov-limits", "the sum may overflow: what there is of the buffers is written", os::writev,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          const ssize_t result = real(descriptor, segments, count);
          return result == -1 && errno == EFAULT ? real(descriptor, segments, 1) : result;
      });
FAULT("pipe.iov-limits", "a negative count is taken as none", os::readv,
      [](auto real, int descriptor, const iovec* segments, int count) -> ssize_t {
          return real(descriptor, segments, std::max(count, 0));
      });
