# Builds the kit for another system with zig (tested: 0.11), whose compiler carries the C and C++ libraries of all its
# targets. Shared by the toolchain files zig-<target>.cmake, which name the system and its processor:
#
#     cmake -S . -B build-macos -G Ninja --toolchain cmake/zig-aarch64-macos.cmake [-DZIG=/opt/zig/zig]
#
# Which zig: the cache variable ZIG, else the environment variable, else the one on PATH.
find_program(ZIG NAMES $ENV{ZIG} zig REQUIRED NO_CMAKE_FIND_ROOT_PATH DOC "The zig program")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG)

string(REPLACE i386 x86 zig_processor ${CMAKE_SYSTEM_PROCESSOR})
if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    set(zig_system macos)
else()
    set(zig_system linux-musl)
    set(CMAKE_EXE_LINKER_FLAGS_INIT -s) # this machine's strip does not know the target's programs
endif()
set(CMAKE_CXX_COMPILER ${ZIG} c++ -target ${zig_processor}-${zig_system})
if(zig_processor STREQUAL "x86_64")
    set(IPC_CONFORM_IA32_OPTIONS -target x86-linux-musl) # with -m32 alone zig links for 64 bits what it made for 32
endif()
# zig's archiver is a subcommand; it writes the index that ranlib would.
set(CMAKE_AR ${ZIG})
set(CMAKE_CXX_ARCHIVE_CREATE "<CMAKE_AR> ar qcs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_APPEND "<CMAKE_AR> ar qs <TARGET> <OBJECTS>")
set(CMAKE_CXX_ARCHIVE_FINISH "")
# zig has the system's headers; there is no SDK to look for.
set(CMAKE_OSX_SYSROOT "")
# CMake learns the word size, and from it this folder, only where the linker can be asked for its version.
set(CMAKE_INSTALL_LIBDIR lib)

# The headers that the kit needs, and no others of this machine's: /usr/include itself would shadow the target's.
set(headers ${CMAKE_BINARY_DIR}/headers)
get_property(in_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT in_try_compile)
    file(MAKE_DIRECTORY ${headers}/include)
    foreach(part IN ITEMS boost doctest nlohmann CLI fmt toml++)
        foreach(folder IN ITEMS /usr/include /usr/local/include /opt/homebrew/include)
            if(IS_DIRECTORY ${folder}/${part})
                file(CREATE_LINK ${folder}/${part} ${headers}/include/${part} SYMBOLIC)
            endif()
        endforeach()
    endforeach()
endif()
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${headers}/include)
set(CMAKE_FIND_ROOT_PATH ${headers})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
