// Planted cases of which a reproducer is asked.
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <sys/uio.h>

using namespace ipc_conform;

namespace
{

/// Used by a case below, so a part of its source.
void holds_no_byte(const Pipe& pipe)
{
    char byte = 0;
    CHECK(fails_with(EAGAIN, os::read(pipe.read_end, &byte, 1)));
}

/// Used by none of them.
[[maybe_unused]] void never_mentioned()
{
}

} // namespace

// Holds everywhere: it takes a system that misbehaves to make it fail.
TEST_CASE("planted.reproducible" * says("a pipe that has been emptied says EAGAIN */ \\") * shall("planted(1)"))
{
    Pipe pipe;
    char bytes[4]{};
    set_nonblocking(pipe.read_end);
    CHECK(os::write(pipe.write_end, "abc", 3) == 3);
    const Descriptor again{os::dup(pipe.read_end)};
    CHECK(os::read(again, bytes, 4) == 3);
    holds_no_byte(pipe);
}

TEST_CASE("planted.short-read" * says("a pipe gives what is asked for") * shall("planted(1)"))
{
    Pipe pipe;
    char bytes[3]{};
    CHECK(os::write(pipe.write_end, "abc", 3) == 3);
    CHECK(os::read(pipe.read_end, bytes, 3) == 3);
}

TEST_CASE("planted.irreproducible" * says("a queue gives what is asked for") * shall("planted(1)"))
{
    Pipe pipe;
    char bytes[3]{};
    const iovec whole{const_cast<char*>("abc"), 3};
    CHECK(os::writev(pipe.write_end, &whole, 1) == 3); // what its segments hold is not on record
    CHECK(os::read(pipe.read_end, bytes, 3) == 3);
}
