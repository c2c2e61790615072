// What a message costs in system calls: through a pipe, and through shared memory.
#include "fixtures/call_counter.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/message_line.hpp"
#include "fixtures/paired_samples.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"
#include "fixtures/user_mode.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <fmt/format.h>
#include <string>

using namespace ipc_conform;

namespace
{

constexpr std::size_t messages = 1'000;
constexpr std::size_t size = 64;
using Message = std::array<char, size>;

struct Tray
{
    std::atomic<std::size_t> filled; // messages that may be taken
    std::atomic<std::size_t> right;  // messages that were what they should be
    std::array<Message, messages> places;
};

Message message_of(std::size_t number)
{
    Message message;
    produce(message.data(), size, number);
    return message;
}

void send_through(int pipe)
{
    const std::uint64_t before = transfer_calls().writes;
    for (std::size_t number = 0; number < messages; ++number)
    {
        const Message message = message_of(number);
        REQUIRE(os::write(pipe, message.data(), size) == size);
    }
    const std::uint64_t calls = transfer_calls().writes - before;
    observe("write calls for 1000 messages through a pipe", calls);
    CHECK(calls == messages);
}

void receive_through(int pipe)
{
    const std::uint64_t before = transfer_calls().reads;
    for (std::size_t number = 0; number < messages; ++number)
    {
        Message message{};
        REQUIRE(os::read(pipe, message.data(), size) == size);
        REQUIRE(message == message_of(number));
    }
    const std::uint64_t calls = transfer_calls().reads - before;
    observe("read calls for 1000 messages through a pipe", calls);
    CHECK(calls == messages);
}

// A process that is killed when it makes a system call.
void send_through(Tray& tray)
{
    renounce_system_calls();
    for (std::size_t number = 0; number < messages; ++number)
    {
        tray.places[number] = message_of(number);
        tray.filled.store(number + 1, std::memory_order_release);
    }
}

void receive_through(Tray& tray)
{
    renounce_system_calls();
    for (std::size_t number = 0; number < messages; ++number)
    {
        while (tray.filled.load(std::memory_order_acquire) <= number)
        {
        }
        tray.right += tray.places[number] == message_of(number) ? 1U : 0U;
    }
}

// Nanoseconds to pass messages on within one process, so that nothing but the transfer is measured.
double time_through(const Pipe& pipe, std::size_t count)
{
    Message message{};
    return duration_of([&] {
        for (std::size_t number = 0; number < count; ++number)
        {
            os::write(pipe.write_end, message.data(), size);
            os::read(pipe.read_end, message.data(), size);
        }
    });
}

double time_through(Tray& tray, std::size_t count)
{
    Message message{};
    return duration_of([&] {
        for (std::size_t number = 0; number < count; ++number)
        {
            Message& place = tray.places[number % messages];
            place = message;
            tray.filled.store(number, std::memory_order_release);
            static_cast<void>(
                tray.filled.load(std::memory_order_acquire)); // the copies are made, and in this order
            message = place;
        }
    });
}

constexpr std::size_t passed_on = 200; // in a sample
constexpr unsigned milliseconds = 10;

} // namespace

// The number of calls is what has to hold; what they cost is recorded, whichever way it comes out.
TEST_CASE(
    "mmap.perf-pipe-syscalls"
    * says("a message through a pipe takes a system call of the writer and one of the reader, a message through "
           "shared memory takes none")
    * observed_by("the kernel's count of calls for 1000 messages; with shared memory any call would kill "
                  "(seccomp); the times recorded")
    * on("Linux",
         "1000 writes and 1000 reads through the pipe; 64 bytes took 640 ns, and 5 ns through shared memory")
    * shall("POSIX.1-2024 write()", "POSIX.1-2024 read()", "POSIX.1-2024 mmap()") * alone())
{
    require_renounceable_system_calls();
    transfer_calls(); // or the case is RESTRICTED
    const Pipe pipe;
    Peer writer = spawn("writer", [&] { send_through(pipe.write_end); });
    receive_through(pipe.read_end);
    REQUIRE(finished(writer));

    const Mapping memory{
        permitted(os::mmap(nullptr, sizeof(Tray), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)),
        sizeof(Tray)};
    auto& tray = *reinterpret_cast<Tray*>(memory.data()); // all zero, as new memory is
    Peer filler = spawn("filler", [&] { send_through(tray); });
    Peer taker = spawn("taker", [&] { receive_through(tray); });
    REQUIRE(finished(filler)); // one that made a system call was killed
    REQUIRE(finished(taker));
    observe("system calls for 1000 messages through shared memory", 0);
    CHECK(tray.right == messages);

    PairedSamples samples;
    const std::size_t through_pipe = samples.add([&] { return time_through(pipe, passed_on) / passed_on; });
    const std::size_t through_memory = samples.add([&] { return time_through(tray, passed_on) / passed_on; });
    const std::size_t again = samples.add([&] { return time_through(tray, passed_on) / passed_on; });
    const std::size_t fourfold = samples.add([&] { return time_through(tray, 4 * passed_on) / passed_on; });
    samples.sample(milliseconds);
    CHECK(tells_one_from_four());
    const double noise = noise_of(samples.ratio(again, through_memory));
    CHECK(tells_apart(samples.ratio(fourfold, through_memory), noise));
    const Ratio ratio = samples.ratio(through_pipe, through_memory);
    observe("64 B through a pipe", samples.text_of(through_pipe) + ", " + ratio.text());
    observe("64 B through shared memory", samples.text_of(through_memory));
    observe("noise", text_of_noise(noise));
    observe("claim", text_of(shown_by(ratio, noise)));
}

FAULT("mmap.perf-pipe-syscalls", "two messages at a time are transferred by one call", os::write,
      [kept = std::string{}](auto real, int pipe, const void* bytes, std::size_t count) mutable -> ssize_t {
          kept.append(static_cast<const char*>(bytes), count);
          if (kept.size() > count)
          {
              real(pipe, kept.data(), kept.size());
              kept.clear();
          }
          return static_cast<ssize_t>(count);
      });
FAULT("mmap.perf-pipe-syscalls", "what is read in one call is given out in two", os::read,
      [kept = std::string{}](auto real, int pipe, void* bytes, std::size_t count) mutable -> ssize_t {
          if (kept.empty())
          {
              kept.resize(2 * count);
              kept.resize(static_cast<std::size_t>(real(pipe, kept.data(), kept.size())));
          }
          kept.copy(static_cast<char*>(bytes), count);
          kept.erase(0, count);
          return static_cast<ssize_t>(count);
      });

namespace
{

void* trapped = nullptr;

// Each process's first access asks the kernel for the memory.
void let_in(int /*signal*/)
{
    ::mprotect(trapped, sizeof(Tray), PROT_READ | PROT_WRITE);
}

} // namespace

FAULT("mmap.perf-pipe-syscalls", "accesses to shared memory trap, and a system call carries them out", os::mmap,
      [](auto real, void* hint, std::size_t length, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          trapped = real(hint, length, protection, flags, descriptor, offset);
          ::mprotect(trapped, length, PROT_NONE);
          ::signal(SIGSEGV, let_in);
          ::signal(SIGBUS, let_in);
          return trapped;
      });
FAULT("mmap.perf-pipe-syscalls", "shared memory loses what a process stores", os::mmap,
      [](auto real, void* hint, std::size_t length, int protection, int flags, int descriptor,
         off_t offset) -> void* {
          auto* const address = static_cast<char*>(real(hint, length, protection, flags, descriptor, offset));
          const std::size_t kept = 2 * page_size();
          ::mmap(address + kept, length - kept, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
          return address;
      });
