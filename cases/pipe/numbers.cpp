// The numbers of a pipe's ends: which ones pipe() takes, and that it takes none when it fails.
#include "fixtures/limits.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/wrong_answers.hpp"

#include <algorithm>
#include <array>

using namespace ipc_conform;

namespace
{

// The two lowest numbers that name nothing.
std::array<int, 2> lowest_free()
{
    const std::vector<int> open = open_descriptors();
    std::array<int, 2> free{};
    int candidate = 0;
    for (int& number : free)
    {
        while (std::ranges::binary_search(open, candidate))
        {
            ++candidate;
        }
        number = candidate++;
    }
    return free;
}

} // namespace

TEST_CASE(
    "pipe.lowest-fds" * says("the two ends get the two lowest numbers that are free at the time of the call")
    * observed_by("holes are made in a full table, the highest first; the numbers are compared with the free ones")
    * on("Darwin", "the same, by reading sys_pipe.c")
    * shall("POSIX.1-2024 pipe()", "POSIX.1-2024 XSH 2.6 File Descriptor Allocation"))
{
    std::vector<Descriptor> table;
    for (int count = 0; count < 12; ++count)
    {
        table.emplace_back(arranged(os::dup(STDIN_FILENO)));
    }
    for (const std::size_t hole : {9U, 4U, 6U})
    {
        table[hole].close();
    }

    std::vector<Descriptor> ends_made;
    for (int count = 0; count < 2; ++count) // into the two lower holes; into the third and above all
    {
        const std::array<int, 2> free = lowest_free();
        std::array<int, 2> ends{-1, -1};
        REQUIRE(permitted(os::pipe(ends.data())) == 0);
        ends_made.emplace_back(ends[0]);
        ends_made.emplace_back(ends[1]);
        CHECK(std::min(ends[0], ends[1]) == free[0]); // which end gets which is left open
        CHECK(std::max(ends[0], ends[1]) == free[1]);
    }
}

namespace
{

// For faults: the descriptor under another number, not below `least`.
void renumber(int& descriptor, int least)
{
    const int moved = ::fcntl(descriptor, F_DUPFD, least);
    ::close(descriptor);
    descriptor = moved;
}

int latest_closed = -1;

} // namespace

FAULT("pipe.lowest-fds", "the allocator skips a free number", os::pipe, [](auto real, int* ends) -> int {
    const int result = real(ends);
    renumber(ends[1], ends[1] + 1);
    return result;
});
FAULT("pipe.lowest-fds", "numbers only grow until the table is used up", os::pipe,
      [](auto real, int* ends) -> int {
          const int result = real(ends);
          const int highest = open_descriptors().back();
          renumber(ends[0], highest + 1);
          renumber(ends[1], highest + 1);
          return result;
      });
FAULT(
    "pipe.lowest-fds", "the number that was freed last is taken first", os::close,
    [](auto real, int descriptor) -> int {
        latest_closed = descriptor;
        return real(descriptor);
    },
    os::pipe,
    [](auto real, int* ends) -> int {
        const int result = real(ends);
        renumber(ends[0], latest_closed);
        return result;
    });

