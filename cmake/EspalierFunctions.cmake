# SPDX-License-Identifier: GPL-3.0-or-later

# espalier_sources(<out> <pattern>...): the files of this folder that match, seen again at each build.
function(espalier_sources out)
    set(found "")
    foreach(pattern IN LISTS ARGN)
        file(GLOB matches CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${pattern}")
        list(APPEND found ${matches})
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# espalier_target(<target>): our conventions for a library or program.
function(espalier_target target)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE espalier_warnings espalier_sanitize)
endfunction()

# espalier_qt_target(<target>): the same for a target that uses Qt.
function(espalier_qt_target target)
    espalier_target(${target})
    target_link_libraries(${target} PRIVATE espalier_qt)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
endfunction()

# Tests leave the caches of whoever runs them alone, and begin with an empty one (test empty_cache).
set(espalier_test_cache "${CMAKE_BINARY_DIR}/tests/cache")
set(espalier_test_environment "XDG_CACHE_HOME=${espalier_test_cache}")

# espalier_core_test(<target> SOURCES ... LIBRARIES ...): one GoogleTest program, one ctest entry. (A process per test
# would load LibTorch hundreds of times; single tests: <target> --gtest_filter=...)
function(espalier_core_test target)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_executable(${target} ${arg_SOURCES})
    espalier_target(${target})
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
    target_compile_definitions(${target} PRIVATE
        ESPALIER_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    # One thread: ctest runs many of them at once, and spinning OpenMP threads starve one another.
    add_test(NAME ${target} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${target} PROPERTIES
        LABELS unit TIMEOUT 600 FIXTURES_REQUIRED own_cache
        ENVIRONMENT "OMP_NUM_THREADS=1;${espalier_test_environment}")
endfunction()

# espalier_gui_test(<source> <library>...): one Qt Test program named after its file.
function(espalier_gui_test source)
    get_filename_component(target "${source}" NAME_WE)
    add_executable(${target} "${source}")
    espalier_qt_target(${target})
    target_link_libraries(${target} PRIVATE ${ARGN} Qt6::Test)
    target_compile_definitions(${target} PRIVATE
        ESPALIER_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES
        LABELS gui TIMEOUT 300 FIXTURES_REQUIRED own_cache
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;${espalier_test_environment}")
endfunction()
