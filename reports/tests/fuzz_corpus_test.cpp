// The fuzz target with the inputs that are kept: they run wherever the tests do, without a fuzzer.
#include <cstdint>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

TEST_CASE("fuzzing: every input of the corpus is read or refused, and what is read is written harmlessly")
{
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator{FUZZ_CORPUS})
    {
        CAPTURE(entry.path().string());
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        CHECK(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == 0);
        ++inputs;
    }
    CHECK(inputs >= 12);
}
