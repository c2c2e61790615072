// What processes have for themselves, and what the threads of one process have in common.
#include "cases/process/telling.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/threads.hpp"

#include <algorithm>
#include <array>
#include <memory>

using namespace ipc_conform;

namespace
{

// Volatile: whether another process or thread changes a word is the question, not the compiler's to answer.
using Word = volatile int;
Word in_data = 1;
Word in_bss = 0;

enum Region : std::size_t
{
    data,
    bss,
    heap,
    stack,
};

// One word in each region of ordinary memory. A case names its own; its faults find them here.
std::array<Word*, 4> words;

void store(int value)
{
    for (Word* word : words)
    {
        *word = value;
    }
}

std::string each_holds(int in_data_word, int in_bss_word, int in_heap_word, int on_stack_word)
{
    return fmt::format("data {}, bss {}, heap {}, stack {}", in_data_word, in_bss_word, in_heap_word,
                       on_stack_word);
}

std::string all_hold(int value)
{
    return each_holds(value, value, value, value);
}

std::string memory()
{
    return each_holds(*words[data], *words[bss], *words[heap], *words[stack]);
}

// For faults: one region is shared, so what the other side says that it has stored is there as well. The
// case's own process hears of the child's stores, the child of its parent's.
auto shared_region(Region region, bool in_parent)
{
    return [=, parent = ::getpid()](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
        const ssize_t got = real(descriptor, bytes, size);
        if ((::getpid() == parent) == in_parent)
        {
            *words[region] = *static_cast<const int*>(bytes);
        }
        return got;
    };
}

} // namespace

TEST_CASE(
    "process.fork-isolated"
    * says("after fork stores to data, bss, heap and stack stay invisible to the other side, in both directions")
    * observed_by("one word each in data, bss, heap and stack, stored to by both sides, which tell each other by "
                  "pipes in between")
    * shall("POSIX.1-2024 fork()", "fork(2)"))
{
    const auto in_heap = std::make_unique<Word>(0);
    Word on_stack = 0;
    words = {&in_data, &in_bss, in_heap.get(), &on_stack};
    store(1);
    const Pipe to_parent;
    const Pipe to_child;
    Peer child = spawn("child", [&] {
        store(2);
        tell(to_parent.write_end, 2);
        CHECK(hear(to_child.read_end) == 3); // by now the parent has stored a 3
        CHECK(memory() == all_hold(2));
    });

    CHECK(hear(to_parent.read_end) == 2);
    CHECK(memory() == all_hold(1));
    store(3);
    tell(to_child.write_end, 3);
    CHECK(finished(child));
    CHECK(memory() == all_hold(3));
    words = {}; // the stack word goes with this body
}

FAULT("process.fork-isolated", "the child's stores to initialised data reach the parent", os::read,
      shared_region(data, true));
FAULT("process.fork-isolated", "the child's stores to the bss reach the parent", os::read,
      shared_region(bss, true));
FAULT("process.fork-isolated", "the parent's stores to the heap reach the child", os::read,
      shared_region(heap, false));
FAULT("process.fork-isolated", "the parent's stores to the stack reach the child", os::read,
      shared_region(stack, false));

TEST_CASE("process.thread-shared"
          * says("what one thread stores in memory another thread of the process finds there, without any IPC")
          * observed_by("one word each in data, bss, heap and stack: each of two threads, one after the other, "
                        "finds the last stores")
          * shall("POSIX.1-2024 pthread_create()", "POSIX.1-2024 XBD Memory Synchronization", "pthreads(7)"))
{
    const auto in_heap = std::make_unique<Word>(0);
    Word on_stack = 0;
    words = {&in_data, &in_bss, in_heap.get(), &on_stack};
    store(1);
    std::string seen_by_first;
    std::string seen_by_second;
    Thread first{[&] {
        seen_by_first = memory();
        store(2);
    }};
    first.join();
    Thread second{[&] {
        seen_by_second = memory();
        store(3);
    }};
    second.join();

    CHECK(seen_by_first == all_hold(1));
    CHECK(seen_by_second == all_hold(2));
    CHECK(memory() == all_hold(3));
    words = {}; // the stack word goes with this body
}

namespace
{

std::array<int, 4> before_thread; // what the faults below put back
pid_t thread_process = -1;

constexpr auto remember_words = [](auto real, pthread_t* thread, const pthread_attr_t* attributes,
                                   void* (*body)(void*), void* argument) -> int {
    std::transform(words.begin(), words.end(), before_thread.begin(), [](Word* word) -> int { return *word; });
    return real(thread, attributes, body, argument);
};

} // namespace

FAULT("process.thread-shared", "a thread works on its own copy of static data", os::pthread_create, remember_words,
      os::pthread_join, [](auto real, pthread_t thread, void** result) -> int {
          const int error = real(thread, result);
          *words[data] = before_thread[data];
          return error;
      });
FAULT("process.thread-shared", "a thread works on its own copy of its creator's stack", os::pthread_create,
      remember_words, os::pthread_join, [](auto real, pthread_t thread, void** result) -> int {
          const int error = real(thread, result);
          *words[stack] = before_thread[stack];
          return error;
      });
FAULT(
    "process.thread-shared", "a thread is made by fork", os::pthread_create,
    [](auto /*real*/, pthread_t*, const pthread_attr_t*, void* (*body)(void*), void* argument) -> int {
        thread_process = ::fork();
        if (thread_process == 0)
        {
            body(argument);
            ::_exit(0);
        }
        return thread_process == -1 ? EAGAIN : 0;
    },
    os::pthread_join,
    [](auto /*real*/, pthread_t, void**) -> int {
        return ::waitpid(thread_process, nullptr, 0) == thread_process ? 0 : ESRCH;
    });
