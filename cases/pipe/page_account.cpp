// The pages of a user's pipes: a limit on all of them together, which makes pipes small but not useless.
#include "cases/pipe/resizing_bodies.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe_account.hpp"
#include "fixtures/privilege.hpp"
#include "fixtures/property.hpp"
#include "fixtures/splicing.hpp"

#include <array>

using namespace ipc_conform;
using namespace ipc_conform::resizing;

namespace
{

// What a pipe starts with while no limit is in the way.
std::size_t usual_size()
{
    return 16 * page_size();
}

bool is_small(int end)
{
    const int size = ::fcntl(end, F_GETPIPE_SZ);
    return size != -1 && static_cast<std::size_t>(size) < usual_size();
}

} // namespace

TEST_CASE(
    "pipe.user-soft-limit"
    * says("once an unprivileged user's pipes use more pages than pipe-user-pages-soft, new pipes are still "
           "created, only smaller, and still make progress: they can be filled and drained, and one that has been "
           "read but for one byte takes another")
    * observed_by("a user of its own takes all pages; the next pipes are measured, refused more (EPERM), filled, "
                  "read but for a byte, written a byte, drained and filled again")
    * on("Linux",
         "64 pipes of 1 MiB, then 8192 bytes each; before 5.14 one page, which took no byte until it was empty")
    * platform("Linux", "pipe(7)", "LTP pipe15", "Linux commit 46c4c9d1beb7"))
{
    const std::size_t limit = soft_limit_of_pages();
    Peer user = spawn("user", [&] {
        require_account_of_its_own();
        HeldPipes all;
        all.take_pages(limit);
        for (int count = 0; count < 3; ++count)
        {
            std::array<int, 2> ends{-1, -1};
            REQUIRE(os::pipe(ends.data()) == 0);
            const Descriptor read_end{ends[0]};
            const Descriptor write_end{ends[1]};
            const std::size_t size = pipe_size(write_end);
            observe("size of a pipe above the limit", size);
            CHECK(size >= page_size());
            CHECK(size < usual_size());
            CHECK(fails_with(EPERM, resize(write_end, usual_size())));

            set_nonblocking(write_end);
            CHECK(fill(write_end, page_size()) == size);
            CHECK(read_fully(read_end, size - 1) == std::string(size - 1, 'f'));
            CHECK(os::write(write_end, "x", 1) == 1);
            CHECK(take_all(read_end) == "fx");
            CHECK(fill(write_end, page_size()) == size);
            CHECK(take_all(read_end) == std::string(size, 'f'));
        }
    });
    CHECK(finished(user));
}

FAULT("pipe.user-soft-limit", "above the limit no pipe is made", os::pipe, [](auto real, int* ends) {
    const int result = real(ends);
    if (result == 0 && is_small(ends[0]))
    {
        ::close(ends[0]);
        ::close(ends[1]);
        errno = ENFILE;
        return -1;
    }
    return result;
});
FAULT("pipe.user-soft-limit", "a pipe above the limit has one page and takes no byte until it is empty", os::pipe,
      [](auto real, int* ends) {
          const int result = real(ends);
          if (result == 0 && is_small(ends[0]))
          {
              ::fcntl(ends[0], F_SETPIPE_SZ, static_cast<long>(page_size()));
          }
          return result;
      });
FAULT("pipe.user-soft-limit", "new pipes are as large as ever", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_GETPIPE_SZ ? static_cast<int>(usual_size()) : real(descriptor, command, argument);
      });
FAULT("pipe.user-soft-limit", "a pipe above the limit may grow", os::fcntl, refusal_forgotten<EPERM>);

TEST_CASE("pipe.setsz-shrink-always"
          * says("an unprivileged user above the soft limit cannot grow a pipe (EPERM) but can always shrink one")
          * observed_by("a user of its own is far above the limit: an older pipe with data in it, still above "
                        "after each step, is refused more and shrunk in steps down to a page")
          * on("Linux", "since 4.9; before that shrinking was refused as well") * platform("Linux", "pipe(7)"))
{
    const std::size_t limit = soft_limit_of_pages();
    const std::size_t page = page_size();
    Peer user = spawn("user", [&] {
        require_account_of_its_own();
        Pipe old;
        write_fully(old.write_end, "abc");
        HeldPipes all;
        all.take_pages(limit - 16);
        all.take_pipes(20); // small ones, of at least a page: more than shrinking gives back
        std::size_t size = pipe_size(old.write_end);
        set_up(size == usual_size());
        for (const std::size_t smaller : {8 * page, 2 * page, page})
        {
            CHECK(fails_with(EPERM, resize(old.write_end, 2 * size)));
            CHECK(os::fcntl(old.write_end, F_GETPIPE_SZ) == as_result(size));
            CHECK(resize(old.write_end, smaller) == as_result(smaller));
            CHECK(os::fcntl(old.read_end, F_GETPIPE_SZ) == as_result(smaller));
            size = smaller;
        }
        CHECK(take_all(old.read_end) == "abc");
    });
    CHECK(finished(user));
}

FAULT("pipe.setsz-shrink-always", "above the limit no size can be set at all", os::fcntl,
      [full = false](auto real, int descriptor, int command, long argument) mutable -> int {
          const int result = full && command == F_SETPIPE_SZ ? -1 : real(descriptor, command, argument);
          full = full || (result == -1 && errno == EPERM);
          errno = result == -1 ? EPERM : errno;
          return result;
      });
