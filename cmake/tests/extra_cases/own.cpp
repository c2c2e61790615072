// A user's own properties, outside of the kit: what extra_cases.sh builds in.
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;

TEST_CASE("own.written-is-read"
          * says("what is written into a pipe is read from it")
          * observed_by("three bytes, compared")
          * on("Linux", "at once")
          * shall("a document of the user's own"))
{
    const Pipe pipe;
    char bytes[4] = {};
    REQUIRE(os::write(pipe.write_end, "abc", 3) == 3);
    CHECK(os::read(pipe.read_end, bytes, 3) == 3);
    CHECK(std::string_view{bytes} == "abc");
}

FAULT("own.written-is-read", "the last byte is lost", os::write,
      [](auto real, int descriptor, const void* bytes, std::size_t size) -> ssize_t {
          return real(descriptor, bytes, size - 1) + 1;
      });
FAULT("own.written-is-read", "a read takes one byte at most", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t) -> ssize_t { return real(descriptor, bytes, 1); });

TEST_CASE("own.blind" * says("a case that does not look is found out") * shall("a document of the user's own"))
{
    const Pipe pipe;
    CHECK(os::write(pipe.write_end, "abc", 3) == 3);
}

FAULT("own.blind", "nothing can be read", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t { return 0; });
