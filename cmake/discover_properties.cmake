# Makes every property of the built kit a CTest entry, labelled `conform` and with its mechanism's name.
#
# The list is read when ctest starts, not when the build ends: so a kit built for another machine needs no
# emulator to be built, and one that cannot list its properties fails a test instead of the build.
# This file is both the function and, with IPC_CONFORM_EXECUTABLE set, what ctest includes.
if(NOT DEFINED IPC_CONFORM_EXECUTABLE)
    set(IPC_CONFORM_DISCOVERY_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

    function(discover_properties target)
        set(emulator "$<TARGET_PROPERTY:${target},CROSSCOMPILING_EMULATOR>")
        file(
            GENERATE
            OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/discover-$<CONFIG>.cmake
            CONTENT "set(IPC_CONFORM_EXECUTABLE [==[$<TARGET_FILE:${target}>]==])
set(IPC_CONFORM_COMMAND [==[$<IF:$<BOOL:${emulator}>,${emulator};,>$<TARGET_FILE:${target}>]==])
set(IPC_CONFORM_PROPERTIES [==[${CMAKE_CURRENT_BINARY_DIR}/properties-$<CONFIG>.cmake]==])
include([==[${IPC_CONFORM_DISCOVERY_SCRIPT}]==])
"
        )
        # ctest -C names the configuration where the generator holds several.
        file(
            WRITE ${CMAKE_CURRENT_BINARY_DIR}/discover.cmake
            "if(NOT CTEST_CONFIGURATION_TYPE)
    set(CTEST_CONFIGURATION_TYPE [==[${CMAKE_BUILD_TYPE}]==])
endif()
include(\"${CMAKE_CURRENT_BINARY_DIR}/discover-\${CTEST_CONFIGURATION_TYPE}.cmake\")
"
        )
        set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/discover.cmake)
    endfunction()
    return()
endif()

cmake_policy(PUSH)
cmake_policy(VERSION 3.22)

# Written to a file, because reading the JSON takes seconds once there are thousands of properties.
function(write_properties)
    execute_process(
        COMMAND ${IPC_CONFORM_COMMAND} list --json RESULT_VARIABLE status OUTPUT_VARIABLE list ERROR_VARIABLE errors
    )
    string(JSON count ERROR_VARIABLE not_json LENGTH "${list}")
    if(NOT status STREQUAL 0 OR not_json OR count EQUAL 0)
        message(WARNING "`${IPC_CONFORM_EXECUTABLE} list --json` gave no properties (status ${status}): ${errors}${not_json}")
        return()
    endif()

    string(JOIN "]==] [==[" command ${IPC_CONFORM_COMMAND})
    set(lines "")
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
        string(JSON property GET "${list}" ${index})
        string(JSON id GET "${property}" id)
        string(JSON mechanism GET "${property}" mechanism)
        # 4 is the kit's "nothing ran": the facility is absent or denied here. The deadline of a case is the kit's
        # business; TIMEOUT is for a kit that hangs itself.
        string(APPEND lines "add_test([==[${id}]==] [==[${command}]==] run [==[${id}]==])\n"
               "set_tests_properties([==[${id}]==] PROPERTIES LABELS \"conform;${mechanism}\""
               " SKIP_RETURN_CODE 4 TIMEOUT 60)\n"
        )
    endforeach()
    file(WRITE "${IPC_CONFORM_PROPERTIES}" "${lines}")
endfunction()

if(EXISTS "${IPC_CONFORM_EXECUTABLE}" AND "${IPC_CONFORM_EXECUTABLE}" IS_NEWER_THAN "${IPC_CONFORM_PROPERTIES}")
    file(REMOVE "${IPC_CONFORM_PROPERTIES}")
    write_properties()
endif()
if(EXISTS "${IPC_CONFORM_PROPERTIES}")
    include("${IPC_CONFORM_PROPERTIES}")
else()
    # Fails with what the kit says, so that a run of ctest without its properties is not green.
    add_test(properties.cannot-be-listed ${IPC_CONFORM_COMMAND} list --json)
    set_tests_properties(
        properties.cannot-be-listed PROPERTIES LABELS conform FAIL_REGULAR_EXPRESSION ".*" TIMEOUT 60
    )
endif()

cmake_policy(POP)
