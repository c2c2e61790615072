// The TOML library, which takes seconds to compile: for the files that read TOML.
#pragma once

// toml++ 3.3 asserts, and with NDEBUG lets the compiler assume, what the text "[\x1b]" breaks. A few lines further
// on it refuses that text all the same, so neither must happen.
#ifdef NDEBUG
#undef NDEBUG
#define IPC_CONFORM_NDEBUG
#endif
#define TOML_ASSERT(condition) static_assert(true)
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#ifdef IPC_CONFORM_NDEBUG
#undef IPC_CONFORM_NDEBUG
#define NDEBUG
#endif
