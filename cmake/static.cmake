# IPC_CONFORM_STATIC_LINKING: the linker option that makes the kit one static executable, which runs on any kernel and
# needs no C library where it runs; empty where it is not to be. By default it is on Linux, where the toolchain has the
# static libraries; a sanitizer's runtime wants to be loaded.
set(IPC_CONFORM_STATIC AUTO CACHE STRING "Link one static executable: ON, OFF, or AUTO where the toolchain can")
set_property(CACHE IPC_CONFORM_STATIC PROPERTY STRINGS AUTO ON OFF)

set(IPC_CONFORM_STATIC_LINKING "")
if(IPC_CONFORM_STATIC STREQUAL "AUTO" AND (NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR IPC_CONFORM_SANITIZE
                                           OR IPC_CONFORM_FUZZ)
)
    return()
endif()
if(IPC_CONFORM_STATIC)
    include(CheckCXXSourceCompiles)
    # The first that links. A GCC program linked with plain -static sorts all of its unwinding tables at its first
    # exception, which costs more than the whole start of the kit; a position-independent one looks into an index.
    foreach(option IN ITEMS -static-pie -static)
        string(MAKE_C_IDENTIFIER "IPC_CONFORM_LINKS${option}" links)
        set(CMAKE_REQUIRED_LINK_OPTIONS ${option})
        set(CMAKE_REQUIRED_LIBRARIES ${CMAKE_THREAD_LIBS_INIT})
        check_cxx_source_compiles(
            "#include <iostream>
             #include <thread>
             int main() { std::thread{[] { std::cout << 1; }}.join(); }" ${links}
        )
        unset(CMAKE_REQUIRED_LINK_OPTIONS)
        unset(CMAKE_REQUIRED_LIBRARIES)
        if(${links})
            set(IPC_CONFORM_STATIC_LINKING ${option})
            return()
        endif()
    endforeach()
    if(NOT IPC_CONFORM_STATIC STREQUAL "AUTO")
        message(FATAL_ERROR "IPC_CONFORM_STATIC is on, and this toolchain has no static C and C++ libraries")
    endif()
endif()
