// Waiting for a word of memory, and waking across processes.
#include "fixtures/files.hpp"
#include "fixtures/mapping.hpp"
#include "fixtures/os.hpp"
#include "fixtures/peer.hpp"
#include "fixtures/property.hpp"
#include "fixtures/witness/witness.hpp"

#include <atomic>
#include <climits>
#include <cstdint>

using namespace ipc_conform;

namespace
{

std::atomic<std::uint32_t>& word_of(const Mapping& mapping)
{
    return *reinterpret_cast<std::atomic<std::uint32_t>*>(mapping.data());
}

} // namespace

TEST_CASE(
    "futex.cross-process"
    * says("FUTEX_WAKE in one process wakes those who wait in others for the same word of shared memory, as "
           "many as it was told to, and returns how many")
    * observed_by(
        "two peers seen asleep in futex on another mapping of the word; wakes of 1 and of all return 1, 1 and 0")
    * platform("Linux", "futex(2)", "futex(7)"))
{
    const TemporaryFile file{static_cast<off_t>(page_size())};
    const Mapping mapping{file.descriptor(), page_size()};
    const Mapping elsewhere{file.descriptor(), page_size()}; // the word is one, though its addresses are two
    const auto wait_and_look = [&] {
        CHECK(permitted(os::futex(&word_of(elsewhere), FUTEX_WAIT, 0)) == 0);
        CHECK(word_of(elsewhere) == 1);
    };
    Peer first = spawn("first", wait_and_look);
    Peer second = spawn("second", wait_and_look);

    REQUIRE(blocked_in(first, os::futex));
    REQUIRE(blocked_in(second, os::futex));
    word_of(mapping) = 1;
    CHECK(os::futex(&word_of(mapping), FUTEX_WAKE, 1) == 1);
    CHECK(os::futex(&word_of(mapping), FUTEX_WAKE, INT_MAX) == 1);
    CHECK(finished(first));
    CHECK(finished(second));
    CHECK(os::futex(&word_of(mapping), FUTEX_WAKE, INT_MAX) == 0); // nobody is left
}

FAULT("futex.cross-process", "waiters are found by the virtual address", os::futex,
      [](auto real, std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) -> long {
          return real(word, operation | FUTEX_PRIVATE_FLAG, value);
      });
FAULT("futex.cross-process", "a wake for one wakes all", os::futex,
      [](auto real, std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) -> long {
          return real(word, operation, operation == FUTEX_WAKE ? std::uint32_t{INT_MAX} : value);
      });
FAULT("futex.cross-process", "a wake does not tell how many it has woken", os::futex,
      [](auto real, std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) -> long {
          return real(word, operation, value) == -1 ? -1 : 0;
      });
FAULT("futex.cross-process", "a wait returns at once", os::futex,
      [](auto real, std::atomic<std::uint32_t>* word, int operation, std::uint32_t value) -> long {
          return operation == FUTEX_WAIT ? 0 : real(word, operation, value);
      });
