// What poll says of a FIFO, whose writers come and go.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/fifo.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

Descriptor opened(const Fifo& fifo, int access)
{
    return Descriptor{arranged(os::open(fifo.c_str(), access | O_NONBLOCK))};
}

} // namespace

TEST_CASE("readiness.fifo-never-written"
          * says("a FIFO that nobody has had open for writing yet is not hung up, although a read returns 0")
          * observed_by("poll, select and read before the first writer, and while it has written nothing")
          * on("Linux", "no events, in no set")
          * on("Darwin", "not readable for select, by reading fifo_vnops.c; not run there")
          * defined("fifo(7)", "poll(2)"))
{
    const Fifo fifo;
    const Descriptor read_end = opened(fifo, O_RDONLY);
    char byte = 0;
    CHECK(polled(read_end, POLLIN) == no_events);
    CHECK(selected(read_end, in_read_set) == in_no_set);
    CHECK(os::read(read_end, &byte, 1) == 0);
    CHECK(polled(read_end, POLLIN) == no_events);

    const Descriptor write_end = opened(fifo, O_WRONLY);
    CHECK(polled(read_end, POLLIN) == no_events);
    CHECK(fails_with(EAGAIN, os::read(read_end, &byte, 1)));
    CHECK(os::write(write_end, "x", 1) == 1);
    CHECK(polled(read_end, POLLIN) == events(POLLIN));
}

FAULT("readiness.fifo-never-written", "a FIFO without a writer is hung up from the start", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          char byte = 0;
          entries->revents = ready == 0 && ::read(entries->fd, &byte, 1) == 0 ? short{POLLHUP} : entries->revents;
          return entries->revents != 0 ? 1 : 0;
      });
FAULT("readiness.fifo-never-written", "select tells of an end of file that has not come", os::select,
      select_changed([](int descriptor, fd_set* readable, fd_set* /*writable*/) {
          return give(descriptor, readable);
      }));
FAULT("readiness.fifo-never-written", "a first read marks the FIFO as ended, and poll reports it", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          char path[] = "/proc/self/fd/0123456789"; // a writer that comes and goes hangs the FIFO up
          std::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
          const ssize_t got = real(descriptor, bytes, size);
          ::close(::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC));
          return got;
      });

TEST_CASE("readiness.fifo-hup-and-return"
          * says("the hang-up of a FIFO lasts until a writer opens it again, or until its last reader closes it")
          * observed_by("the events at each step while one writer, and then another, comes, writes and leaves")
          * on("Darwin",
               "poll looks at the byte count only, so the end of file gives no event; select does see it, "
               "by reading vfs_vnops.c")
          * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    const Fifo fifo;
    Descriptor read_end = opened(fifo, O_RDONLY);
    for (const char letter : {'a', 'b'})
    {
        Descriptor write_end = opened(fifo, O_WRONLY);
        CHECK(polled(read_end, POLLIN) == no_events); // whatever the last one left behind
        CHECK(os::write(write_end, &letter, 1) == 1);
        CHECK(polled(read_end, POLLIN) == events(POLLIN));
        write_end.close();
        CHECK(polled(read_end, POLLIN) == events(POLLIN | POLLHUP));

        char byte = 0;
        CHECK(os::read(read_end, &byte, 1) == 1);
        CHECK(byte == letter);
        CHECK(any_of(polled(read_end, POLLIN), {POLLHUP, POLLIN | POLLHUP}));
        CHECK(os::read(read_end, &byte, 1) == 0);
        CHECK(any_of(polled(read_end, POLLIN), {POLLHUP, POLLIN | POLLHUP})); // and again
    }
    read_end.close();
    const Descriptor new_reader = opened(fifo, O_RDONLY);
    CHECK(polled(new_reader, POLLIN) == no_events);
}

FAULT("readiness.fifo-hup-and-return", "the hang-up stays when a new writer comes", os::poll,
      poll_changed([hung_up = false](pollfd& entry) mutable {
          hung_up = hung_up || (entry.revents & POLLHUP) != 0;
          add(entry, hung_up ? POLLHUP : 0);
      }));
FAULT("readiness.fifo-hup-and-return", "the end of file gives no event", os::poll, poll_without(POLLHUP));
FAULT("readiness.fifo-hup-and-return", "the hang-up is told once", os::poll,
      poll_changed([told = 0](pollfd& entry) mutable {
          told = entry.revents == POLLHUP ? told + 1 : 0;
          remove(entry, told > 1 ? POLLHUP : 0);
      }));
FAULT("readiness.fifo-hup-and-return", "the second hang-up is not told", os::poll,
      poll_changed([times = 0, hung_up = false](pollfd& entry) mutable {
          const bool now = (entry.revents & POLLHUP) != 0;
          times += now && !hung_up ? 1 : 0;
          hung_up = now;
          remove(entry, times > 1 ? POLLHUP : 0);
      }));
FAULT("readiness.fifo-hup-and-return", "a new reader finds the FIFO still hung up", os::open,
      [readers = 0](auto real, const char* path, int flags, mode_t mode) mutable -> int {
          const int end = real(path, flags, mode);
          readers += (flags & O_ACCMODE) == O_RDONLY ? 1 : 0;
          readers == 2 ? ::close(::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) : 0; // as if it had had a writer
          return end;
      });
