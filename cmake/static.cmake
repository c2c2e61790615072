# IPC_CONFORM_STATIC_LINKING: whether the kit becomes one static executable, which runs on any kernel and without the
# C library of where it runs, and starts faster: nothing is searched, loaded or relocated. By default it does
# on Linux, where the toolchain can; a sanitizer's runtime wants to be loaded.
set(IPC_CONFORM_STATIC AUTO CACHE STRING "Link one static executable: ON, OFF, or AUTO where the toolchain can")
set_property(CACHE IPC_CONFORM_STATIC PROPERTY STRINGS AUTO ON OFF)

set(IPC_CONFORM_STATIC_LINKING ${IPC_CONFORM_STATIC})
if(IPC_CONFORM_STATIC STREQUAL "AUTO")
    set(IPC_CONFORM_STATIC_LINKING OFF)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT IPC_CONFORM_SANITIZE AND NOT IPC_CONFORM_FUZZ)
        include(CheckCXXSourceCompiles)
        set(CMAKE_REQUIRED_LINK_OPTIONS -static)
        # A C library without its static half is common: this uses threads and the C++ library as the kit does.
        check_cxx_source_compiles(
            "#include <iostream>
             #include <thread>
             int main() { std::thread{[] { std::cout << 1; }}.join(); }"
            IPC_CONFORM_LINKS_STATICALLY
        )
        unset(CMAKE_REQUIRED_LINK_OPTIONS)
        set(IPC_CONFORM_STATIC_LINKING ${IPC_CONFORM_LINKS_STATICALLY})
    endif()
endif()
