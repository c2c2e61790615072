// What it means that memory is shared: one set of bytes, wherever and by whomever it is attached.
#include "cases/sysv-shm/faults.hpp"
#include "fixtures/event.hpp"
#include "fixtures/memory_fault.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/shared_segment.hpp"
#include "fixtures/stranger.hpp"
#include "fixtures/user_mode.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

using namespace ipc_conform;

TEST_CASE("sysv-shm.key-shared"
          * says("two unrelated processes that attach the segment of one key see each other's stores")
          * observed_by("a stranger attaches by key: text is seen across before it attaches, and both ways while "
                        "both are attached")
          * on("Darwin", "the same, by reading sysv_shm.c")
          * shall("POSIX.1-2024 shmget()", "POSIX.1-2024 shmat()"))
{
    const SharedSegment segment{page_size()};
    const Attachment memory{permitted(os::shmat(segment.id()))};
    REQUIRE(memory);
    memory.write("before the attach");
    const Event answered;
    const Event replied;
    Peer stranger = spawn_stranger(
        "stranger",
        [](key_t key, int expected, const Event& answer, const Event& reply) {
            const int id = permitted(os::shmget(key, 0, 0));
            CHECK(id == expected);
            const Attachment theirs{permitted(os::shmat(id))};
            REQUIRE(theirs);
            CHECK(theirs.text() == "before the attach");
            theirs.write("answer");
            answer.set();
            reply.wait();
            CHECK(theirs.text() == "reply");
        },
        segment.key(), segment.id(), answered, replied);

    answered.wait();
    CHECK(memory.text() == "answer");
    memory.write("reply"); // while both are attached
    replied.set();
    CHECK(finished(stranger));
}

FAULT("sysv-shm.key-shared", "a second attach is a copy of the segment", os::shmat,
      attach_faults::copy_per_attach);
FAULT("sysv-shm.key-shared", "a key means something only in the process that made the segment", os::shmget,
      [](auto real, key_t key, std::size_t size, int flags) -> int {
          errno = ENOENT;
          return (flags & IPC_CREAT) != 0 ? real(key, size, flags) : -1;
      });

TEST_CASE("sysv-shm.addr-differs"
          * says("processes may attach a segment at different addresses, and what an offset finds in one of them "
                 "it finds in all")
          * observed_by("a peer attaches elsewhere, detaches what it inherited, follows an offset stored in the "
                        "segment and answers there")
          * shall("POSIX.1-2024 shmat()"))
{
    constexpr std::size_t note_at = 64;
    const SharedSegment segment{page_size()};
    const Attachment memory{permitted(os::shmat(segment.id()))};
    REQUIRE(memory);
    const auto offset = reinterpret_cast<std::size_t*>(memory.address()); // the segment's own link to the note
    *offset = note_at;
    std::strcpy(memory.address() + note_at, "by offset");

    Peer elsewhere = spawn("elsewhere", [&] {
        const Attachment theirs{permitted(os::shmat(segment.id()))};
        REQUIRE(theirs);
        CHECK(theirs.address() != memory.address()); // there the inherited attach still is
        CHECK(os::shmdt(memory.address()) == 0);     // and now the other one is its only one
        char* const note = theirs.address() + *reinterpret_cast<std::size_t*>(theirs.address());
        CHECK(std::string_view{note} == "by offset");
        std::strcpy(note, "answer");
    });
    CHECK(finished(elsewhere));
    CHECK(*offset == note_at);
    CHECK(std::string_view{memory.address() + note_at} == "answer");
}

FAULT("sysv-shm.addr-differs", "a segment has one address in the whole system", os::shmat,
      [place = static_cast<void*>(nullptr)](auto real, int id, const void* wish, int flags) mutable -> void* {
          place = place == nullptr ? real(id, wish, flags) : place;
          return place;
      });
FAULT("sysv-shm.addr-differs", "an attach at another address is a copy", os::shmat,
      attach_faults::copy_per_attach);

namespace
{

struct Exchange
{
    std::atomic<std::uint32_t> turn;
    std::uint32_t arrived_there;
    std::uint32_t arrived_back;
    std::array<std::uint32_t, 100'000> values;

