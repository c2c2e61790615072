# The program ipc-conform: the runner with the cases.
include(CheckLinkerFlag)
include(${CMAKE_CURRENT_LIST_DIR}/static.cmake)

add_executable(ipc-conform ${PROJECT_SOURCE_DIR}/runner/main.cpp)
set_target_properties(ipc-conform PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/runner)
target_link_libraries(ipc-conform PRIVATE ipc_conform_cases ipc_conform_runner)
# Every case executes this program, and most of what that costs is the search for libraries and their symbols.
if(IPC_CONFORM_STATIC_LINKING)
    link_statically(ipc-conform)
elseif(NOT APPLE AND NOT IPC_CONFORM_SANITIZE)
    check_linker_flag(CXX "-static-libstdc++" IPC_CONFORM_LINKS_OWN_LIBSTDCXX)
    if(IPC_CONFORM_LINKS_OWN_LIBSTDCXX)
        target_link_options(ipc-conform PRIVATE -static-libstdc++ -static-libgcc)
    endif()
endif()
