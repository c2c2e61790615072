// What poll makes of its array and its count.
#include "cases/readiness/polling_faults.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/polling.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <vector>

using namespace ipc_conform;
using namespace ipc_conform::polling_faults;

TEST_CASE(
    "readiness.poll-args"
    * says(
        "poll fails with EFAULT for an array that it may not read or write, and with EINVAL for a negative count")
    * observed_by(
        "null, a page without access, an array that reaches into it, a constant one; -1 entries of a good one")
    * defined("poll(2)"))
{
    const std::size_t page = page_size();
    void* const start =
        arranged(os::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    const Mapping pages{start, 2 * page};
    set_up(os::mprotect(pages.at(page), page, PROT_NONE) == 0);
    auto* const no_access = reinterpret_cast<pollfd*>(pages.at(page));
    pollfd* const last = no_access - 1;
    *last = asking(-1, POLLIN, POLLERR);

    CHECK(fails_with(EFAULT, os::poll(nullptr, 1, 0)));
    CHECK(fails_with(EFAULT, os::poll(no_access, 1, 0)));
    CHECK(fails_with(EFAULT, os::poll(last, 2, 0)));
    CHECK(fails_with(EINVAL, os::poll(last, static_cast<nfds_t>(-1), 0)));
    CHECK(last->revents == POLLERR); // none of them got so far
    CHECK(os::poll(last, 1, 0) == 0);
    CHECK(os::poll(nullptr, 0, 0) == 0); // where there is nothing to read, any address will do
    CHECK(os::poll(no_access, 0, 0) == 0);
    set_up(os::mprotect(pages.at(0), page, PROT_READ) == 0);
    CHECK(fails_with(EFAULT, os::poll(last, 1, 0))); // there is no place for the answer
}

FAULT("readiness.poll-args", "a null array is an empty one", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          return real(entries, entries == nullptr ? 0 : count, timeout);
      });
FAULT("readiness.poll-args", "a negative count is none", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          return real(entries, static_cast<int>(count) < 0 ? 0 : count, timeout);
      });
FAULT("readiness.poll-args", "the array is taken from memory as long as that lasts", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          return ready == -1 && errno == EFAULT && count > 1 ? real(entries, count - 1, timeout) : ready;
      });
FAULT("readiness.poll-args", "an answer that cannot be stored is dropped", os::poll,
      [seen = static_cast<pollfd*>(nullptr)](auto real, pollfd* entries, nfds_t count,
                                             int timeout) mutable -> int {
          const int ready = real(entries, count, timeout);
          const bool dropped = ready == -1 && errno == EFAULT && count == 1 && entries == seen && seen != nullptr;
          seen = ready == 0 && count == 1 ? entries : seen;
          return dropped ? 0 : ready;
      });
FAULT("readiness.poll-args", "the array is asked for although it has no entries", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          errno = EFAULT;
          return entries == nullptr && count == 0 ? -1 : real(entries, count, timeout);
      });

TEST_CASE(
    "readiness.poll-nfds-limit"
    * says("poll takes as many entries as a process may have descriptors open, and fails with EINVAL for more")
    * observed_by(
        "RLIMIT_NOFILE is set to 16 and to 1100; poll gets one entry more, then as many, the last one ready")
    * on("Linux", "the soft limit counts, whatever the entries name") * shall("POSIX.1-2024 poll()", "poll(2)"))
{
    Pipe pipe;
    Peer limited = spawn("limited", [&] {
        rlimit limit{};
        set_up_call("getrlimit", ::getrlimit(RLIMIT_NOFILE, &limit) == -1 ? errno : 0);
        for (const nfds_t most : {16U, 1100U}) // the second is more than a system would keep in one piece
        {
            limit.rlim_cur = std::min<rlim_t>(most, limit.rlim_max);
            set_up(os::setrlimit(RLIMIT_NOFILE, &limit) == 0);
            const auto count = static_cast<nfds_t>(limit.rlim_cur);
            std::vector<pollfd> entries(count + 1, asking(-1, POLLIN, POLLERR));
            CHECK(fails_with(EINVAL, os::poll(entries.data(), count + 1, 0)));
            CHECK(entries.front().revents == POLLERR);

            entries[count - 1] = asking(pipe.write_end, POLLOUT);
            CHECK(os::poll(entries.data(), count, 0) == 1);
            CHECK(entries[count - 1].revents == POLLOUT);
            const auto stale = std::ranges::count(entries, short{POLLERR}, &pollfd::revents);
            CHECK(stale == 1); // that of the entry behind the last
        }
    });
    CHECK(finished(limited));
}

FAULT("readiness.poll-nfds-limit", "the count has no limit", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          return ready == -1 && errno == EINVAL ? 0 : ready;
      });
FAULT("readiness.poll-nfds-limit", "the limit itself is one too many", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          errno = EINVAL;
          return count == 16 ? -1 : real(entries, count, timeout);
      });
FAULT("readiness.poll-nfds-limit", "what does not fit is left out without a word", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          return real(entries, std::min<nfds_t>(count, 16), timeout);
      });
FAULT("readiness.poll-nfds-limit", "the wrong errno", os::poll, wrong_answer::misreporting<EINVAL, ENOMEM>);
FAULT("readiness.poll-nfds-limit", "the entries of the second page are not looked at", os::poll,
      [](auto real, pollfd* entries, nfds_t count, int timeout) -> int {
          const int ready = real(entries, count, timeout);
          return count > 512 && ready > 0 && entries[count - 1].revents != 0 ? ready - 1 : ready;
      });
