# ipc_conform_fmt: fmt from its headers alone, as its library is not built for every target. Its definitions are
# compiled once (cmake/fmt.cpp): compiled with every file, as fmt's header-only mode does, they were half of the
# time that the kit took to build. A version whose definitions that file does not know gets the header-only mode.
find_path(FMT_INCLUDE_DIR fmt/format.h REQUIRED)

if(NOT DEFINED IPC_CONFORM_FMT_COMPILES)
    file(
        WRITE ${PROJECT_BINARY_DIR}/CMakeFiles/use_fmt.cpp
        "#include <fmt/chrono.h>\n"
        "int main(int count, char** words)\n"
        "{ return static_cast<int>(fmt::format(\"{} {:>7.2f} {:#x} {:%Y}\", words[0], 0.5 * count, count,\n"
        "                                      fmt::gmtime(std::time_t{0})).size()); }\n"
    )
    try_compile(
        IPC_CONFORM_FMT_COMPILES ${PROJECT_BINARY_DIR}/CMakeFiles/use_fmt
        SOURCES ${PROJECT_BINARY_DIR}/CMakeFiles/use_fmt.cpp ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp
        CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${FMT_INCLUDE_DIR}
        CXX_STANDARD 20
        CXX_STANDARD_REQUIRED ON
    )
endif()

if(IPC_CONFORM_FMT_COMPILES)
    add_library(ipc_conform_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
    target_include_directories(ipc_conform_fmt SYSTEM PUBLIC ${FMT_INCLUDE_DIR})
else()
    add_library(ipc_conform_fmt INTERFACE)
    target_include_directories(ipc_conform_fmt SYSTEM INTERFACE ${FMT_INCLUDE_DIR})
    target_compile_definitions(ipc_conform_fmt INTERFACE FMT_HEADER_ONLY)
endif()