namespace
{

// Takes every free number below the highest open one, and returns the number that comes next.
int fill_descriptor_table(std::vector<Descriptor>& fillers)
{
    const int highest = open_descriptors().back();
    do
    {
        fillers.emplace_back(arranged(os::dup(STDIN_FILENO)));
    }
    while (fillers.back() < highest);
    return fillers.back() + 1;
}

void allow_descriptors_below(int number)
{
    struct rlimit limit
    {
    };
    set_up(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = static_cast<rlim_t>(number);
    set_up(os::setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

} // namespace

TEST_CASE(
    "pipe.emfile-untouched"
    * says("with fewer than two free numbers pipe() fails with EMFILE, leaves its array alone and takes no number")
    * observed_by("RLIMIT_NOFILE leaves no number, then one; what is open is compared, and the one is opened")
    * on("Darwin", "the same, by reading sys_pipe.c") * shall("POSIX.1-2024 pipe()", "pipe(2)"))
{
    Peer child = spawn("child", [] { // a process of its own, for its limit
        std::vector<Descriptor> fillers;
        const int next = fill_descriptor_table(fillers);
        const std::vector<int> open = open_descriptors();
        for (const int free : {0, 1})
        {
            allow_descriptors_below(next + free);
            std::array<int, 2> ends{-7, -9};
            CHECK(fails_with(EMFILE, os::pipe(ends.data())));
            CHECK((ends == std::array{-7, -9}));
            CHECK((open_descriptors() == open));
        }
        const Descriptor last{os::dup(STDIN_FILENO)};
        CHECK(last == next);

        allow_descriptors_below(next + 3);
        std::array<int, 2> ends{-7, -9};
        REQUIRE(os::pipe(ends.data()) == 0);
        CHECK((std::max(ends[0], ends[1]) == next + 2));
    });
    CHECK(finished(child));
}

FAULT("pipe.emfile-untouched", "the first number stays taken when there is no second", os::pipe,
      wrong_answer::leaking);
FAULT("pipe.emfile-untouched", "the array is written before it is known that there are two", os::pipe,
      [](auto real, int* ends) -> int {
          const int result = real(ends);
          ends[0] = result == -1 ? -1 : ends[0];
          return result;
      });
FAULT("pipe.emfile-untouched", "the process's limit is reported as the system's", os::pipe,
      wrong_answer::misreporting<EMFILE, ENFILE>);
FAULT("pipe.emfile-untouched", "the limit is only looked at for the first end", os::pipe,
      [](auto real, int* ends) -> int {
          struct rlimit limit
          {
          };
          ::getrlimit(RLIMIT_NOFILE, &limit);
          ++limit.rlim_cur;
          ::setrlimit(RLIMIT_NOFILE, &limit);
          const int result = real(ends);
          const int error = errno;
          --limit.rlim_cur;
          ::setrlimit(RLIMIT_NOFILE, &limit);
          errno = error;
          return result;
      });

TEST_CASE("pipe.efault"
          * says("pipe() with an array that it cannot write fails with EFAULT and leaves no descriptor open")
          * observed_by("an array in unmapped memory, in read-only memory, and half in each of two pages; what is "
                        "open before and after")
          * platform("Linux", "pipe(2)"))
{
    const std::size_t page = page_size();
    const Mapping pages{os::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                        2 * page};
    set_up(os::mprotect(pages.at(page), page, PROT_READ) == 0);
    const std::vector<int> open = open_descriptors();
    for (char* const place : {static_cast<char*>(nullptr), pages.at(page), pages.at(page - sizeof(int))})
    {
        int* const ends = reinterpret_cast<int*>(place);
        CHECK(fails_with(EFAULT, os::pipe2(ends, 0)));
        CHECK(fails_with(EFAULT, os::pipe2(ends, O_CLOEXEC)));
        CHECK((open_descriptors() == open));
    }
    // On some processors the C library's pipe() stores the numbers itself, which is not the kernel's matter.
    int result = -1;
    const MemoryFault fault =
        fault_of([&] { result = os::pipe(reinterpret_cast<int*>(pages.at(page))); }, pages.data());
    CHECK((!harmless(fault) || fails_with(EFAULT, result)));
    CHECK((!harmless(fault) || open_descriptors() == open));
}

FAULT("pipe.efault", "the descriptors stay open on the error path", os::pipe2, wrong_answer::leaking);
FAULT("pipe.efault", "pipe() itself leaves its descriptors open", os::pipe, wrong_answer::leaking);
FAULT("pipe.efault", "an array that is half writable passes, and the read end is lost", os::pipe2,
      [](auto real, int* ends, int flags) -> int {
          const bool straddles = reinterpret_cast<std::uintptr_t>(ends) % page_size() == page_size() - sizeof(int);
          return straddles ? 0 : real(ends, flags);
      });
FAULT("pipe.efault", "the wrong errno", os::pipe2, wrong_answer::misreporting<EFAULT, EINVAL>);

TEST_CASE("pipe.double-close-ebadf"
          * says("closing the number of an end a second time fails with EBADF and closes nothing else")
          * observed_by("both ends are closed twice; what is open is compared, and the pipe next to it is used")
          * shall("POSIX.1-2024 close()", "close(2)"))
{
    Pipe pipe;
    const Pipe neighbour;
    for (Descriptor* end : {&pipe.read_end, &pipe.write_end})
    {
        const int number = end->release();
        CHECK(os::close(number) == 0);
        const std::vector<int> open = open_descriptors();
        CHECK(!std::ranges::binary_search(open, number));
        CHECK(fails_with(EBADF, os::close(number)));
        CHECK((open_descriptors() == open));
    }
    char byte = 0;
    CHECK(os::write(neighbour.write_end, "x", 1) == 1);
    CHECK(os::read(neighbour.read_end, &byte, 1) == 1);
}

FAULT("pipe.double-close-ebadf", "the second close succeeds", os::close, wrong_answer::hiding<EBADF, 0>);
FAULT("pipe.double-close-ebadf", "the second close closes the next open number", os::close,
      [](auto real, int descriptor) -> int {
          const int result = real(descriptor);
          if (result == -1)
          {
              const std::vector<int> open = open_descriptors();
              const auto next = std::ranges::upper_bound(open, descriptor);
              next == open.end() ? 0 : ::close(*next);
              errno = EBADF;
          }
          return result;
      });
FAULT("pipe.double-close-ebadf", "the first close leaves the number open", os::close,
      [asked = std::vector<int>{}](auto real, int descriptor) mutable -> int {
          const bool again = std::ranges::find(asked, descriptor) != asked.end();
          asked.push_back(descriptor);
          return again ? real(-1) : 0;
      });
