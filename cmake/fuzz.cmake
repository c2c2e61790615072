# add_fuzz_target(<name> <source> <library>): a program that feeds libFuzzer's inputs to the source's
# LLVMFuzzerTestOneInput(); only where IPC_CONFORM_FUZZ is on.
function(add_fuzz_target name source library)
    if(NOT IPC_CONFORM_FUZZ)
        return()
    endif()
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${library})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