    void await(std::uint32_t awaited) const
    {
        while (turn.load(std::memory_order_acquire) != awaited)
        {
        }
    }
    void give(std::uint32_t next)
    {
        turn.store(next, std::memory_order_release);
    }
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

constexpr std::uint32_t ready = 1;
constexpr std::uint32_t asked = 2;
constexpr std::uint32_t answered = 3;

} // namespace

TEST_CASE(
    "sysv-shm.no-mediator"
    * says("between attach and detach data passes from one process to another without a system call in either")
    * observed_by("two peers that any system call would kill (seccomp) exchange 100000 values there and back, and "
                  "both end alive")
    * shall("POSIX.1-2024 shmat()"))
{
    require_renounceable_system_calls();
    const SharedSegment segment{sizeof(Exchange)};
    const Attachment memory{permitted(os::shmat(segment.id()))};
    REQUIRE(memory);
    auto& exchange = *reinterpret_cast<Exchange*>(memory.address()); // all zero, as every new segment

    // Both attaches are inherited, so that neither process has anything to ask of the kernel.
    Peer asker = spawn("asker", [&] {
        renounce_system_calls();
        exchange.await(ready);
        for (std::uint32_t index = 0; std::uint32_t & value : exchange.values)
        {
            value = ++index;
        }
        exchange.give(asked);
        exchange.await(answered);
        for (std::uint32_t index = 0; const std::uint32_t value : exchange.values)
        {
            exchange.arrived_back += value == ~++index ? 1U : 0U;
        }
    });
    Peer answerer = spawn("answerer", [&] {
        renounce_system_calls();
        exchange.give(ready);
        exchange.await(asked);
        for (std::uint32_t index = 0; std::uint32_t & value : exchange.values)
        {
            exchange.arrived_there += value == ++index ? 1U : 0U;
            value = ~value;
        }
        exchange.give(answered);
    });
    REQUIRE(finished(asker)); // one that made a system call was killed
    REQUIRE(finished(answerer));
    observe("values there and back", exchange.arrived_back);
    CHECK(exchange.arrived_there == exchange.values.size());
    CHECK(exchange.arrived_back == exchange.values.size());
}

namespace
{

void* trapped = nullptr;
std::size_t trapped_size = 0;

// The mediator: each process's first access asks the kernel for the memory.
void let_in(int /*signal*/)
{
    ::mprotect(trapped, trapped_size, PROT_READ | PROT_WRITE);
}

} // namespace

FAULT("sysv-shm.no-mediator", "accesses trap, and a system call carries them out", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          shmid_ds state{};
          ::shmctl(id, IPC_STAT, &state);
          trapped = real(id, wish, flags);
          trapped_size = (state.shm_segsz + page_size() - 1) / page_size() * page_size();
          ::mprotect(trapped, trapped_size, PROT_NONE);
          ::signal(SIGSEGV, let_in);
          ::signal(SIGBUS, let_in);
          return trapped;
      });
FAULT("sysv-shm.no-mediator", "stores beyond the first page are private until detach", os::shmat,
      [](auto real, int id, const void* wish, int flags) -> void* {
          auto* const address = static_cast<char*>(real(id, wish, flags));
          ::mmap(address + page_size(), sizeof(Exchange) - page_size(), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return address;
      });

namespace
{

struct Counters
{
    std::atomic<std::uint32_t> together; // counted by atomic additions
    std::atomic<std::uint32_t> apart;    // counted by a load and a store, with room for the other process between
};

constexpr std::uint32_t additions = 300'000;

void add_up(Counters& counters)
{
    for (std::uint32_t addition = 0; addition < additions; ++addition)
    {
        counters.together.fetch_add(1, std::memory_order_relaxed);
        counters.apart.store(counters.apart.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
}

int segment_of_copy = -1; // in a system that synchronises at detach only

} // namespace

// Whether plain additions are lost depends on the moment, so that is recorded and nothing more.
TEST_CASE(
    "sysv-shm.no-sync"
    * says("two processes that add to one word of a segment lose no atomic addition; additions by a load and "
           "a store may get lost, for attaching excludes nobody")
    * observed_by("two processes make 300000 additions each: the atomic sum is exact, the plain one at most as "
                  "large and recorded")
    * shall("POSIX.1-2024 shmat()", "POSIX.1-2024 4.15.2 Memory Synchronization"))
{
    const SharedSegment segment{sizeof(Counters)};
    const Attachment memory{permitted(os::shmat(segment.id()))};
    REQUIRE(memory);
    auto& counters = *reinterpret_cast<Counters*>(memory.address());
    const Event attached;
    const Event added;
    Peer adder = spawn("adder", [&] {
        Attachment own{permitted(os::shmat(segment.id()))};
        REQUIRE(own);
        attached.set();
        add_up(*reinterpret_cast<Counters*>(own.address()));
        added.wait(); // so that what reaches the segment by the detach only comes too late
        CHECK(own.detach() == 0);
    });

    attached.wait();
    add_up(counters);
    added.set();
    REQUIRE(finished(adder));
    observe("atomic additions that arrived", counters.together.load());
    observe("plain additions that arrived", counters.apart.load());
    observe("additions made", 2 * additions);
    CHECK(counters.together == 2 * additions);
    CHECK(counters.apart <= 2 * additions);
}

FAULT("sysv-shm.no-sync", "each process adds to a copy of its own", os::shmat, attach_faults::copy_per_attach);
FAULT(
    "sysv-shm.no-sync", "stores reach the other processes only at the detach", os::shmat,
    [](auto real, int id, const void* wish, int flags) -> void* {
        void* const address = attach_faults::copy_per_attach(real, id, wish, flags);
        segment_of_copy = id;
        return address;
    },
    os::shmdt,
    [](auto /*real*/, const void* address) -> int {
        void* const segment = ::shmat(segment_of_copy, nullptr, 0);
        std::memcpy(segment, address, sizeof(Counters));
        return ::shmdt(segment) + ::munmap(const_cast<void*>(address), sizeof(Counters));
    });
