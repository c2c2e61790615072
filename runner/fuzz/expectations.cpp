// A fuzz target (libFuzzer's interface): a text is read as a file of expectations.
#include "runner/expectations.hpp"
#include "reports/printable.hpp"
#include "runner/errors.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace ipc_conform;

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    try
    {
        runner::parse_expectations({reinterpret_cast<const char*>(bytes), size}, "fuzzed.toml");
    }
    catch (const runner::UsageError& error)
    {
        const std::string message = error.what();
        if (!message.starts_with("fuzzed.toml") || message != reports::printable(message))
        {
            std::abort(); // a refusal is one printable line that names the file
        }
    }
    return 0;
}
