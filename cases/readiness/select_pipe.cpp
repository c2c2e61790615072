// What select says of a pipe that has lost one of its ends.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/signals.hpp"
#include "fixtures/witness/witness.hpp"

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

TEST_CASE(
    "readiness.select-eof"
    * says("select reports the end of file as readable and a write end without readers as writable")
    * observed_by("the sets before and after the other end goes, of a full pipe too, and peers asleep in select")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 select()", "select(2)"))
{
    Pipe ended;
    Peer reader = spawn("reader", [&] {
        ended.write_end.close();
        CHECK(awaited_in(ended.read_end, in_read_set) == in_read_set);
    });
    Pipe broken;
    set_nonblocking(broken.write_end);
    fill(broken.write_end, atomic_size(broken.write_end));
    Peer writer = spawn("writer", [&] {
        ended.write_end.close();
        broken.read_end.close();
        CHECK(awaited_in(broken.write_end, in_write_set) == in_write_set);
    });
    REQUIRE(blocked_in(reader, os::select));
    REQUIRE(blocked_in(writer, os::select));
    CHECK(selected(ended.read_end, in_read_set) == in_no_set);
    CHECK(selected(broken.write_end, in_write_set) == in_no_set);

    ended.write_end.close();
    CHECK(finished(reader));
    CHECK(selected(ended.read_end, in_read_set) == in_read_set);
    char byte = 0;
    CHECK(os::read(ended.read_end, &byte, 1) == 0);
    CHECK(selected(ended.read_end, in_read_set) == in_read_set);

    broken.read_end.close();
    CHECK(finished(writer));
    CHECK(selected(broken.write_end, in_write_set) == in_write_set);
    const SignalIgnored ignored{SIGPIPE};
    CHECK(fails_with(EPIPE, os::write(broken.write_end, "x", 1)));
}

FAULT("readiness.select-eof", "the end of file is no reason to be readable", os::select,
      select_changed([](int descriptor, fd_set* readable, fd_set* /*writable*/) {
          return take(descriptor, readable);
      }));
FAULT("readiness.select-eof", "a full pipe without readers is not writable", os::select,
      select_changed([](int descriptor, fd_set* /*readable*/, fd_set* writable) {
          return take(descriptor, writable);
      }));
FAULT("readiness.select-eof", "a reader asleep is not woken by the end of file", os::select,
      [](auto real, int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout) -> int {
          const int ready = real(count, readable, writable, exceptional, timeout);
          return timeout == nullptr && readable != nullptr ? real(0, nullptr, nullptr, nullptr, nullptr) : ready;
      });
FAULT("readiness.select-eof", "the end of file is an exceptional condition instead", os::read,
      [](auto /*real*/, int, void*, std::size_t) -> ssize_t {
          errno = EAGAIN;
          return -1;
      });
