# Linux on i386 with musl, always one static executable; cmake/zig.cmake says how.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i386)
include(${CMAKE_CURRENT_LIST_DIR}/zig.cmake)
