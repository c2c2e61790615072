// Whether shared memory is the fastest way between two processes.
#include "cases/mmap/faults.hpp"
#include "fixtures/message_line.hpp"
#include "fixtures/paired_samples.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/pipe.hpp"
#include "fixtures/property.hpp"

#include <array>
#include <fmt/format.h>
#include <vector>

using namespace ipc_conform;

namespace
{

struct Size
{
    const char* name;
    std::size_t bytes;
    unsigned messages;     // in a sample
    unsigned milliseconds; // for all samples; most for the sizes by which the claim is judged
};

constexpr std::array sizes{
    Size{"1 B", 1, 1, 4},
    Size{"4 KiB", 4096, 1, 4},
    Size{"64 KiB", 65'536, 2, 16},
    Size{"1 MiB", 1'048'576, 1, 40},
};
constexpr std::size_t large = 65'536; // from here on the claim is judged

// The messages' sums, worked out before anything is measured. Three in turn, so that a message is never taken for
// the one before it.
class ExpectedSums
{
public:
    explicit ExpectedSums(std::size_t size)
    {
        std::vector<char> bytes(size);
        for (std::size_t seed = 0; seed < sums_.size(); ++seed)
        {
            produce(bytes.data(), size, seed);
            sums_[seed] = sum_of(bytes.data(), size);
        }
    }
    bool asked_right(MessageLine& line, std::size_t size)
    {
        seed_ = (seed_ + 1) % sums_.size();
        return line.ask(size, seed_) == sums_[seed_];
    }

private:
    std::array<std::uint64_t, 3> sums_{};
    std::size_t seed_ = 0;
};

// What the asker wants of the other process next.
struct Order
{
    std::size_t line;
    std::size_t size;
    unsigned messages;
};

// All the lines, with the process that answers at their other end.
class Exchange
{
public:
    Exchange()
    {
        lines_.push_back(shared_memory_line(sizes.back().bytes));
        for (NamedLine& line : kernel_lines(sizes.back().bytes))
        {
            if (line.line == nullptr)
            {
                observe(line.name, "not compared: " + line.absent);
                continue;
            }
            lines_.push_back(std::move(line));
        }
        for (const Size& size : sizes)
        {
            sums_.emplace_back(size.bytes);
        }
    }
    [[nodiscard]] const std::vector<NamedLine>& lines() const
    {
        return lines_;
    }

    /// What the answering process does, until there are no more orders.
    void serve()
    {
        orders_.write_end.close();
        Order order{};
        while (::read(orders_.read_end, &order, sizeof order) == sizeof order)
        {
            lines_[order.line].line->answer(1);
            for (unsigned message = 0; message < order.messages; ++message)
            {
                lines_[order.line].line->answer(order.size);
            }
        }
    }

    /// Nanoseconds for that many messages and their answers, after one that shows that the other process is there.
    double time(std::size_t line, std::size_t size, unsigned messages)
    {
        const Order order{.line = line, .size = sizes[size].bytes, .messages = messages};
        set_up(::write(orders_.write_end, &order, sizeof order) == sizeof order);
        MessageLine& way = *lines_[line].line;
        wrong_ += sums_[0].asked_right(way, 1) ? 0U : 1U;
        return duration_of([&] {
            for (unsigned message = 0; message < messages; ++message)
            {
                wrong_ += sums_[size].asked_right(way, sizes[size].bytes) ? 0U : 1U;
            }
        });
    }
    /// How many messages did not arrive as they were sent.
    [[nodiscard]] unsigned wrong() const
    {
        return wrong_;
    }
    void end()
    {
        orders_.write_end.close();
    }

private:
    std::vector<NamedLine> lines_;
    std::vector<ExpectedSums> sums_;
    Pipe orders_;
    unsigned wrong_ = 0;
};

// Measures all the lines with messages of one size; what comes of it for the claim.
Shown compare(Exchange& exchange, std::size_t size)
{
    const auto& [name, bytes, messages, milliseconds] = sizes[size];
    PairedSamples samples;
    const auto add = [&](std::size_t line, unsigned count) {
        return samples.add([&exchange, line, size, count] { return exchange.time(line, size, count); });
    };
    std::vector<std::size_t> ways;
    for (std::size_t line = 0; line < exchange.lines().size(); ++line)
    {
        ways.push_back(add(line, messages));
    }
    const std::size_t again = add(0, messages);
    const std::size_t fourfold = add(0, 4 * messages);
    samples.sample(milliseconds);

    const double noise = noise_of(samples.ratio(again, ways[0]));
    CHECK(tells_apart(samples.ratio(fourfold, ways[0]), noise));
    observe(fmt::format("{}: noise", name), text_of_noise(noise));
    observe(fmt::format("{}: {}", name, exchange.lines()[0].name), samples.text_of(ways[0], messages));
    std::vector<Shown> shown;
    for (std::size_t line = 1; line < ways.size(); ++line)
    {
        const Ratio ratio = samples.ratio(ways[line], ways[0]);
        shown.push_back(shown_by(ratio, noise));
        observe(fmt::format("{}: {}", name, exchange.lines()[line].name),
                fmt::format("{}, {}", samples.text_of(ways[line], messages), ratio.text()));
    }
    observe(fmt::format("claim for {}", name), text_of(all_of(shown)));
    return all_of(shown);
}

} // namespace

// A measurement is no conformance: whichever way the claim comes out, that is recorded and the case passes. What
// has to hold is that the data arrives, and that the measurement can tell one message from four.
TEST_CASE("mmap.perf-shm-fastest"
          * says("messages of 64 KiB and more pass from one process to another faster through shared memory than "
                 "through pipes, FIFOs, sockets and message queues")
          * observed_by("times in paired samples for four sizes; judged is that all data arrives and that one "
                        "message is told from four")
          * on("Linux", "depends on the machine and its load; beside other work no difference was shown")
          * defined("measured: paired samples with a bootstrap interval") * alone())
{
    Exchange exchange;
    Peer answerer = spawn("answerer", [&] {
        keep_on_processor(true);
        exchange.serve();
    });
    observe("processors", keep_on_processor(false) + " asks, the last one answers");

    std::vector<Shown> of_large;
    for (std::size_t size = 0; size < sizes.size(); ++size)
    {
        const Shown shown = compare(exchange, size);
        if (sizes[size].bytes >= large)
        {
            of_large.push_back(shown);
        }
    }
    exchange.end();
    REQUIRE(finished(answerer));
    CHECK(exchange.wrong() == 0);
    CHECK(tells_one_from_four());
    observe("claim", text_of(all_of(of_large)));
}

FAULT("mmap.perf-shm-fastest", "shared memory is copied when a process stores", os::mmap,
      mapping_faults::private_copy);
FAULT("mmap.perf-shm-fastest", "a byte of what is read is wrong", os::read,
      [](auto real, int descriptor, void* bytes, std::size_t size) -> ssize_t {
          const ssize_t count = real(descriptor, bytes, size);
          *static_cast<unsigned char*>(bytes) ^= 1U;
          return count;
      });
FAULT("mmap.perf-shm-fastest", "the clock stands still", os::clock_gettime,
      [](auto /*real*/, clockid_t, struct timespec* time) -> int {
          *time = {.tv_sec = 1, .tv_nsec = 0};
          return 0;
      });
FAULT("mmap.perf-shm-fastest", "the clock counts how often it is read", os::clock_gettime,
      [readings = 0L](auto /*real*/, clockid_t, struct timespec* time) mutable -> int {
          *time = {.tv_sec = ++readings, .tv_nsec = 0};
          return 0;
      });