FAULT("pipe.setsz-shrink-always", "growing is allowed whatever the user has", os::fcntl, refusal_forgotten<EPERM>);
FAULT("pipe.setsz-shrink-always", "a refused size leaves the pipe with one page", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          if (result == -1 && errno == EPERM)
          {
              real(descriptor, command, static_cast<long>(page_size()));
              errno = EPERM;
          }
          return result;
      });

TEST_CASE(
    "pipe.setsz-accounting"
    * says("any number of grow, shrink, refused grow and close cycles leaves the per-user pipe account unchanged")
    * observed_by("a user of its own has just the pages that one cycle needs; after 64 cycles a pipe can have "
                  "them still, to the page, and not one more; an ordinary user, whose other pipes count too, sees "
                  "only a drift of some hundred pages a cycle")
    * platform("Linux", "pipe(7)", "Linux commit e95aada4cb93"))
{
    const std::size_t page = page_size();
    const std::size_t limit = soft_limit_of_pages();
    const std::size_t largest = largest_pipe();
    if (limit < largest / page || largest <= usual_size())
    {
        restricted("the user's pages together do not make a pipe of the largest size",
                   "set fs.pipe-user-pages-soft to 16384 and fs.pipe-max-size to 1048576");
    }
    Peer user = spawn("user", [&] {
        HeldPipes others;
        const bool exact = become_user_without_pipes();
        observe("exact to the page", exact);
        if (exact)
        {
            others.take_pages(limit - largest / page); // so that an account that is wrong by a page shows
        }
        else if (pipe_size(Pipe{}.write_end) < usual_size())
        {
            restricted("this user's pipes already have more pages than pipe-user-pages-soft",
                       "close some of them");
        }
        for (int cycle = 0; cycle < 64; ++cycle)
        {
            Pipe pipe;
            REQUIRE(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(usual_size()));
            REQUIRE(resize(pipe.write_end, largest) == as_result(largest));
            REQUIRE(fails_with(EPERM, resize(pipe.write_end, std::size_t{1} << 30)));
            REQUIRE(resize(pipe.write_end, page) == as_result(page));
            REQUIRE(fails_with(EPERM, resize(pipe.write_end, 2 * largest)));
        }
        const Pipe last;
        CHECK(resize(last.write_end, largest) == as_result(largest));
        if (exact)
        {
            const Pipe one_more;
            CHECK(os::fcntl(one_more.write_end, F_GETPIPE_SZ) < as_result(usual_size()));
            CHECK(fails_with(EPERM, resize(one_more.write_end, usual_size())));
        }
    });
    CHECK(finished(user));
}

namespace
{
// Pages that the account has been left with by mistake: pipes that nobody closes stand for them.
void leak_pages(std::size_t count)
{
    std::array<int, 2> ends{-1, -1};
    const int error = errno;
    if (::pipe(ends.data()) == 0)
    {
        ::fcntl(ends[0], F_SETPIPE_SZ, static_cast<long>(count * page_size()));
    }
    errno = error;
}
} // namespace

FAULT("pipe.setsz-accounting", "a refused size stays in the account", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int result = real(descriptor, command, argument);
          if (result == -1)
          {
              leak_pages(largest_pipe() / page_size());
          }
          return result;
      });
FAULT("pipe.setsz-accounting", "shrinking gives nothing back", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          const int before = command == F_SETPIPE_SZ ? real(descriptor, F_GETPIPE_SZ, 0) : 0;
          const int result = real(descriptor, command, argument);
          if (result != -1 && result < before)
          {
              leak_pages(static_cast<std::size_t>(before) / page_size());
          }
          return result;
      });
FAULT("pipe.setsz-accounting", "a size above the limit is granted after some cycles", os::fcntl,
      [refused = 0](auto real, int descriptor, int command, long argument) mutable -> int {
          const int result = real(descriptor, command, argument);
          return result == -1 && ++refused > 40 ? static_cast<int>(argument) : result;
      });

TEST_CASE("pipe.initial-size-capped"
          * says("without CAP_SYS_RESOURCE a new pipe is never larger than pipe-max-size")
          * observed_by("where the administrator's limit is below the usual size of a pipe: the size of new "
                        "pipes, and what they hold")
          * on("Linux", "4096 with pipe-max-size 4096, by LTP fcntl35")
          * platform("Linux", "pipe(7)", "LTP fcntl35"))
{
    const std::size_t limit = largest_pipe();
    observe("pipe-max-size", limit);
    if (limit >= usual_size())
    {
        restricted("pipe-max-size is not below the usual size of a pipe, so that no new pipe comes near it",
                   "run on a machine of your own with fs.pipe-max-size set to the page size");
    }
    Peer peer = spawn("peer", [&] {
        renounce_limit_privilege();
        const Pipe pipe;
        CHECK(os::fcntl(pipe.write_end, F_GETPIPE_SZ) == as_result(limit));
        set_nonblocking(pipe.write_end);
        CHECK(fill(pipe.write_end, page_size()) == limit);
        CHECK(fails_with(EPERM, resize(pipe.write_end, 2 * limit)));
    });
    CHECK(finished(peer));
}

FAULT("pipe.initial-size-capped", "the limit holds for growing only", os::fcntl,
      [](auto real, int descriptor, int command, long argument) -> int {
          return command == F_GETPIPE_SZ ? static_cast<int>(usual_size()) : real(descriptor, command, argument);
      });
