// Whether a file is faster to use through a mapping than through read().
#include "cases/mmap/faults.hpp"
#include "fixtures/file_system.hpp"
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/message_line.hpp"
#include "fixtures/paired_samples.hpp"
#include "fixtures/property.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace ipc_conform;

namespace
{

constexpr std::size_t whole = 524'288;
constexpr std::size_t buffer_size = 65'536; // of a read of the whole file
constexpr std::size_t record = 64;          // of a read here and there

/// Sums up the whole file, in order, or that many records here and there. `bytes_at(offset, size)` gives the
/// bytes.
std::uint64_t sum_of_use(std::size_t records, const auto& bytes_at)
{
    std::uint64_t sum = 0;
    if (records == 0)
    {
        for (std::size_t offset = 0; offset < whole; offset += buffer_size)
        {
            sum += sum_of(bytes_at(offset, buffer_size), buffer_size);
        }
    }
    for (std::size_t number = 0; number < records; ++number)
    {
        constexpr std::size_t stride = 7919; // prime to the number of records, so that no place comes twice
        sum += sum_of(bytes_at(number * stride % (whole / record) * record, record), record);
    }
    return sum;
}

std::uint64_t sum_by_read(int file, std::size_t records)
{
    static std::array<char, buffer_size> buffer;
    return sum_of_use(records, [&](std::size_t offset, std::size_t size) {
        os::pread(file, buffer.data(), size, static_cast<off_t>(offset));
        return buffer.data();
    });
}

std::uint64_t sum_by_mapping(const Mapping& mapping, std::size_t records)
{
    return sum_of_use(records, [&](std::size_t offset, std::size_t /*size*/) { return mapping.at(offset); });
}

struct Pattern
{
    const char* name;
    std::size_t records; ///< 0: all the file, in order
    bool cold;           ///< the file has left memory
};
constexpr std::array patterns{
    Pattern{"in memory, in order", 0, false}, Pattern{"in memory, here and there", 256, false},
    Pattern{"on the device, in order", 0, true},
    Pattern{"on the device, here and there", 8, true}, // each of which may cost a trip to it
};

/// A file of known content. What is in memory is used through a mapping that is there already; what is cold has to
/// be mapped for each use, because a mapped file does not leave memory.
class MeasuredFile
{
public:
    explicit MeasuredFile(bool cold) : cold_{cold}
    {
        produce(content_.data(), whole, 1);
        set_up(os::pwrite(file_.descriptor(), content_.data(), whole, 0) == static_cast<ssize_t>(whole));
        if (cold)
        {
            set_up(::fsync(file_.descriptor()) == 0); // only what the device has can leave memory
        }
        else
        {
            mapping_.emplace(file_.descriptor(), whole, MAP_SHARED, PROT_READ);
        }
    }

    /// Nanoseconds for one use by read, or by a mapping.
    double by_read(std::size_t records)
    {
        return timed(records, [&] { return sum_by_read(file_.descriptor(), records); });
    }
    double by_mapping(std::size_t records)
    {
        return timed(records, [&] {
            return mapping_ ? sum_by_mapping(*mapping_, records)
                            : sum_by_mapping({file_.descriptor(), whole, MAP_SHARED, PROT_READ}, records);
        });
    }

    /// Asks the system to forget the file's pages; whether it has.
    [[nodiscard]] bool forgotten() const
    {
        return os::posix_fadvise(file_.descriptor(), 0, 0, POSIX_FADV_DONTNEED) == 0
               && pages_in_memory(Mapping{file_.descriptor(), whole, MAP_SHARED, PROT_READ}) == 0;
    }
    [[nodiscard]] std::string file_system() const
    {
        return file_system_of(file_.descriptor()).name;
    }
    /// How many uses did not find the content.
    [[nodiscard]] unsigned wrong() const
    {
        return wrong_;
    }
    /// How many uses found pages in memory that should have been on the device only.
    [[nodiscard]] unsigned warm() const
    {
        return warm_;
    }

private:
    double timed(std::size_t records, const std::function<std::uint64_t()>& use)
    {
        const std::uint64_t expected =
            sum_of_use(records, [&](std::size_t offset, std::size_t /*size*/) { return &content_[offset]; });
        warm_ += cold_ && !forgotten() ? 1U : 0U;
        std::uint64_t sum = 0;
        const double duration = duration_of([&] { sum = use(); });
        wrong_ += sum == expected ? 0U : 1U;
        return duration;
    }

