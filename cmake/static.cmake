# IPC_CONFORM_STATIC_LINKING: the linker option that makes the kit one static executable, which runs on any kernel and
# needs no C library where it runs; empty where it is not to be. By default it is on Linux, where the toolchain has the
# static libraries; a sanitizer's runtime wants to be loaded.
set(IPC_CONFORM_STATIC AUTO CACHE STRING "Link one static executable: ON, OFF, or AUTO where the toolchain can")
set_property(CACHE IPC_CONFORM_STATIC PROPERTY STRINGS AUTO ON OFF)

# Links the program so. GCC's start-up code of a static program hands its unwinding tables over for the first exception to
# sort, which costs more than the whole start of the kit: kept from that, the unwinder looks into the linker's index of them.
function(link_statically target)
    target_link_options(${target} PRIVATE ${IPC_CONFORM_STATIC_LINKING})
    if(IPC_CONFORM_STATIC_LINKING AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/unwinding.cpp)
        target_link_options(
            ${target} PRIVATE -Wl,--eh-frame-hdr -Wl,--wrap=__register_frame_info
                              -Wl,--wrap=__deregister_frame_info
        )
    endif()
endfunction()

set(IPC_CONFORM_STATIC_LINKING "")
if(IPC_CONFORM_STATIC STREQUAL "AUTO" AND (NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR IPC_CONFORM_SANITIZE
                                           OR IPC_CONFORM_FUZZ)
)
    return()
endif()
if(IPC_CONFORM_STATIC)
    include(CheckCXXSourceCompiles)
    # Position-dependent: there is nothing to relocate at each of the thousands of starts.
    set(CMAKE_REQUIRED_LINK_OPTIONS -static)
    set(CMAKE_REQUIRED_LIBRARIES ${CMAKE_THREAD_LIBS_INIT})
    check_cxx_source_compiles(
        "#include <iostream>
         #include <thread>
         int main() { std::thread{[] { std::cout << 1; }}.join(); }" IPC_CONFORM_LINKS_STATICALLY
    )
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
    unset(CMAKE_REQUIRED_LIBRARIES)
    if(IPC_CONFORM_LINKS_STATICALLY)
        set(IPC_CONFORM_STATIC_LINKING -static)
        return()
    endif()
    if(NOT IPC_CONFORM_STATIC STREQUAL "AUTO")
        message(FATAL_ERROR "IPC_CONFORM_STATIC is on, and this toolchain has no static C and C++ libraries")
    endif()
endif()
