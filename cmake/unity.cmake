# Compiles files in groups, for builds that nobody works in: a file spends its time in headers, and those of a group are
# read once. Ten at a time are as quick as more, and the runner's, which see Boost, need too much memory for that.

# Two files of one group that name something alike in their unnamed namespaces; these stay alone.
set(compiled_alone
    cases/fifo/names.cpp
    cases/mmap/residency.cpp
    cases/mmap/speed_of_files.cpp
    cases/pipe/ordering.cpp
    cases/pipe/packets.cpp
    cases/posix-mq/blocking.cpp
    cases/readiness/epoll_lifetime.cpp
    reports/markdown.cpp
    reports/terminal_result.cpp
)

function(compile_together target files_in_group)
    get_target_property(sources ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    set(number 0)
    foreach(source IN LISTS sources)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder} OUTPUT_VARIABLE path)
        file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${path})
        if(NOT source MATCHES "\\.cpp$" OR name MATCHES "embedded_" OR name IN_LIST compiled_alone)
            continue()
        endif()
        math(EXPR group "${number} / ${files_in_group}")
        math(EXPR number "${number} + 1")
        set_source_files_properties(${path} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP group_${group})
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

compile_together(ipc_conform_fixtures 10)
compile_together(ipc_conform_reports 10)
compile_together(ipc_conform_runner 6)
compile_together(ipc_conform_cases 10)
# What is local to one file is no outer scope of the next.
target_compile_options(ipc_conform_options INTERFACE -Wno-shadow)