    bool cold_;
    TemporaryFile file_;
    std::string content_ = std::string(whole, '\0');
    std::optional<Mapping> mapping_;
    unsigned wrong_ = 0;
    unsigned warm_ = 0;
};

long page_faults()
{
    struct rusage usage
    {
    };
    set_up(os::getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_minflt + usage.ru_majflt;
}

// The fewest page faults that one of a few uses of the mapping has taken: the system may trim a mapping now and
// then.
long fewest_page_faults(MeasuredFile& file)
{
    long fewest = std::numeric_limits<long>::max();
    for (int use = 0; use < 4; ++use)
    {
        const long before = page_faults();
        file.by_mapping(0);
        fewest = std::min(fewest, page_faults() - before);
    }
    return fewest;
}

struct Ways
{
    Pattern pattern;
    std::size_t read;
    std::size_t mapping;
};

constexpr unsigned milliseconds = 20;

} // namespace

// As for all claims about speed, whichever way it comes out is recorded and the case passes. What has to hold is
// that both ways give the file's bytes, that resident pages are used without page faults, and that the measurement
// can tell one use from four.
TEST_CASE(
    "mmap.perf-beats-read"
    * says("a mapped file is faster to use than one that is read: in order and here and there, in memory and "
           "from the device")
    * observed_by("times in paired samples, recorded; judged are the bytes, no page fault in memory, and one use "
                  "told from four")
    * on("Linux", "depends: faster for data in memory, not in one pass from the device with large reads")
    * defined("measured: paired samples with a bootstrap interval") * alone())
{
    MeasuredFile near{false};
    MeasuredFile distant{true};
    observe("file system", near.file_system());
    const bool can_be_cold = distant.forgotten();
    PairedSamples samples;
    std::vector<Ways> all_ways;
    std::vector<Shown> shown;
    for (const Pattern& pattern : patterns)
    {
        if (pattern.cold && !can_be_cold)
        {
            observe(pattern.name, "not measured: the system keeps the file in memory");
            shown.push_back(Shown::no_difference); // so that the whole claim cannot be confirmed
            continue;
        }
        MeasuredFile& file = pattern.cold ? distant : near;
        const std::size_t read = samples.add([&] { return file.by_read(pattern.records); });
        all_ways.push_back({pattern, read, samples.add([&] { return file.by_mapping(pattern.records); })});
    }
    const std::size_t again = samples.add([&] { return near.by_mapping(0); });
    const std::size_t fourfold = samples.add(
        [&] { return near.by_mapping(0) + near.by_mapping(0) + near.by_mapping(0) + near.by_mapping(0); });
    samples.sample(milliseconds);

    CHECK(near.wrong() == 0);
    CHECK(distant.wrong() == 0);
    CHECK(tells_one_from_four());
    const double noise = noise_of(samples.ratio(again, all_ways.front().mapping));
    CHECK(tells_apart(samples.ratio(fourfold, again), noise));
    CHECK(fewest_page_faults(near) == 0);
    observe("noise", text_of_noise(noise));
    observe("uses from the device that found pages in memory", distant.warm());
    for (const auto& [pattern, read, mapping] : all_ways)
    {
        const Ratio ratio = samples.ratio(read, mapping);
        shown.push_back(shown_by(ratio, noise));
        observe(pattern.name, fmt::format("{}; mapped {}, read {}: {}", text_of(shown.back()),
                                          samples.text_of(mapping), samples.text_of(read), ratio.text()));
    }
    observe("claim", text_of(all_of(shown)));
}

FAULT("mmap.perf-beats-read", "a mapping shows zeros", os::mmap,
      [](auto real, void* hint, std::size_t size, int protection, int flags, int, off_t) -> void* {
          return real(hint, size, protection, flags | MAP_ANONYMOUS, -1, 0);
      });
FAULT("mmap.perf-beats-read", "read gives the bytes of another place", os::pread,
      [](auto real, int descriptor, void* bytes, std::size_t size, off_t offset) -> ssize_t {
          return real(descriptor, bytes, size, offset == 0 ? 64 : 0);
      });

namespace
{

mapping_faults::LatestMapping first; // in a system that forgets again and again that it has a page in memory

} // namespace

FAULT(
    "mmap.perf-beats-read", "page faults are repeated on resident data", os::mmap,
    [](auto real, void* hint, std::size_t size, int protection, int flags, int descriptor, off_t offset) -> void* {
        void* const address = mapping_faults::remembered(real, hint, size, protection, flags, descriptor, offset);
        first = first.address == nullptr ? mapping_faults::latest : first;
        return address;
    },
    os::getrusage,
    [](auto real, int whose, struct rusage* usage) -> int {
        ::mmap(first.address, first.size, PROT_READ, MAP_SHARED | MAP_FIXED, first.descriptor, 0);
        return real(whose, usage);
    });
FAULT("mmap.perf-beats-read", "the clock counts how often it is read", os::clock_gettime,
      [readings = 0L](auto /*real*/, clockid_t, struct timespec* time) mutable -> int {
          *time = {.tv_sec = ++readings, .tv_nsec = 0};
          return 0;
      });
