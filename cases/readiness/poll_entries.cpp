// What an entry of poll's array may name: no descriptor, a closed one, a regular file; and what of it poll
// changes.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/files.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"
#include "fixtures/wait_calls.hpp"

#include <algorithm>
#include <climits>
#include <iterator>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

namespace
{

// The number of a descriptor that was open until now.
int closed_descriptor()
{
    Pipe pipe;
    return pipe.read_end;
}

} // namespace

TEST_CASE("readiness.poll-negative-fd"
          * says("poll ignores an entry with a negative descriptor and sets its revents to 0")
          * observed_by("such entries, with all bits set in revents, before and behind one that is ready")
          * on("Darwin", "the same, by reading sys_generic.c") * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe pipe;
    pollfd entries[]{
        asking(-1, POLLIN, -1), asking(pipe.write_end, POLLOUT, -1), asking(INT_MIN, POLLIN | POLLOUT, -1),
        asking(~pipe.write_end, POLLOUT, -1), // how programs switch an entry off for a while
    };
    CHECK(os::poll(entries, 4, 0) == 1);
    CHECK(entries[0].revents == 0);
    CHECK(entries[1].revents == POLLOUT);
    CHECK(entries[2].revents == 0);
    CHECK(entries[3].revents == 0);
    CHECK(entries[0].fd == -1);
    CHECK(os::poll(entries, 1, 0) == 0);
}

FAULT("readiness.poll-negative-fd", "a negative descriptor is an invalid one", os::poll,
      poll_changed([](pollfd& entry) { add(entry, entry.fd < 0 ? POLLNVAL : 0); }));
FAULT("readiness.poll-negative-fd", "the revents of an ignored entry is not touched", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          entries[0].revents = -1;
          return ready;
      });
FAULT("readiness.poll-negative-fd", "a negative descriptor ends the array", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          nfds_t valid = 0;
          while (valid < count && entries[valid].fd >= 0)
          {
              ++valid;
          }
          return real(entries, valid, timeout);
      });

TEST_CASE("readiness.poll-closed-fd"
          * says("a closed descriptor gives POLLNVAL and counts as ready, whatever was asked of it")
          * observed_by("a descriptor just closed, and one never open, alone and beside one that is ready")
          * on("Darwin", "with events 0 nothing is reported, by reading sys_generic.c; not run there")
          * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    const int closed = closed_descriptor();
    CHECK(polled(closed, POLLIN) == events(POLLNVAL));
    CHECK(polled(closed, 0) == events(POLLNVAL));
    CHECK(polled(INT_MAX, POLLOUT) == events(POLLNVAL));
    CHECK(awaited(closed, POLLIN | POLLOUT) == events(POLLNVAL)); // it is no reason to wait

    Pipe pipe;
    Descriptor gone{arranged(os::dup(pipe.write_end))};
    pollfd entries[]{asking(gone, POLLOUT), asking(pipe.write_end, POLLOUT)};
    CHECK(os::poll(entries, 2, 0) == 2);
    CHECK(entries[0].revents == POLLOUT);
    gone.close();
    CHECK(os::poll(entries, 2, 0) == 2);
    CHECK(entries[0].revents == POLLNVAL);
    CHECK(entries[1].revents == POLLOUT);
}

FAULT("readiness.poll-closed-fd", "an entry that names no open descriptor is ignored", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int) -> int {
          return poll_without(POLLNVAL)(real, entries, count, 0);
      });
FAULT("readiness.poll-closed-fd", "the call fails as a whole, as select does", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          errno = EBADF;
          return (entries->revents & POLLNVAL) != 0 ? -1 : ready;
      });
FAULT("readiness.poll-closed-fd", "POLLNVAL is set but not counted", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          return real(entries, count, timeout) - ((entries->revents & POLLNVAL) != 0 ? 1 : 0);
      });
FAULT("readiness.poll-closed-fd", "an entry that asks for nothing is skipped", os::poll,
      poll_changed([](pollfd& entry) { entry.revents = entry.events == 0 ? short{0} : entry.revents; }));

