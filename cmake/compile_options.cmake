# How every target of the kit is compiled; includes are written from the project's root.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(${CMAKE_CURRENT_LIST_DIR}/fmt.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/fuzz.cmake)

add_library(ipc_conform_options INTERFACE)
target_link_libraries(ipc_conform_options INTERFACE ipc_conform_fmt)
target_include_directories(ipc_conform_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
    ipc_conform_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                  $<$<BOOL:${IPC_CONFORM_WARNINGS_ARE_ERRORS}>:-Werror>
)
# GCC 12 sees overlapping copies inside its own std::string (its bug 105651); there is no other source of this one.
target_compile_options(ipc_conform_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# 64-bit file offsets and times on 32-bit systems too; everything POSIX and the platform declare.
target_compile_definitions(
    ipc_conform_options INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64 _TIME_BITS=64
)
if(APPLE)
    target_compile_definitions(ipc_conform_options INTERFACE _DARWIN_C_SOURCE)
endif()
set(IPC_CONFORM_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
if(IPC_CONFORM_SANITIZE)
    # What a sanitizer finds ends the process: a report that nobody has to read is no check.
    target_compile_options(
        ipc_conform_options INTERFACE -fsanitize=${IPC_CONFORM_SANITIZE} -fno-sanitize-recover=all
                                      -fno-omit-frame-pointer -O1
    )
    target_link_options(ipc_conform_options INTERFACE -fsanitize=${IPC_CONFORM_SANITIZE})
endif()
if(IPC_CONFORM_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "IPC_CONFORM_FUZZ needs clang, which has libFuzzer: -DCMAKE_CXX_COMPILER=clang++")
    endif()
    set(fuzz_sanitizers -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
    target_compile_options(ipc_conform_options INTERFACE ${fuzz_sanitizers} -O1 -g)
    target_link_options(ipc_conform_options INTERFACE ${fuzz_sanitizers})
endif()