TEST_CASE("readiness.regular-file"
          * says("a regular file is always readable and writable for poll and select; epoll refuses to watch it")
          * observed_by("an empty file, one with data and one open for reading only; the errno of epoll_ctl")
          * on("Linux", "epoll_ctl fails with EPERM") * on("Darwin", "the same for poll, by reading vfs_vnops.c")
          * shall("POSIX.1-2024 poll()", "POSIX.1-2024 select()", "epoll_ctl(2)"))
{
    const TemporaryFile empty;
    const TemporaryFile filled{1};
    const Descriptor only_readable{arranged(os::open(filled.c_str(), O_RDONLY))};
    for (const int file : {empty.descriptor(), filled.descriptor(), static_cast<int>(only_readable)})
    {
        CHECK(polled(file, POLLIN | POLLOUT) == events(POLLIN | POLLOUT));
        CHECK(awaited(file, POLLIN) == events(POLLIN));
        CHECK(awaited(file, POLLOUT) == events(POLLOUT));
        const Sets sets = selected(file, in_read_and_write_set);
        CHECK(sets == in_read_and_write_set);
    }
    if (has_epoll())
    {
        const Descriptor queue{arranged(os::epoll_create1(EPOLL_CLOEXEC))};
        epoll_event wanted{};
        wanted.events = EPOLLIN;
        CHECK(fails_with(EPERM, os::epoll_ctl(queue, EPOLL_CTL_ADD, filled.descriptor(), &wanted)));
    }
}

FAULT("readiness.regular-file", "a file that is at its end is not readable", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int) -> int {
          struct stat status
          {
          };
          ::fstat(entries->fd, &status);
          return poll_without(status.st_size == 0 ? POLLIN : 0)(real, entries, count, 0);
      });
FAULT("readiness.regular-file", "a file that is open for reading only is not writable", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int) -> int {
          const bool reads_only = (::fcntl(entries->fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
          return poll_without(reads_only ? POLLOUT : 0)(real, entries, count, 0);
      });
FAULT("readiness.regular-file", "select never finds a file ready", os::select,
      [](auto /*real*/, int, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval*) -> int {
          for (fd_set* set : {readable, writable, exceptional})
          {
              set == nullptr ? void() : void(*set = fd_set{});
          }
          return 0;
      });
FAULT("readiness.regular-file", "epoll takes the file in and never reports it", os::epoll_ctl,
      wrong_answer::returning<0>);

TEST_CASE(
    "readiness.poll-events-untouched"
    * says("poll writes revents only: the descriptor and the events it was asked for stay as they were")
    * observed_by("entries that end with data, a hang-up, an error, an invalid and no descriptor, and nothing")
    * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe with_data;
    write_fully(with_data.write_end, "x");
    Pipe hung_up;
    hung_up.write_end.close();
    Pipe broken;
    broken.read_end.close();
    Pipe idle;
    const int closed = INT_MAX;

    const pollfd asked[]{
        asking(with_data.read_end, POLLIN | POLLPRI),
        asking(hung_up.read_end, POLLIN),
        asking(hung_up.read_end, 0),
        asking(broken.write_end, POLLOUT),
        asking(closed, POLLIN | POLLOUT),
        asking(-1, POLLIN),
        asking(idle.read_end, POLLIN | POLLERR),
    };
    constexpr std::size_t count = std::size(asked);
    pollfd entries[count]{};
    std::ranges::copy(asked, std::begin(entries));
    CHECK(os::poll(entries, count, 0) >= 4); // not all systems count the entry that asks for nothing
    for (std::size_t index = 0; index < count; ++index)
    {
        CHECK(entries[index].fd == asked[index].fd);
        CHECK(entries[index].events == asked[index].events);
    }
}

FAULT("readiness.poll-events-untouched", "what poll reports unasked is asked for from then on", os::poll,
      poll_changed([](pollfd& entry) {
          entry.events = static_cast<short>(entry.events | (entry.revents & (POLLERR | POLLHUP | POLLNVAL)));
      }));
FAULT("readiness.poll-events-untouched", "events and revents are one field", os::poll,
      poll_changed([](pollfd& entry) { entry.events = entry.revents; }));
FAULT("readiness.poll-events-untouched", "a descriptor that is not open is switched off", os::poll,
      poll_changed([](pollfd& entry) { entry.fd = (entry.revents & POLLNVAL) != 0 ? -1 : entry.fd; }));
